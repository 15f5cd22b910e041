"""Execution of a rollback: the target is recorded before anything moves, and the run is timed.

"The one before" means another version as soon as the alias or the stage has moved. A killed run that did not
find its recorded target would go back one step too far. One that is refused in the middle takes back what it
moved, so that callers do not meet both, and says what is served.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from aws.bounds import NONE
from aws.change.gate import Changes
from aws.kinds.function import VERSION
from aws.words import Words, joined
from runbook import releases
from runbook.engine import Change, Refused, StepContext
from signoff.judge.errors import EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPart:
    """What callers get of one part, thing by thing: how it is read, and how one of them is put back."""

    part: str
    """functions, api, front-end."""
    read: Callable[[], Mapping[str, Any]]
    """Returns name -> what is served, as JSON."""
    named: Callable[[str], Words] = Words.same
    """How a message calls a thing of this name: ``alias award:live``."""
    put: Callable[[str, Any], object] | None = None
    """Name, and what it served before. None: it is one thing, and moved whole or not at all."""


@contextmanager
def all_or_none(
    context: StepContext, served: ServedPart, target: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Put back what was moved if not all could be, also if a person interrupts; say what is served then.

    Where everything came to the ``target``, and only its answer was lost, it stays.
    """
    before = served.read() if context.go else None
    try:
        yield
    except BaseException:
        if served.put and before is not None:
            back = partial(_put_back, context, served, served.put)
            context.tell(back(before, target))
        raise


def _put_back(
    context: StepContext,
    served: ServedPart,
    put: Callable[[str, Any], object],
    before: Mapping[str, Any],
    target: Mapping[str, Any] | None,
) -> Words:
    try:
        now = served.read()
    except (Refused, *EXPECTED) as error:
        why = context.explain(error)
        return Words(
            en=f"{served.part}: the current state is unknown, since it could not be read ({why.en}). The same"
            " command resumes from there",
            ja=f"{served.part}: 現在の状態を読み取れず不明です（{why.ja}）。同じコマンドで続きから実行できます",
        )
    if target and all(now.get(name) == entry for name, entry in target.items()):
        return Words(
            en=f"{served.part}: everything was moved before it stopped; the same command finishes it",
            ja=f"{served.part}: 停止する前にすべて移動しました。同じコマンドで完了します",
        )
    failed: dict[str, Words] = {}
    for name, value in now.items():
        back = Change(served.named(name), VERSION, value, before[name], undoes=True)
        if value == before[name]:
            context.note((back,), True)  # what broke off there changed nothing
        else:
            try:
                context.settle((back,), partial(put, name, before[name]))
            except (Refused, *EXPECTED) as error:
                failed[name] = context.explain(error)
    return _standing(served, now, failed)


def _standing(served: ServedPart, now: Mapping[str, Any], failed: Mapping[str, Words]) -> Words:
    """Say what callers get: all as before, or both meanwhile. ``failed``: what was not put back, and why."""
    if not failed:
        return Words(
            en=f"{served.part}: everything is served as before; the same command tries again",
            ja=f"{served.part}: すべて元のまま提供しています。同じコマンドで再試行できます",
        )
    there = joined((served.named(name).at(f" {now[name]}") for name in failed), ", ")
    as_before = joined((served.named(name) for name in now if name not in failed), ", ") or NONE
    why = next(iter(failed.values()))
    return Words(
        en=f"{served.part}: moved and not put back: {there.en} ({why.en}); as before: {as_before.en}. The same command"
        " resumes from here",
        ja=f"{served.part}: 移動済みで戻せないもの: {there.ja}（{why.ja}）、元のまま: {as_before.ja}。同じコマンドで"
        "続きから実行できます",
    )


KIND = "rollback"
BEGUN, DONE, ABANDONED = "begun", "done", "abandoned"
PlannedMove = tuple[Changes, Callable[[], object]]
"""What differs, and the call that changes it."""


def unfinished_target(
    context: StepContext, part: str, live: Mapping[str, Any], scope: Sequence[str] | None = None
) -> Mapping[str, Any] | None:
    """Return the target of a rollback of this scope (None: of any scope) that did not finish; else None.

    ``live`` is what callers get now, in the terms of ``ServedPart.read``.
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


def execute(
    context: StepContext,
    served: ServedPart,
    after: Mapping[str, Any],
    moves: Sequence[PlannedMove],
    scope: Sequence[str] = (),
) -> Changes:
    """Make the moves one after another, and time them; where a killed run made them all, record that it is done.

    Each is settled by itself, so that the journal of a run that stops tells which were made. ``scope`` is what was
    looked at: some of it may have been right already, and is in none of the moves.
    """
    changes = tuple(change for made, _ in moves for change in made)
    part, before = served.part, served.read()
    going = unfinished_target(context, part, before, scope)
    moved = {"before": before, "after": after, "scope": list(scope)}
    record = partial(_record, context, part, moved)
    if not changes and going:
        return context.leave_record(KIND, DONE, partial(record, DONE), before=BEGUN)
    if not changes or not context.go:
        return changes
    if going:
        now, then = (_served_in_words(each) for each in (before, going))
        context.say(
            en=f"{part}: an earlier run was stopped half-way. What is there now: {now}; resuming towards {then}",
            ja=f"{part}: 前回の実行は途中で止まっています。現在の状態: {now}。{then}に向けて続けます",
        )
    record(BEGUN)
    start = monotonic()
    with all_or_none(context, served, target=after):
        for planned, move in moves:
            context.settle(planned, move)
    took = round(monotonic() - start, 2)
    record(DONE, took)
    context.say(en=f"{part}: moved in {took:g} s", ja=f"{part}: {took:g}秒で切り替えました")
    return changes


def _served_in_words(served: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in served.items())


def _overtaken(context: StepContext, newest: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Whether a release came after it: one that was recorded, and is neither what it left nor its target.

    A rollback of another part leaves a record of a release, too, and must not end this one.
    """
    if len(context.history(releases.KIND)) <= newest.get("releases", 0):
        return False
    before, after = newest["before"], newest["after"]
    return any(
        name in live and live[name] not in (origin, after.get(name, origin))
        for name, origin in before.items()
    )


def _record(
    context: StepContext,
    part: str,
    moved: Mapping[str, Any],
    state: str,
    took: float | None = None,
) -> None:
    counted = {"releases": len(context.history(releases.KIND))}
    context.record(KIND, {"part": part, "state": state, **moved, **counted, "seconds": took})
