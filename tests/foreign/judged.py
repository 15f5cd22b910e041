"""What the checks make of a world: row by row, and as the word that the meeting reads, and whether each red sentence is answered."""

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from signoff.environment.accountability import Decision
from signoff.judge.checklist import Checklist, Severity
from signoff.judge.outcome import Finding, Outcome, RowVerdict, row_verdict
from signoff.judge.snapshot import Snapshot
from signoff.judge.verdict import VerdictWord, decide
from tests.judging import collected, judge

CHECKLIST = Checklist.load()
ANY_DAY = date(2026, 11, 25)
"""Days matter to waivers, and there are none here."""


def rows(snapshot: Snapshot, chosen: Collection[str] | None = None) -> Mapping[str, RowVerdict]:
    """Return the verdict of every row that a check proves, or of the chosen ones, with its worst finding."""
    return rows_of(judge(snapshot, chosen))


def rows_of(findings: Iterable[Finding]) -> Mapping[str, RowVerdict]:
    """Return the verdict of every row that these findings speak of."""
    return {row: row_verdict(CHECKLIST[row], some) for row, some in _by_row(findings).items()}


def outcomes(snapshot: Snapshot) -> Mapping[str, Outcome]:
    return {row: finding.outcome for row, finding in rows(snapshot).items()}


def red(snapshot: Snapshot) -> Mapping[str, Outcome]:
    """Return every red row with the outcome of its worst finding."""
    return red_of(judge(snapshot))


def red_of(findings: Iterable[Finding]) -> Mapping[str, Outcome]:
    """Return the same of findings."""
    return {
        row: finding.outcome for row, finding in rows_of(findings).items() if finding.outcome.red
    }


def decision(judged: Mapping[str, RowVerdict], *, unread: Iterable[str] = ()) -> VerdictWord:
    """Decide as publishing does: by the rows, and by what could not be read."""
    problems = [f"not read: {one}" for one in unread]
    return decide(judged.values(), (), today=ANY_DAY, problems=problems).decision


def as_printed(snapshot: Snapshot, findings: Iterable[Finding]) -> Snapshot:
    """Return the snapshot with every decision that its red findings print, pasted into the environment.

    The waivers that stale records print are no decisions, and left out.
    """
    printed = {table for finding in findings if finding.outcome.red for table in finding.tables}
    environment = snapshot.environment
    decisions = [
        decision
        for table in sorted(printed)
        for decision in tomllib.loads(table)[environment.name].get("decisions", ())
    ]
    signed = {"by": "Test Author", "why": "a team may want it so"}
    pasted = tuple(Decision(**decision | signed) for decision in decisions)
    return replace(
        snapshot, environment=replace(environment, decisions=(*environment.decisions, *pasted))
    )


def _by_row(findings: Iterable[Finding]) -> Mapping[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.row, []).append(finding)
    return found


def asked_again(snapshot: Snapshot, found: Sequence[Finding]) -> tuple[Finding, ...]:
    """Judge the checks again that print a decision, or follow from one, with all that is printed pasted.

    ``found`` is what ``judge`` returns of the snapshot: a finding for each check, in the order of collection.
    """
    decided, left = as_printed(snapshot, found), _left(found)
    return tuple(
        check.judge(decided)
        for check, finding in zip(collected(), found, strict=True)
        if finding.outcome.red
        and (
            (finding.tables and not finding.stale)
            or (finding.outcome is Outcome.FOLLOWS and finding.root not in left)
        )
    )


def unanswered(found: Iterable[Finding], again: Iterable[Finding]) -> list[str]:
    """Return the red sentences that print a decision which does not help, or say neither this nor why not."""
    red, left = [finding for finding in found if finding.outcome.red], _left(found)
    silent = [finding for finding in red if not (finding.tables or _explained(finding))]
    useless = [finding for finding in again if finding.outcome.red and finding.root not in left]
    return [f"{finding.row}: {finding.words.en}" for finding in (*silent, *useless)]


def _left(found: Iterable[Finding]) -> set[str]:
    """Return the rows that stay red, since they print no decision."""
    return {
        finding.row
        for finding in found
        if finding.outcome.red and not finding.tables and finding.outcome is not Outcome.FOLLOWS
    }


def leaves_a_go(again: Iterable[Finding]) -> bool:
    """Whether any decision among these loosens no bound of the guide or of security."""
    applied = [each for row in rows_of(again).values() for each in row.decisions]
    loosening = {each.decision for each in applied if each.loosens}
    return not {each.decision for each in applied} <= loosening


def _explained(one: Finding) -> bool:
    """Whether it says why no decision can allow it, when to ask again, or is one that a waiver accepts."""
    follows, by_our_own_gap = one.outcome is Outcome.FOLLOWS, one.at_most is not Severity.BLOCKER
    return bool(follows or one.undecidable or one.until or by_our_own_gap)
