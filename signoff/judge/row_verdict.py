"""One row with all that was found about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aws.difference import Certainty
from aws.words import SILENCE, Words
from signoff.environment import Waiver
from signoff.judge.checklist import Row, Severity
from signoff.judge.observations import AppliedDecision
from signoff.judge.outcome import Finding, Outcome

WORST_FIRST = (Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """One row with all that was found about it; ``outcome`` is that of its worst finding."""

    row: Row
    outcome: Outcome
    severity: Severity
    """The row's own, or less where all that is red about it is a guess."""
    findings: tuple[Finding, ...] = ()
    told: Words = SILENCE
    """Why it is excluded, waived or not verifiable here; else what its worst finding says."""
    root: str | None = None
    waiver: Waiver | None = None
    """Its own, or its root's where it only follows."""

    @property
    def reason(self) -> str:
        """Why, in English."""
        return self.told.en

    @property
    def untold(self) -> int:
        """How many other sentences the red findings have besides the one shown."""
        sentences = {finding.words for finding in self.findings if finding.outcome.red}
        return len(sentences - {self.told})

    @property
    def blocks(self) -> bool:
        """Whether this row alone makes a NO-GO; unknown always does."""
        return self.outcome.red and (self.severity is Severity.BLOCKER or self.unknown)

    @property
    def certain(self) -> bool:
        """Whether any red finding is certain: neither a guess nor an expression that we can't evaluate."""
        return any(
            finding.outcome.red and finding.at_most is Severity.BLOCKER for finding in self.findings
        )

    @property
    def stops_calls(self) -> bool:
        """Whether calls of callers fail by what is red, without any doubt."""
        return any(finding.outcome.red and finding.stops_calls for finding in self.findings)

    @property
    def decisions(self) -> tuple[AppliedDecision, ...]:
        """Decisions without which this row would be red; on a row that can't be waived, each counts as loosening."""
        return tuple(
            replace(applied, loosens=applied.loosens or self._loosened(applied))
            for found in self.findings
            for applied in found.decided
        )

    @property
    def decisions_to_paste(self) -> tuple[str, ...]:
        """Tables of environments.toml that would allow what was found, each once: several findings may ask for one."""
        printed = (finding.decision for finding in self.findings if finding.decision)
        return tuple(dict.fromkeys(table for text in printed for table in text.split("\n\n")))

    @property
    def unknown(self) -> bool:
        """Whether anything about the row was not read, even if a known fault is red as well."""
        return any(
            finding.outcome is Outcome.NOT_TESTABLE and finding.at_most is Severity.BLOCKER
            for finding in self.findings
        )

    def _loosened(self, applied: AppliedDecision) -> bool:
        return self.row.unwaivable and applied.certainty is Certainty.CERTAIN


def row_verdict(row: Row, findings: Sequence[Finding]) -> RowVerdict:
    """Return the verdict of a row that has at least one finding: as bad as the worst, the gravest first."""
    worst = min(findings, key=_rank)
    red = [
        max(row.severity, finding.at_most, key=gravity)
        for finding in findings
        if finding.outcome.red
    ]
    return RowVerdict(
        row=row,
        outcome=worst.outcome,
        severity=min(red, key=gravity, default=row.severity),
        findings=tuple(findings),
        told=SILENCE if worst.outcome is Outcome.PASS else worst.words,
        root=worst.root,
    )


def _rank(finding: Finding) -> tuple[bool, int, int]:
    """Sort findings: what is red in itself before what follows or passes, the gravest first."""
    outcome = (
        WORST_FIRST.index(finding.outcome) if finding.outcome in WORST_FIRST else len(WORST_FIRST)
    )
    return outcome >= WORST_FIRST.index(Outcome.FOLLOWS), gravity(finding.at_most), outcome


def gravity(severity: Severity) -> int:
    """0 is the gravest."""
    return list(Severity).index(severity)
