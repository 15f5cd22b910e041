"""The ranking's counters, recounted from the stamps; one that drifted is corrected unless an award just changed it.

Their form and arithmetic are those of the functions (lambdas/rally/domain/counters.py).
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from aws.change.gate import Changes
from lambdas.rally.domain.counters import PREFIX, Counter, is_counter, sort_key
from lambdas.rally.domain.periods import month_of, week_of
from runbook.engine import Change, Refused, StepContext

Key = tuple[str, str]
"""User and sort key, as in the table."""
Item = Mapping[str, Mapping[str, str]]
"""DynamoDB JSON."""
UNCHANGED = "StampCount = :count AND LatestAt = :latest"
ABSENT = "attribute_not_exists(StampId)"


@dataclass(frozen=True, slots=True)
class RankedStamps:
    """What was read: stamps as (user, epoch seconds), counters by key."""

    collected: tuple[tuple[str, int], ...]
    counters: Mapping[Key, Item]


def partitioned(items: Iterable[Item]) -> RankedStamps:
    """Tell stamps and counters apart."""
    collected: list[tuple[str, int]] = []
    counters: dict[Key, Item] = {}
    for entry in items:
        user, stamp = entry["UserId"]["S"], entry["StampId"]["S"]
        if is_counter(stamp):
            counters[user, stamp] = entry
        elif "CollectedAt" in entry:
            collected.append((user, int(entry["CollectedAt"]["N"])))
    return RankedStamps(tuple(collected), counters)


def counted(stamps: RankedStamps) -> dict[Key, dict[str, Any]]:
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


@dataclass(frozen=True, slots=True)
class Drift:
    """One counter as it is and as it should be; None: it is not there, or should not be."""

    key: Key
    found: Item | None
    wanted: Item | None

    def change(self) -> Change:
        user, key = self.key
        return Change(
            f"counter {user} {key}", "StampCount", _count(self.found), _count(self.wanted)
        )


def drifted(context: StepContext) -> tuple[int, tuple[Drift, ...]]:
    """Read the table whole; return how many counters there should be, and those that are not so."""
    stamps = partitioned(_items(context))
    wanted, found = counted(stamps), stamps.counters
    drift = (Drift(key, found.get(key), wanted.get(key)) for key in sorted({*wanted, *found}))
    return len(wanted), tuple(counter for counter in drift if counter.found != counter.wanted)


def correct(context: StepContext, drift: Drift) -> Changes:
    """Correct one counter; Refused where an award has changed it since it was read."""
    return context.settle((drift.change(),), lambda: _write(context, drift))


def _write(context: StepContext, drift: Drift) -> None:
    client, table = context.client("dynamodb"), context.plan.table("userstamps").name
    condition = _unchanged(drift.found)
    try:
        if drift.wanted is None:
            user, key = drift.key
            key_of = {"UserId": {"S": user}, "StampId": {"S": key}}
            client.delete_item(TableName=table, Key=key_of, **condition)
        else:
            client.put_item(TableName=table, Item=drift.wanted, **condition)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
            raise
        raise Refused(
            en=f"counter {' '.join(drift.key)} has changed since it was read: somebody collects stamps;"
            " run it again",
            ja=f"集計{' '.join(drift.key)}が読み取り後に変わりました。スタンプの取得が進行中です。再実行してください",
        ) from None


def _unchanged(found: Item | None) -> dict[str, Any]:
    if found is None:
        return {"ConditionExpression": ABSENT}
    values = {":count": found["StampCount"], ":latest": found["LatestAt"]}
    return {"ConditionExpression": UNCHANGED, "ExpressionAttributeValues": values}


def _items(context: StepContext) -> Iterator[Item]:
    table = context.plan.table("userstamps").name
    return context.listed("dynamodb", "scan", "Items", TableName=table, ConsistentRead=True)


def _count(item: Item | None) -> int | None:
    return int(item["StampCount"]["N"]) if item else None
