"""One defect: how to break the snapshot, and the exact red rows that this must leave."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot

Break = Callable[[Snapshot], Snapshot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """``id`` is ``<row>:<what is wrong>``, where the row owns the broken fact.

    ``follows`` are rows that can only say that another is red, or, where the root itself is
    unknown and no guess, that they are unknown as well; ``unknown`` are rows that lose the ground to judge on
    (a release that nobody can know) without naming a root.
    """

    id: str
    breaks: Break
    call: Callable[[Callable[[str], Any]], object] | None = None
    """Makes it on AWS, by a client of each service; ``breaks`` then changes an ``item``.

    By it ``tests/runbook/facts`` proves that AWS shows it so, and that the step that proves the row repairs it;
    ``tests/foreign/deep/test_remedies.py`` runs the remedy as the row prints it.
    """
    root: str = ""
    """The owning row, where the id does not begin with it; ask ``row``."""
    follows: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    """Rows that the same change breaks on their own account."""
    outcome: Outcome = Outcome.FAIL
    grade: str = "blocker"
    """Of the owning row, said by one of its defects: a row that becomes less grave is a decision, too."""
    at_most: Severity = Severity.BLOCKER
    """How grave the owning row is by it: a guess makes no NO-GO."""
    leaves_a_go: bool = False
    """Whether a decision on it leaves a GO: it loosens no bound of the guide or of security, or settles a guess."""

    @property
    def row(self) -> str:
        return self.root or self.id.partition(":")[0]

    @property
    def red(self) -> Mapping[str, Outcome]:
        """Every row that turns red, and how."""
        is_unknown = self.outcome is Outcome.NOT_TESTABLE and self.at_most is Severity.BLOCKER
        following = Outcome.NOT_TESTABLE if is_unknown else Outcome.FOLLOWS
        return {
            **dict.fromkeys(self.follows, following),
            **dict.fromkeys(self.unknown, Outcome.NOT_TESTABLE),
            **dict.fromkeys(self.also, Outcome.FAIL),
            self.row: self.outcome,
        }

    def __str__(self) -> str:
        return self.id
