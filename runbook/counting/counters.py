"""What the counters of the ranking should be, given the stamps that were collected.

The form is the one of lambdas/README.md, "Counters", carried over: procedures do not import functions.
A test holds both against each other.
"""

import re
import zlib
from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

JAPAN = timezone(timedelta(hours=9), "JST")
PREFIX = "#"
SHARDS = 8
PER_STAMP = 10**10
LINE_USER = re.compile(r"U[0-9a-f]{32}")
"""Only people are ranked: a synthetic user's counter has no place in the index."""

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
        if stamp.startswith(PREFIX):
            counters[user, stamp] = one
        elif "CollectedAt" in one:
            collected.append((user, int(one["CollectedAt"]["N"])))
    return Stamps(tuple(collected), counters)


def counted(stamps: Stamps) -> dict[Key, dict[str, Any]]:
    """Return every counter that there should be, by its key, as an item in DynamoDB JSON."""
    counts: Tally[Key] = Tally()
    latest: dict[Key, int] = {}
    for user, at in stamps.collected:
        for period in periods(at):
            key = (user, f"{PREFIX}{period}")
            counts[key] += 1
            latest[key] = max(latest.get(key, 0), at)
    return {key: item(*key, count, latest[key]) for key, count in counts.items()}


def periods(at: int) -> tuple[str, str]:
    """Return week and month of a moment, as people in Japan have them: weeks begin on Monday."""
    moment = datetime.fromtimestamp(at, JAPAN)
    year, week, _ = moment.isocalendar()
    return f"{year:04}-W{week:02}", f"{moment:%Y-%m}"


def item(user: str, key: str, count: int, latest: int) -> dict[str, Any]:
    """Write a counter as an award writes it."""
    made: dict[str, Any] = {
        "UserId": {"S": user},
        "StampId": {"S": key},
        "StampCount": {"N": str(count)},
        "LatestAt": {"N": str(latest)},
    }
    if LINE_USER.fullmatch(user):
        shard = zlib.crc32(user.encode()) % SHARDS
        made["PeriodShard"] = {"S": f"{key.removeprefix(PREFIX)}#{shard}"}
        made["Rank"] = {"N": str(count * PER_STAMP - latest)}
    return made
