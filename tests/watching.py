"""What each check looks at, found out by watching it at work; a snapshot that is the same there need not be judged anew."""

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, TypeVar

from aws.inventory import Sections
from signoff.environment import Environment
from signoff.environment.accountability import Decision
from signoff.evidence import Records
from signoff.judge.outcome import Finding
from signoff.judge.snapshot import Snapshot
from tests.healthy import healthy
from tests.judging import Check, collected, judge


class Aspect(enum.Enum):
    """What a check may ask of a section beside single items of it."""

    READABLE = "whether it was read"
    WHOLE = "all items, and their order"


WatchedT = TypeVar("WatchedT", Environment, Records, Snapshot)
Asked = tuple[str, str | Aspect]
"""A section, and the name of an item or another aspect of it; or ENVIRONMENT and one of its fields; or another field of the snapshot, whole."""
ENVIRONMENT = "environment"
BESIDE = tuple(
    each.name
    for each in fields(Snapshot)
    if each.compare and each.init and each.name != "inventory"
)
"""Fields of a snapshot beside what was read of AWS."""


@dataclass(frozen=True, slots=True)
class JudgedCheck:
    """A check, what it found, and what it asked for."""

    check: Check
    finding: Finding
    asked: frozenset[Asked]

    @property
    def sections(self) -> frozenset[str]:
        return frozenset(section for section, _ in self.asked).difference(BESIDE)


class _Watched:
    """Stands in for Sections and writes down what is asked for."""

    def __init__(self, sections: Sections, asked: set[Asked]) -> None:
        self._sections, self._asked = sections, asked

    def __getattr__(self, name: str) -> Any:
        section = getattr(self._sections, name)
        self._asked.add((name, Aspect.READABLE))
        return _Items(name, section, self._asked) if isinstance(section, Mapping) else section


class _Items(Mapping[str, Any]):
    """Stands in for a section that was read."""

    def __init__(self, name: str, items: Mapping[str, Any], asked: set[Asked]) -> None:
        self._name, self._items, self._asked = name, items, asked

    def __getitem__(self, item: str) -> Any:
        self._asked.add((self._name, item))
        return self._items[item]

    def __iter__(self) -> Iterator[str]:
        self._asked.add((self._name, Aspect.WHOLE))
        return iter(self._items)

    def __len__(self) -> int:
        self._asked.add((self._name, Aspect.WHOLE))
        return len(self._items)


class _Decisions(Sequence[Decision]):
    """Stands in for the decisions of an environment, which a check asks for where something differs."""

    def __init__(self, made: Sequence[Decision], asked: set[Asked]) -> None:
        self._made, self._asked = made, asked

    def __getitem__(self, at: Any) -> Any:
        self._asked.add((ENVIRONMENT, "decisions"))
        return self._made[at]

    def __len__(self) -> int:
        self._asked.add((ENVIRONMENT, "decisions"))
        return len(self._made)


def _noting(
    thing: WatchedT, asks: Mapping[str, Asked], asked: set[Asked], **instead: Any
) -> WatchedT:
    """Return a copy that writes down which of these fields are asked for, and has other values in place of some."""

    def noting(watched: object, name: str) -> Any:
        if name in asks:
            asked.add(asks[name])
        return object.__getattribute__(watched, name)

    kind: Any = type("Noting", (type(thing),), {"__getattribute__": noting})
    given = {field.name: getattr(thing, field.name) for field in fields(thing) if field.init}
    copy: WatchedT = kind(**given | instead)
    return copy


def _watched_records(snapshot: Snapshot, name: str, asked: set[Asked]) -> Records:
    whole = {field.name: (name, Aspect.WHOLE) for field in fields(Records)}
    return _noting(getattr(snapshot, name), whole, asked)


def _watched_environment(environment: Environment, asked: set[Asked]) -> Environment:
    noted = {field.name for field in fields(Environment)} - {"decisions"}
    asks = {name: (ENVIRONMENT, name) for name in noted}
    return _noting(environment, asks, asked, decisions=_Decisions(environment.decisions, asked))


def _watched_snapshot(snapshot: Snapshot, asked: set[Asked]) -> Snapshot:
    """Note which fields are asked for; of records and the environment only what is asked of them."""
    sections: Any = _Watched(snapshot.inventory.sections, asked)
    watched = {
        ENVIRONMENT: _watched_environment(snapshot.environment, asked),
        "inventory": replace(snapshot.inventory, sections=sections),
        **{name: _watched_records(snapshot, name, asked) for name in ("records", "dev")},
    }
    asks = {name: (name, Aspect.WHOLE) for name in BESIDE if name not in watched}
    return _noting(snapshot, asks, asked, **watched)


def _judged(check: Check, snapshot: Snapshot) -> JudgedCheck:
    asked: set[Asked] = set()
    watched = _watched_snapshot(snapshot, asked)
    asked.clear()
    found = check.judge(watched)
    return JudgedCheck(check, found, frozenset(asked))


def rejudging(before: Snapshot) -> Callable[[Snapshot], tuple[Finding, ...]]:
    """Return how to judge snapshots like this one: as ``judge``, but by the checks alone that ask for a difference.

    A check that asks only for what is the same takes the same way through it, and finds the same.
    """
    judged = [_judged(check, before) for check in collected()]

    def judge_again(snapshot: Snapshot) -> tuple[Finding, ...]:
        if (differing := _differing(before, snapshot)) is None:
            return judge(snapshot)
        return tuple(
            judged_check.finding
            if judged_check.asked.isdisjoint(differing)
            else judged_check.check.judge(snapshot)
            for judged_check in judged
        )

    return judge_again


def _differing(before: Snapshot, after: Snapshot) -> set[Asked] | None:
    """Return what differs, None where every check asks for it: who read what, or the plan."""
    beside = {
        (name, Aspect.WHOLE)
        for name in BESIDE
        if name != ENVIRONMENT and getattr(before, name) != getattr(after, name)
    }
    declared = {
        (ENVIRONMENT, field.name)
        for field in fields(Environment)
        if getattr(before.environment, field.name) != getattr(after.environment, field.name)
    }
    sections = {
        (name, aspect)
        for name in (each.name for each in fields(Sections))
        for aspect in _apart(
            getattr(before.inventory.sections, name), getattr(after.inventory.sections, name)
        )
    }
    every = replace(before.inventory, sections=after.inventory.sections) != after.inventory
    return None if every or before.plan != after.plan else beside | declared | sections


def _apart(before: Any, after: Any) -> set[str | Aspect]:
    """Return in what two readings of a section differ."""
    if before is after:
        return set()
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return {Aspect.READABLE}  # each check that asks for it asks this first
    items: set[str | Aspect] = {
        name
        for name in before.keys() | after.keys()
        if before.get(name, Aspect.WHOLE) is not after.get(name, Aspect.WHOLE)
    }
    same = not items and [*before] == [*after]
    return items if same else items | {Aspect.WHOLE}


@cache
def healthy_again() -> Callable[[Snapshot], tuple[Finding, ...]]:
    """Return how to judge what is like the healthy production."""
    return rejudging(healthy())


@cache
def readers() -> Mapping[str, frozenset[str]]:
    """Return section -> rows that look at it; on a healthy production no check stops half-way."""
    found: dict[str, set[str]] = {}
    for judged_check in (_judged(check, healthy()) for check in collected()):
        for section in judged_check.sections:
            found.setdefault(section, set()).add(judged_check.check.row)
    return {section: frozenset(rows) for section, rows in found.items()}
