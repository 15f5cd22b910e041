"""Whether every red sentence is answered: by the decision that it prints, or by why no decision can allow it."""

from collections.abc import Sequence

from signoff.checklist import Severity
from signoff.outcome import Finding, Outcome
from signoff.snapshot import Snapshot
from tests.foreign.judged import as_printed
from tests.judging import collected


def unanswered(snapshot: Snapshot, found: Sequence[Finding]) -> list[str]:
    """Return the red sentences that print a decision which does not help, or say neither this nor why not.

    ``found`` is what ``judge`` returns of the snapshot: a finding for each check, in the order of collection.
    """
    red = [(check, one) for check, one in zip(collected(), found, strict=True) if one.outcome.red]
    decided = as_printed(snapshot, found)
    left = {one.row for _, one in red if not one.decision and one.outcome is not Outcome.FOLLOWS}
    silent = [one for _, one in red if not (one.decision or _explained(one))]
    asked_again = [
        check.judge(decided)
        for check, one in red
        if (one.decision and not one.stale)
        or (one.outcome is Outcome.FOLLOWS and one.root not in left)
    ]
    useless = [one for one in asked_again if one.outcome.red and one.root not in left]
    return [f"{one.row}: {one.message}" for one in (*silent, *useless)]


def _explained(one: Finding) -> bool:
    """Whether it says why no decision can allow it, when to ask again, or is one that a waiver accepts."""
    follows, by_our_own_gap = one.outcome is Outcome.FOLLOWS, one.at_most is not Severity.BLOCKER
    return bool(follows or one.undecidable or one.until or by_our_own_gap)
