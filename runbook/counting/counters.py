"""What the counters of the ranking should be, given the stamps that were collected.

Their form and arithmetic are those of the functions (lambdas/rally/domain/counters.py).
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain.counters import PREFIX, Counter, is_counter, sort_key
from lambdas.rally.domain.periods import month_of, week_of

Key = tuple[str, str]
"""User and sort key, as in the table."""
Item = Mapping[str, Mapping[str, str]]
"""DynamoDB JSON."""


@dataclass(frozen=True, slots=True)
class Stamps:
    """What was read: stamps as (user, epoch seconds), counters by key."""

    collected: tuple[tuple[str, int], ...]
    counters: Mapping[Key, Item]


def sorted_out(items: Iterable[Item]) -> Stamps:
    """Tell stamps and counters apart."""
    collected: list[tuple[str, int]] = []
    counters: dict[Key, Item] = {}
    for one in items:
        user, stamp = one["UserId"]["S"], one["StampId"]["S"]
        if is_counter(stamp):
            counters[user, stamp] = one
        elif "CollectedAt" in one:
            collected.append((user, int(one["CollectedAt"]["N"])))
    return Stamps(tuple(collected), counters)


def counted(stamps: Stamps) -> dict[Key, dict[str, Any]]:
    """Return every counter that there should be, by its key, as an item in DynamoDB JSON."""
    counts: Tally[Key] = Tally()
    latest: dict[Key, int] = {}
    for user, at in stamps.collected:
        for period in (week_of(at), month_of(at)):
            key = (user, sort_key(period))
            counts[key] += 1
            latest[key] = max(latest.get(key, 0), at)
    return {key: item(*key, count, latest[key]) for key, count in counts.items()}


def item(user: str, key: str, count: int, latest: int) -> dict[str, Any]:
    """Write a counter as an award writes it."""
    counter = Counter(user, key.removeprefix(PREFIX), count, latest)
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in counter.item().items()
    }
