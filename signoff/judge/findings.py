"""What a run collects test by test, and what follows from it row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from aws.words import SILENCE, Words
from signoff.judge.outcome import Finding
from signoff.judge.run import Choice
from signoff.judge.snapshot import PlanT
from signoff.judge.verdict import RowVerdict, RunCondition, row_verdict


@dataclass(slots=True, kw_only=True)
class Findings:
    """The only mutable part of a run: tests are counted at collection, then each adds a finding."""

    full: bool = False
    """False for any selection."""
    cut: Words = SILENCE
    """What left tests out of a run that was to be full; then there is no verdict."""
    conditions: tuple[RunCondition, ...] = ()
    """Why this run is not the judgement of a commit alone; production is then CONDITIONAL at best."""
    broken: list[Words] = field(default_factory=list)
    """Why modules of checks could not be collected; then nothing is judged."""
    faults: Words = SILENCE
    """The fault of ours that kept everything from being read."""
    set_aside: dict[str, RowVerdict] = field(default_factory=dict)
    """Rows that are excluded or not verifiable here."""
    arranged: int = 0
    """Tests that this run should have, before any selection."""
    expected: int = 0
    """Tests left to run; every one must leave a finding."""
    found: list[Finding] = field(default_factory=list)
    windows: list[Mapping[str, str]] = field(default_factory=list)
    """When this run itself made calls: what, begin, end (ISO 8601)."""


FINDINGS = pytest.StashKey[Findings]()


def row_verdicts(choice: Choice[PlanT], findings: Findings) -> tuple[RowVerdict, ...]:
    """Return one verdict per row that has a result, in the checklist's order."""
    by_row: dict[str, list[Finding]] = {}
    for finding in findings.found:
        by_row.setdefault(finding.row, []).append(finding)
    judged = {id_: row_verdict(choice.checklist[id_], found) for id_, found in by_row.items()}
    everything = findings.set_aside | judged
    return tuple(everything[row.id] for row in choice.checklist if row.id in everything)


def gaps(choice: Choice[PlanT], findings: Findings) -> Iterable[Words]:
    """Yield why this run can't give a verdict: tests or rows without a complete result."""
    if findings.cut:
        yield Words(
            en=f"tests were left out ({findings.cut.en})",
            ja=f"除外されたテストがあります（{findings.cut.ja}）",
        )
    if len(findings.found) < findings.expected:
        missing = findings.expected - len(findings.found)
        yield Words(
            en=f"{missing} of {findings.expected} checks did not run",
            ja=f"{findings.expected}件中{missing}件のチェックが実行されませんでした",
        )
    judged = {row.row.id for row in row_verdicts(choice, findings)}
    rows = (row for row in choice.checklist if choice.options.in_phase(row))
    if silent := ", ".join(row.id for row in rows if row.id not in judged):
        yield Words(en=f"no result for {silent}", ja=f"結果のない項目: {silent}")


def forget_latest(choice: Choice[PlanT], findings: Findings) -> Words | None:
    """Remove the link ``latest`` to an earlier page: there is none from a run's beginning to its end.

    Return what a reader has to know if it can't be removed.
    """
    latest = choice.folder.parent / "latest"
    try:
        if findings.full:
            latest.unlink(missing_ok=True)
    except OSError as error:
        return Words(
            en=f"{latest} is of an earlier run, and can't be taken away ({error.strerror}): do not read it as this one's",
            ja=f"{latest}は以前の実行のもので、削除できません（{error.strerror}）。今回の結果ではありません",
        )
    return None
