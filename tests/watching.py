"""What each check looks at, found out by watching it at work; a snapshot that is the same there need not be judged anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from aws.inventory import Inventory, Sections
from signoff.evidence import Records
from signoff.judge.outcome import Finding
from signoff.judge.snapshot import Snapshot
from tests.healthy import healthy
from tests.judging import Check, collected, judge

RECORDS = "records"


@dataclass(frozen=True, slots=True)
class JudgedCheck:
    """A check, what it found, and the sections that it asked for; RECORDS is the environment's store."""

    check: Check
    finding: Finding
    asked: frozenset[str]


class _Watched:
    """Stands in for Sections and writes down which of them is asked for."""

    def __init__(self, sections: Sections, asked: set[str]) -> None:
        self._sections, self._asked = sections, asked

    def __getattr__(self, name: str) -> Any:
        self._asked.add(name)
        return getattr(self._sections, name)


def _watched(records: Records, asked: set[str]) -> Records:
    class Watched(Records):
        def __getattribute__(self, name: str) -> Any:
            asked.add(RECORDS)
            return super().__getattribute__(name)

    return Watched(**{field.name: getattr(records, field.name) for field in fields(records)})


def _judged(check: Check, snapshot: Snapshot) -> JudgedCheck:
    asked: set[str] = set()
    sections: Any = _Watched(snapshot.inventory.sections, asked)
    inventory = replace(snapshot.inventory, sections=sections)
    records = _watched(snapshot.records, asked)
    asked.clear()
    found = check.judge(replace(snapshot, inventory=inventory, records=records))
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


def _differing(before: Snapshot, after: Snapshot) -> set[str] | None:
    """Return the names of what differs, None where that is more than sections and records."""
    if _beside(before) != _beside(after):
        return None
    one, other = before.inventory.sections, after.inventory.sections
    sections = {
        name
        for name in (each.name for each in fields(Sections))
        if getattr(one, name) is not getattr(other, name)
    }
    return sections | ({RECORDS} if before.records != after.records else set())


def _beside(snapshot: Snapshot) -> tuple[Any, ...]:
    of_inventory = [each.name for each in fields(Inventory) if each.name != "sections"]
    of_snapshot = [
        each.name for each in fields(Snapshot) if each.compare and each.name != "inventory"
    ]
    return (
        [getattr(snapshot.inventory, name) for name in of_inventory],
        [getattr(snapshot, name) for name in of_snapshot if name != RECORDS],
    )


@cache
def healthy_again() -> Callable[[Snapshot], tuple[Finding, ...]]:
    """Return how to judge what is like the healthy production."""
    return rejudging(healthy())


@cache
def readers() -> Mapping[str, frozenset[str]]:
    """Return section -> rows that look at it; on a healthy production no check stops half-way."""
    found: dict[str, set[str]] = {}
    for judged_check in (_judged(check, healthy()) for check in collected()):
        for section in judged_check.asked - {RECORDS}:
            found.setdefault(section, set()).add(judged_check.check.row)
    return {section: frozenset(rows) for section, rows in found.items()}
