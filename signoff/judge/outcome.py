"""The outcome of a row, with all that was found about it, and which outcome an exception of a check becomes."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aws.difference import Certainty
from aws.ledger import Unplanned
from aws.section import Follows, Missing, Obstacle, Unparsed
from aws.words import SILENCE, Bilingual, Words
from signoff.environment.accountability import Waiver
from signoff.judge.checklist import Row, Severity
from signoff.judge.decisions import Differs
from signoff.judge.observations import AppliedDecision, Comparison
from signoff.judge.staleness import NotSigned, Stale

BRIEF = 600
"""Characters of a sentence that a page, a terminal and a summary show; signoff.json has all of it."""
BROKEN = Words(
    en="No decision can allow this: as it is, it does not work or is not safe.",
    ja="この状態では動作しないか安全でないため、例外として認めることはできません。",
)
ABSENT = Words(
    en="No decision can allow this: what is planned and does not exist has to be created.",
    ja="計画したものが存在しないため、例外として認めることはできません。作成が必要です。",
)
SEEN = Words(
    en="No decision can allow this: it affects callers.",
    ja="利用者の呼び出しに影響するため、例外として認めることはできません。",
)
OUTDATED = Words(
    en="No decision can allow this: it has to be done again for what is live.",
    ja="稼働中の内容に対してやり直す必要があり、例外として認めることはできません。",
)
UNKNOWN = Words(
    en="No decision can allow this while its state is unknown.",
    ja="状態を確認できていないため、例外として認めることはできません。",
)


class Outcome(enum.StrEnum):
    """What became of a row. Worst first, so that a row is as bad as its worst finding."""

    FAIL = "fail"
    NOT_TESTABLE = "not testable"
    FOLLOWS = "follows"
    PASS = "pass"  # noqa: S105 - an outcome
    SIGNED = "signed"
    WAIVED = "waived"
    NOT_HERE = "not verifiable here"
    EXCLUDED = "excluded"

    @property
    def red(self) -> bool:
        return self in {Outcome.FAIL, Outcome.NOT_TESTABLE, Outcome.FOLLOWS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One test of one row: ``subject`` is its id in pytest, ``root`` the row it follows from."""

    row: str
    outcome: Outcome
    words: Words = SILENCE
    """Why it is not a pass."""
    subject: str = ""
    looked_at: Words = SILENCE
    """Which of several subjects of the test it is about."""
    evidence: tuple[Mapping[str, Any], ...] = ()
    root: str | None = None
    decided: tuple[AppliedDecision, ...] = ()
    """Decisions of the environment file without which it would be red."""
    compared: tuple[Comparison, ...] = ()
    """What was compared with a bound: the value found, and the value expected."""
    calls: tuple[str, ...] = ()
    """The IAM actions by which the judged facts were read."""
    tables: tuple[str, ...] = ()
    """Tables of environments.toml that would allow what was found, where a decision can."""
    tables_on: tuple[str, ...] = ()
    """What the decisions of these tables are on."""
    undecidable: Words = SILENCE
    """Why no decision can allow it, where none can and it is known what is there."""
    stops_calls: bool = False
    """Calls certainly fail because of it, so it can't be waived."""
    repeats: bool = False
    """Its sentence only repeats a difference that ``compared`` shows."""
    stale: str = ""
    """Of a record that is stale: the digest of what is live, which a waiver has to name."""
    unsigned: bool = False
    """A person must sign for it, and no signature that counts is on record."""
    at_most: Severity = Severity.BLOCKER
    """The highest severity of this finding, even on a graver row: a guess is a major at most."""
    proof: Words = SILENCE
    """What the test states, as a sentence."""
    differences: tuple[Unplanned, ...] = ()
    """The differences, if it was found by comparing: a procedure repairs exactly these."""
    until: datetime | None = None
    """When to ask again, if only waiting helps."""
    obstacle: Obstacle | None = None
    """What kept it from being known, if it is unknown."""
    action: str = ""
    """The IAM action that the reader was refused."""


DIFFERS: Mapping[Certainty, Mapping[str, Any]] = {
    Certainty.CERTAIN: {"outcome": Outcome.FAIL},
    Certainty.GUESSED: {"outcome": Outcome.FAIL, "at_most": Severity.MAJOR},
    Certainty.UNPARSED: {
        "outcome": Outcome.NOT_TESTABLE,
        "at_most": Severity.MAJOR,
        "obstacle": Obstacle.EXPRESSION,
    },
}
"""Certainty of a difference -> facts of its finding: a certain one may be a blocker, a guess can be signed for."""


def finding(row: str, error: BaseException | None, **facts: Any) -> Finding:
    """Classify how a check ended: only an AssertionError is a failure; any other exception means unknown."""
    if error is None:
        return Finding(row=row, outcome=Outcome.PASS, **facts)
    match error:
        case Follows():
            facts |= {"outcome": Outcome.FOLLOWS, "root": error.root}
        case Differs():
            facts |= {
                **DIFFERS[error.certainty],
                "tables": error.tables,
                "tables_on": error.tables_on,
                "differences": error.differences,
                "undecidable": SILENCE if error.tables else BROKEN,
                "stops_calls": error.stops_calls,
                "repeats": error.repeats,
            }
        case Stale():
            facts |= {
                "outcome": Outcome.FAIL,
                "tables": error.tables,
                "stale": error.live,
                "undecidable": SILENCE if error.tables else OUTDATED,
                "evidence": (*facts.get("evidence", ()), {"changed": error.changed}),
            }
        case Missing():
            facts |= {"outcome": Outcome.FAIL, "undecidable": ABSENT}
            facts |= {"unsigned": isinstance(error, NotSigned)}
        case AssertionError():
            facts |= {"outcome": Outcome.FAIL, "undecidable": SEEN}
        case Unparsed():
            facts |= {"outcome": Outcome.NOT_TESTABLE, "at_most": Severity.MAJOR}
            facts |= {"obstacle": error.obstacle}
        case _:
            until = getattr(error, "until", None)
            facts |= {
                "outcome": Outcome.NOT_TESTABLE,
                "until": until,
                "undecidable": SILENCE if until else UNKNOWN,
                "obstacle": getattr(error, "obstacle", Obstacle.NO_ANSWER),
                "action": getattr(error, "action", ""),
            }
    return Finding(row=row, words=_words(error), **facts)


def _words(error: BaseException) -> Words:
    if isinstance(error, Bilingual):
        return error.words
    if isinstance(error, AssertionError):
        # pytest appends its comparison; the signer reads the sentence.
        sentence = str(error).split("\nassert ", 1)[0].strip()
        return Words(en=sentence, ja=f"期待と異なります（{sentence}）")
    why = f"{type(error).__name__}: {error}"
    return Words(en=why, ja=f"確認できません（{why}）")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowVerdict:
    """One row with all that was found about it; ``outcome`` is that of its worst finding."""

    row: Row
    outcome: Outcome
    severity: Severity
    """The row's own, or less where all that is red about it is a guess."""
    findings: tuple[Finding, ...] = ()
    reason: Words = SILENCE
    """Why it is excluded, waived or not verifiable here; else what its worst finding says."""
    root: str | None = None
    waiver: Waiver | None = None
    """Its own, or its root's where it only follows."""

    @property
    def brief(self) -> Words:
        return self.reason.cut(BRIEF)

    @property
    def untold(self) -> int:
        """How many other sentences the red findings have besides the one shown."""
        sentences = {finding.words for finding in self.findings if finding.outcome.red}
        return len(sentences - {self.reason})

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
            replace(applied, loosens=True)
            if self.row.unwaivable and applied.certainty is Certainty.CERTAIN
            else applied
            for finding in self.findings
            for applied in finding.decided
        )

    @property
    def decisions_to_paste(self) -> tuple[str, ...]:
        """Tables of environments.toml that would allow what was found, each once: several findings may ask for one."""
        return tuple(dict.fromkeys(table for finding in self.findings for table in finding.tables))

    @property
    def unknown(self) -> bool:
        """Whether anything about the row was not read, even if a known fault is red as well."""
        return any(
            finding.outcome is Outcome.NOT_TESTABLE and finding.at_most is Severity.BLOCKER
            for finding in self.findings
        )


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
        reason=SILENCE if worst.outcome is Outcome.PASS else worst.words,
        root=worst.root,
    )


def _rank(finding: Finding) -> tuple[bool, int, int]:
    """Sort findings: what is red in itself before what follows or passes, the gravest first."""
    place = list(Outcome).index
    outcome = min(place(finding.outcome), place(Outcome.PASS))  # all that is not red is alike
    return outcome >= place(Outcome.FOLLOWS), gravity(finding.at_most), outcome


def gravity(severity: Severity) -> int:
    """0 is the gravest."""
    return list(Severity).index(severity)
