"""A rollback as it is taken: its target noted before anything moves, and timed, so that it resumes.

"The one before" is another one as soon as the alias or the stage has moved. A run that was killed
in between would go back one too far, if it did not find where it was going.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aws.change import Changes
from aws.words import Words
from runbook.converge import releases
from runbook.engine import Change, StepContext

KIND = "rollback"
BEGUN, DONE = "begun", "done"
Move = tuple[Changes, Callable[[], object]]
"""What differs, and what makes it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way back: ``before`` and ``after`` are what callers get, as JSON; ``seconds`` is a clock."""

    part: str
    """functions, api, tables, front-end."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    scope: Sequence[str] = ()
    """What was looked at: some of it may have been right already, and is in neither of the two."""
    seconds: Callable[[], float] = monotonic


def begun(
    context: StepContext, part: str, live: Mapping[str, Any], scope: Sequence[str] | None = None
) -> Mapping[str, Any] | None:
    """Return where a rollback of this scope (None: of any) was going that did not end; None without one.

    ``live`` is what callers get now, in the terms of ``Way.before``.
    """
    newest = context.recorded(KIND, part=part)
    if newest is None or newest["state"] != BEGUN:
        return None
    if scope is not None and list(scope) != newest.get("scope"):
        return None
    if _overtaken(context, newest, live):
        return None
    target: Mapping[str, Any] = newest["after"]
    return target


def take(context: StepContext, way: Way, moves: Sequence[Move]) -> Changes:
    """Make the moves one after another, timed; where a killed run made them all, say that it is done.

    Each is settled by itself, so that the journal of a run that stops tells which were made.
    """
    changes = tuple(change for found, _ in moves for change in found)
    if not changes and begun(context, way.part, way.before, way.scope):
        changes = (Change("evidence", f"{KIND} {way.part}", BEGUN, DONE),)
        return context.settle(changes, lambda: _leave(context, way, DONE, None))
    if changes and context.go:
        _timed(context, way, moves)
    return changes


def _overtaken(context: StepContext, newest: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether a release came after it: one that was recorded, and is neither what it left nor its target.

    A rollback of another part leaves a record of a release, too, and must not end this one.
    """
    if len(context.history(releases.KIND)) <= newest.get("releases", 0):
        return False
    before, after = newest["before"], newest["after"]
    return any(
        name in live and live[name] not in (left, after.get(name, left))
        for name, left in before.items()
    )


def _timed(context: StepContext, way: Way, moves: Sequence[Move]) -> None:
    _leave(context, way, BEGUN, None)
    start = way.seconds()
    for changes, move in moves:
        context.settle(changes, move)
    took = round(way.seconds() - start, 2)
    _leave(context, way, DONE, took)
    context.tell(
        Words(
            en=f"{way.part}: rolled back in {took:g} s",
            ja=f"{way.part}: {took:g}秒でロールバックしました",
        )
    )


def _leave(context: StepContext, way: Way, state: str, took: float | None) -> None:
    moved = {"before": way.before, "after": way.after, "scope": list(way.scope)}
    known = {"releases": len(context.history(releases.KIND))}
    context.record(KIND, {"part": way.part, "state": state, **moved, **known, "seconds": took})
