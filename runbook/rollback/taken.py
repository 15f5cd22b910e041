"""A rollback as it is taken: its target noted before anything moves, and timed, so that it resumes.

"The one before" is another one as soon as the alias or the stage has moved. A run that was killed
in between would go back one too far, if it did not find where it was going.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

from signoff.procedure import Change, Work
from signoff.procedure.work import Changes

KIND = "rollback"
BEGUN, DONE = "begun", "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way back: ``before`` and ``after`` are what callers get, as JSON; ``seconds`` is a clock."""

    part: str
    """functions, api, tables, front-end."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    seconds: Callable[[], float] = monotonic


def begun(work: Work, part: str) -> Mapping[str, Any] | None:
    """Return where a rollback was going that did not come to its end, or None."""
    newest = work.recorded(KIND, part=part)
    if newest is None or newest["state"] != BEGUN:
        return None
    target: Mapping[str, Any] = newest["after"]
    return target


def take(work: Work, way: Way, changes: Changes, move: Callable[[], object]) -> Changes:
    """Move by ``move``, timed; where a killed run has moved already, only say that it is done."""
    if not changes and begun(work, way.part):
        changes = (Change("evidence", f"{KIND} {way.part}", BEGUN, DONE),)
        return work.settle(changes, lambda: _leave(work, way, DONE, None))
    return work.settle(changes, lambda: _timed(work, way, move))


def _timed(work: Work, way: Way, move: Callable[[], object]) -> None:
    _leave(work, way, BEGUN, None)
    start = way.seconds()
    move()
    took = round(way.seconds() - start, 2)
    _leave(work, way, DONE, took)
    work.tell(f"{way.part}: rolled back in {took:g} s")


def _leave(work: Work, way: Way, state: str, took: float | None) -> None:
    body = {"part": way.part, "state": state, "before": way.before, "after": way.after}
    work.record(KIND, body | {"seconds": took})
