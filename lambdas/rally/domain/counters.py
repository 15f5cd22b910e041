"""How many stamps a user has in a period, stored so that an index can rank them.

Counters are items of UserStamps whose sort key begins with `#`. Their index attributes put them
into one of SHARDS partitions of their period, ordered by count, and among equals by who got there
first. The top of a period is then one Query per shard, however many users there are.
"""

import zlib
from dataclasses import dataclass, replace

from lambdas.rally.domain.line import is_line_user

INDEX = "PeriodRanking"
SHARDS = 8
"""A partition takes 1000 writes a second. 1000 awards a second write two counters each: 250 per shard."""
PREFIX = "#"
_PER_STAMP = 10**10
"""Larger than any epoch second until the year 2286, so a count always outweighs a time."""


@dataclass(frozen=True)
class Counter:
    """One user's stamps in one period; `latest_at` is when this count was reached, epoch s."""

    user_id: str
    period: str
    count: int = 0
    latest_at: int = 0

    @property
    def key(self) -> str:
        """The sort key of the item."""
        return sort_key(self.period)

    def after(self, collected_at: int) -> "Counter":
        """Return the counter with one more stamp."""
        return replace(self, count=self.count + 1, latest_at=max(self.latest_at, collected_at))

    def item(self) -> dict[str, str | int]:
        """Return the item; a synthetic user's lacks the index attributes and is never ranked."""
        item: dict[str, str | int] = {
            "UserId": self.user_id,
            "StampId": self.key,
            "StampCount": self.count,
            "LatestAt": self.latest_at,
        }
        if is_line_user(self.user_id):
            item["PeriodShard"] = partition(self.period, shard_of(self.user_id))
            item["Rank"] = rank_of(self.count, self.latest_at)
        return item


def sort_key(period: str) -> str:
    """Return the sort key of a period's counter among a user's stamps."""
    return PREFIX + period


def is_counter(stamp_id: str) -> bool:
    """Whether the sort key is that of a counter, which a list of stamps must not show."""
    return stamp_id.startswith(PREFIX)


def shard_of(user_id: str) -> int:
    """Return the user's shard: always the same one, and evenly distributed over all users."""
    return zlib.crc32(user_id.encode()) % SHARDS


def partition(period: str, shard: int) -> str:
    """Return the index's partition key."""
    return f"{period}#{shard}"


def rank_of(count: int, latest_at: int) -> int:
    """Return the index's sort key: more stamps rank higher, and among equals the earlier time does."""
    return count * _PER_STAMP - latest_at


def count_in(rank: int) -> int:
    """Return the count encoded in a sort key, so that the index needs only its keys."""
    return -(-rank // _PER_STAMP)
