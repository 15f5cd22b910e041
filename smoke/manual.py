"""What this environment does not let a machine try: a person tries it, and signs."""

from collections.abc import Iterator
from contextlib import contextmanager

from aws.section import Missing, NotTestable, Obstacle
from aws.words import joined
from plan import Plan
from signoff.judge.checklist import Row
from signoff.judge.observations import Observations
from signoff.judge.snapshot import Snapshot
from signoff.judge.staleness import Stale, signed


class ManualOnly(NotTestable):
    """A machine may not or can't try this; a signature of the row's own step stands in for it."""

    obstacle = Obstacle.PERSON


@contextmanager
def signature_instead(snapshot: Snapshot[Plan], row: Row, observe: Observations) -> Iterator[None]:
    """Let a valid signature stand in for what raises ManualOnly; without one, raise it with both reasons."""
    try:
        yield
    except ManualOnly as refused:
        if not row.signed:
            raise
        try:
            signature = signed(snapshot, row)
        except Stale:
            raise
        except (Missing, NotTestable) as unsigned:
            raise ManualOnly(joined((refused.words, unsigned.words))) from None
        by = signature.body.get("by")
        observe.note(instead=refused.words, by=by, at=signature.created, step=row.signed)
