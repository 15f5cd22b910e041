"""What the checks make of a world: row by row, and as the word that the meeting reads."""

from collections.abc import Iterable, Mapping
from datetime import date

from signoff.checklist import Checklist
from signoff.outcome import Finding, Outcome
from signoff.snapshot import Snapshot
from signoff.verdict import RowVerdict, VerdictWord, decide, row_verdict
from tests.judging import judge

ANY_DAY = date(2026, 11, 25)
"""Days matter to waivers, and there are none here."""


def rows(snapshot: Snapshot) -> Mapping[str, RowVerdict]:
    """Return the verdict of every row that a check proves, with the words of its worst finding."""
    checklist, by_row = Checklist.load(), _by_row(judge(snapshot))
    return {row: row_verdict(checklist[row], found) for row, found in by_row.items()}


def outcomes(snapshot: Snapshot) -> Mapping[str, Outcome]:
    return {row: one.outcome for row, one in rows(snapshot).items()}


def red(snapshot: Snapshot) -> Mapping[str, Outcome]:
    """Return every red row with the outcome of its worst finding."""
    return {row: outcome for row, outcome in outcomes(snapshot).items() if outcome.red}


def decision(judged: Mapping[str, RowVerdict], *, unread: Iterable[str] = ()) -> VerdictWord:
    """Decide as publishing does: by the rows, and by what could not be read."""
    problems = [f"not read: {one}" for one in unread]
    return decide(judged.values(), (), today=ANY_DAY, problems=problems).decision


def _by_row(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for one in findings:
        found.setdefault(one.row, []).append(one)
    return found
