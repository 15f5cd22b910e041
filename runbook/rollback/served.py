"""What callers get of one part moves all together or not at all: half of it would be two releases at once."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.words import Words
from runbook.engine import Change, Refused, StepContext
from signoff.judge.errors import EXPECTED


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPart:
    """What callers get of one part, thing by thing: how it is read, and how one of them is put back."""

    part: str
    """functions, api."""
    named: str
    """How a message calls a thing, with its name in it: ``alias {}:live``."""
    read: Callable[[], Mapping[str, Any]]
    put: Callable[[str, Any], object]
    """Name, and what it served before."""


@contextmanager
def all_or_none(
    context: StepContext, served: ServedPart | None, target: Mapping[str, Any] | None = None
) -> Iterator[None]:
    """Put back what was moved if not all could be, also if a person interrupts; say what is served then.

    Where everything came to the ``target``, and only its answer was lost, it stays.
    """
    before = served.read() if served and context.go else None
    try:
        yield
    except BaseException:
        if served and before is not None:
            context.tell(_put_back(context, served, before, target))
        raise


def _put_back(
    context: StepContext,
    served: ServedPart,
    before: Mapping[str, Any],
    target: Mapping[str, Any] | None,
) -> Words:
    try:
        now = served.read()
    except (Refused, *EXPECTED) as error:
        return _unknown(served, context.explain(error))
    if target and all(now.get(name) == entry for name, entry in target.items()):
        return _arrived(served)
    left: dict[str, Words] = {}
    for name, value in now.items():
        back = Change(served.named.format(name), "version", value, before[name], undoes=True)
        if value == before[name]:
            context.note((back,), True)  # what broke off there changed nothing
        else:
            try:
                context.settle((back,), partial(served.put, name, before[name]))
            except (Refused, *EXPECTED) as error:
                left[name] = context.explain(error)
    return _standing(served, now, left)


def _arrived(served: ServedPart) -> Words:
    return Words(
        en=f"{served.part}: everything was moved before it stopped; the same command finishes it",
        ja=f"{served.part}: 停止する前にすべて移動しました。同じコマンドで完了します",
    )


def _unknown(served: ServedPart, why: Words) -> Words:
    return Words(
        en=f"{served.part}: the current state is unknown, since it could not be read ({why.en}). The same"
        " command resumes from there",
        ja=f"{served.part}: 現在の状態を読み取れず不明です（{why.ja}）。同じコマンドで続きから実行できます",
    )


def _standing(served: ServedPart, now: Mapping[str, Any], left: Mapping[str, Words]) -> Words:
    """Say what callers get: all as before, or both meanwhile. ``left``: what was not put back, and why."""
    if not left:
        return Words(
            en=f"{served.part}: everything is served as before; the same command tries again",
            ja=f"{served.part}: すべて元のまま提供しています。同じコマンドで再試行できます",
        )
    there = _listed(served, {name: now[name] for name in left})
    rest = ", ".join(served.named.format(name) for name in now if name not in left) or "-"
    why = next(iter(left.values()))
    return Words(
        en=f"{served.part}: moved and not put back: {there} ({why.en}); as before: {rest}. The same command"
        " resumes from here",
        ja=f"{served.part}: 移動済みで戻せないもの: {there}（{why.ja}）、元のまま: {rest}。同じコマンドで"
        "続きから実行できます",
    )


def _listed(served: ServedPart, them: Mapping[str, Any]) -> str:
    return ", ".join(f"{served.named.format(name)} {value}" for name, value in them.items()) or "-"
