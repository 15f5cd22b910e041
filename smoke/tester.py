"""The test user, a person: what a run awards them in production is taken back, and what they had is kept.

An award changes counters that the person may have had before, so deleting everything under one key would not undo
it. What they have is read before the first call; stamps are deleted and counters restored in one transaction, on the
condition that no other person has changed them since.
"""

import time
from collections import Counter as Tally
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aws.items import KeyedTable, unchanged
from aws.section import NotTestable
from aws.words import Words
from lambdas.rally.domain.counters import is_counter, sort_key
from lambdas.rally.domain.line import is_line_user
from lambdas.rally.domain.periods import month_of, week_of
from plan.masters import Spot
from signoff.environment import Environment
from smoke.aws import AWAY, reason
from smoke.manual import ManualOnly

COLLECTED = 4
"""How many stamps one user collects at most: in production, each sends the test user a message."""
CLOCK_S = 60
"""Seconds before a run's beginning to which its awards may be dated, since clocks differ."""
LONGEST_S = 3600
"""No run awards for longer: what the person collects after a killed one is their own, however late its note is read."""
Item = Mapping[str, Any]
"""In DynamoDB JSON."""


def consenting_user(environment: Environment) -> str:
    """Return the user for production's awards; ManualOnly if there is none."""
    user = environment.smoke.test_user or ""
    if is_line_user(user):
        return user
    raise ManualOnly(
        en=f"writes in {environment.name} need smoke.test_user, the id of a LINE user (U and 32 hexadecimal "
        f"digits): synthetic users are never written in production",
        ja=f"{environment.name}での書き込みには、LINEのユーザーID（Uと16進数32桁）のsmoke.test_userが必要です。"
        f"本番環境に合成ユーザーは書き込みません",
    )


def borrows_a_user(environment: Environment) -> bool:
    """Whether a run may award stamps to a person here."""
    smoke = environment.smoke
    return environment.production and smoke.writes and is_line_user(smoke.test_user or "")


def collectable(
    spots: tuple[Spot, ...], now: float, collected: Collection[str]
) -> tuple[Spot, ...]:
    """Return the spots that a run may collect: open now, not collected before, and few, the last one among them."""
    free = [spot for spot in spots if spot.open_at(now) and spot.stamp_id not in collected]
    return (*free[: COLLECTED - 1], *free[COLLECTED - 1 :][-1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class TesterSnapshot:
    """What the test user had when a run began: all stamps by id, and the counters as they were.

    ``began`` is in seconds since the epoch; ``asked`` are the stamps that the run may award: any that
    the person collects on their own are not among them.
    """

    user_id: str
    began: float
    stamps: tuple[str, ...] = ()
    counters: tuple[Item, ...] = ()
    asked: tuple[str, ...] = ()

    def counted(self, period: str) -> int:
        """Return how many stamps the period's counter had."""
        there = (entry for entry in self.counters if _sort(entry) == sort_key(period))
        return int(_number(next(there, None), "StampCount"))

    def since(self, items: Iterable[Item]) -> list[float]:
        """Return when each stamp was collected that is new among the items."""
        new = (entry for entry in items if _sort(entry) not in self.stamps)
        return [_number(entry, "CollectedAt") for entry in new if not is_counter(_sort(entry))]


def held_by(
    user_id: str, table: KeyedTable, began: float, spots: tuple[Spot, ...]
) -> TesterSnapshot:
    """Read what the test user has; NotTestable if that can't be known, since then nothing may be awarded."""
    try:
        items = table.items(user_id)
    except AWAY as error:
        why = reason(error)
        raise NotTestable(
            en=f"what the test user has in {table.name} can't be read ({why}), so nothing is awarded",
            ja=f"テストユーザーの{table.name}の内容を読み取れない（{why}）ため、付与を行わない",
        ) from None
    stamps = tuple(key for entry in items if not is_counter(key := _sort(entry)))
    return TesterSnapshot(
        user_id=user_id,
        began=began,
        stamps=stamps,
        counters=tuple(entry for entry in items if is_counter(_sort(entry))),
        asked=tuple(spot.stamp_id for spot in collectable(spots, began, stamps)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restorer:
    """Takes back what was awarded since ``before`` was read."""

    before: TesterSnapshot
    table: KeyedTable

    def put_back(self) -> list[Words]:
        """Make the test user's stamps and counters what they were; return what is still there, and why."""
        user, name = self.before.user_id, self.table.name
        try:
            current = self.table.items(user)
            if not (awarded := self._awarded(current)):
                return []
            if moved := self._moved(current, awarded):
                items = f"{user} {', '.join(map(_sort, awarded))}"
                return [
                    Words(
                        en=f"{items} in {name}; another writer moved counter {moved} meanwhile: delete them, "
                        f"then recount",
                        ja=f"{name}の{items}（その間に他の処理がカウンター{moved}を変更しました。削除してから"
                        f"再集計してください）",
                    )
                ]
            self.table.transact([*map(self._gone, awarded), *self._returned(current)])
            left = self._awarded(self.table.items(user))
        except (*AWAY, ValueError) as error:
            why = str(error) if isinstance(error, ValueError) else reason(error)
            return [
                Words(
                    en=f"what was awarded to {user} in {name} ({why})",
                    ja=f"{name}で{user}に付与したスタンプ（{why}）",
                )
            ]
        return [
            Words(en=f"{user} {_sort(entry)} in {name}", ja=f"{name}の{user} {_sort(entry)}")
            for entry in left
        ]

    def _awarded(self, items: Iterable[Item]) -> list[Item]:
        """Return the stamps of this run: not there before, among those asked for, and not collected before or after it.

        A time that is none yet is no later one: code may write milliseconds.
        """
        began, now = self.before.began, time.time()
        return [
            entry
            for entry in items
            if not is_counter(key := _sort(entry))
            and key in self.before.asked
            and key not in self.before.stamps
            and (at := _number(entry, "CollectedAt")) >= began - CLOCK_S
            and not began + LONGEST_S < at <= now
        ]

    def _changed(self, items: Iterable[Item]) -> Iterable[tuple[str, Item | None, Item | None]]:
        """Yield key, item before and item now of the counters that differ."""
        before = {_sort(counter): counter for counter in self.before.counters}
        now = {_sort(entry): entry for entry in items if is_counter(_sort(entry))}
        for key in sorted({*before, *now}):
            if before.get(key) != now.get(key):
                yield key, before.get(key), now.get(key)

    def _moved(self, items: Iterable[Item], awarded: Iterable[Item]) -> str:
        """Return a counter that differs from what these awards alone would make it; empty if there is none."""
        times = [_number(entry, "CollectedAt") for entry in awarded]
        rises = Tally(sort_key(of(at)) for of in (week_of, month_of) for at in times)
        return next(
            (
                key
                for key, before, now in self._changed(items)
                if _number(now, "StampCount") - _number(before, "StampCount") != rises[key]
            ),
            "",
        )

    def _returned(self, items: Iterable[Item]) -> Iterable[Item]:
        for _, before, now in self._changed(items):
            condition = unchanged(now, "StampCount")
            if before is None:
                yield {"Delete": {"Key": self.table.key(now or {}), **condition}}
            else:
                yield {"Put": {"Item": before, **condition}}

    def _gone(self, awarded: Item) -> Item:
        return {"Delete": {"Key": self.table.key(awarded), **unchanged(awarded, "CollectedAt")}}


def _sort(item: Item) -> str:
    return str(item["StampId"]["S"])


def _number(item: Item | None, name: str) -> float:
    """Return a number of an item; 0 where it has none."""
    return float((item or {}).get(name, {}).get("N", 0))
