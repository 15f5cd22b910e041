"""Execution of a rollback: the target is recorded before anything moves, and the run is timed.

"The one before" means another version as soon as the alias or the stage has moved. A killed run that did not
find its recorded target would go back one step too far. One that is refused in the middle takes back what it
moved, so that callers do not meet both, and says what is served.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aws.change.gate import Changes
from aws.words import Words
from runbook import releases
from runbook.engine import Change, StepContext
from runbook.rollback.served import ServedPart, all_or_none

KIND = "rollback"
BEGUN, DONE, ABANDONED = "begun", "done", "abandoned"
PlannedMove = tuple[Changes, Callable[[], object]]
"""What differs, and the call that changes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """One rollback: ``before`` and ``after`` are what callers get, as JSON; ``seconds`` is a clock."""

    part: str
    """functions, api, tables, front-end."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    scope: Sequence[str] = ()
    """What was looked at: some of it may have been right already, and is in neither of the two."""
    seconds: Callable[[], float] = monotonic
    served: ServedPart | None = None
    """None: what is moved is one thing, and moved whole or not at all."""


def unfinished_target(
    context: StepContext, part: str, live: Mapping[str, Any], scope: Sequence[str] | None = None
) -> Mapping[str, Any] | None:
    """Return the target of a rollback of this scope (None: of any scope) that did not finish; else None.

    ``live`` is what callers get now, in the terms of ``Rollback.before``.
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


def abandon(context: StepContext, part: str) -> None:
    """Record that a rollback that did not finish is over: what it moved was put back, and it is not resumed."""
    newest = context.recorded(KIND, part=part)
    if newest and newest["state"] == BEGUN:
        context.record(KIND, {**newest, "state": ABANDONED})


def execute(context: StepContext, rollback: Rollback, moves: Sequence[PlannedMove]) -> Changes:
    """Make the moves one after another, and time them; where a killed run made them all, record that it is done.

    Each is settled by itself, so that the journal of a run that stops tells which were made.
    """
    changes = tuple(change for found, _ in moves for change in found)
    if not changes and unfinished_target(context, rollback.part, rollback.before, rollback.scope):
        changes = (Change("evidence", f"{KIND} {rollback.part}", BEGUN, DONE),)
        return context.settle(changes, lambda: _record(context, rollback, DONE, None))
    if changes and context.go:
        if going := unfinished_target(context, rollback.part, rollback.before, rollback.scope):
            context.tell(_going_on(rollback, going))
        _timed(context, rollback, moves)
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


def _timed(context: StepContext, rollback: Rollback, moves: Sequence[PlannedMove]) -> None:
    _record(context, rollback, BEGUN, None)
    start = rollback.seconds()
    with all_or_none(context, rollback.served, target=rollback.after):
        for changes, move in moves:
            context.settle(changes, move)
    took = round(rollback.seconds() - start, 2)
    _record(context, rollback, DONE, took)
    context.say(
        en=f"{rollback.part}: rolled back in {took:g} s",
        ja=f"{rollback.part}: {took:g}秒でロールバックしました",
    )


def _going_on(rollback: Rollback, target: Mapping[str, Any]) -> Words:
    now = ", ".join(f"{name} {value}" for name, value in rollback.before.items())
    then = ", ".join(f"{name} {value}" for name, value in target.items())
    return Words(
        en=f"{rollback.part}: an earlier run was stopped half-way. What is there now: {now}; resuming towards {then}",
        ja=f"{rollback.part}: 前回の実行は途中で止まっています。現在の状態: {now}。{then}に向けて続けます",
    )


def _record(context: StepContext, rollback: Rollback, state: str, took: float | None) -> None:
    moved = {"before": rollback.before, "after": rollback.after, "scope": list(rollback.scope)}
    known = {"releases": len(context.history(releases.KIND))}
    context.record(KIND, {"part": rollback.part, "state": state, **moved, **known, "seconds": took})
