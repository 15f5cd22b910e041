"""Recount the ranking's counters from the stamps, and correct what drifted.

Counters drift where stamps were written without them: by older code after a rollback, by a migration of
users, by hand, or where stamps expired. It reads the whole of UserStamps, so choose a quiet hour.

ランキングの集計値をスタンプから数え直し、ずれを直す。

ロールバック後の古いコード、利用者データの移行、手動での書き込み、スタンプの期限切れがあると、集計値がずれます。
UserStampsテーブル全体を読み取るため、利用の少ない時間帯に実行してください。
"""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from aws.change.gate import Changes
from aws.contents import DIGITS, EARLIEST_S, LATEST_S
from aws.items import unchanged
from aws.words import Words
from lambdas.rally.domain.counters import PREFIX, Counter, is_counter, sort_key
from lambdas.rally.domain.periods import month_of, week_of
from plan.masters import number
from runbook.engine import Change, Refused, StepContext, step

Key = tuple[str, str]
"""User and sort key, as in the table."""
Item = Mapping[str, Mapping[str, str]]
"""DynamoDB JSON."""


Stamp = tuple[str, int]
"""User, and when it was collected, in epoch seconds."""


def partitioned(items: Iterable[Item]) -> tuple[list[Stamp], Mapping[Key, Item]]:
    """Tell stamps and counters apart."""
    collected: list[Stamp] = []
    counters: dict[Key, Item] = {}
    for entry in items:
        user, stamp = entry["UserId"]["S"], entry["StampId"]["S"]
        if is_counter(stamp):
            counters[user, stamp] = entry
        elif "CollectedAt" in entry:
            collected.append((user, _seconds(entry)))
    return collected, counters


def _seconds(stamp: Item) -> int:
    at = number(stamp["CollectedAt"])
    if at is None or not 0 <= at < LATEST_S or DIGITS <= at < EARLIEST_S:
        key = f"{stamp['UserId']['S']} {stamp['StampId']['S']}"
        raise Refused(
            en=f"{key} has no time in seconds since the epoch (CollectedAt): correct it, as DATA-11 asks",
            ja=f"{key}のCollectedAtがエポック秒ではありません。DATA-11に従って直してください",
        )
    return int(at)


def counted(collected: Iterable[Stamp]) -> dict[Key, dict[str, Any]]:
    """Return every counter that there should be, by its key, as an item in DynamoDB JSON."""
    counts: Tally[Key] = Tally()
    latest: dict[Key, int] = {}
    for user, at in collected:
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


COUNTER = Words(en="counter", ja="集計")
STAMP_COUNT = Words.same("StampCount")


@dataclass(frozen=True, slots=True)
class Drift:
    """One counter as it is and as it should be; None: it is not there, or should not be."""

    key: Key
    actual: Item | None
    expected: Item | None


def drifted(context: StepContext) -> tuple[int, tuple[Drift, ...]]:
    """Read the table whole; return how many counters there should be, and those that are not so."""
    whole = {"TableName": context.plan.table("userstamps").name, "ConsistentRead": True}
    collected, actual = partitioned(context.listed("dynamodb", "scan", "Items", **whole))
    expected = counted(collected)
    drift = (Drift(key, actual.get(key), expected.get(key)) for key in sorted({*expected, *actual}))
    return len(expected), tuple(counter for counter in drift if counter.actual != counter.expected)


def correct(context: StepContext, drift: Drift) -> Changes:
    """Correct one counter; Refused where an award has changed it since it was read."""
    was, will = map(_count, (drift.actual, drift.expected))
    change = Change(COUNTER.named(" ".join(drift.key)), STAMP_COUNT, was, will)
    return context.settle((change,), lambda: _write(context, drift))


def _write(context: StepContext, drift: Drift) -> None:
    client, table = context.client("dynamodb"), context.plan.table("userstamps").name
    condition = unchanged(drift.actual, "StampCount", "LatestAt")
    try:
        if drift.expected is None:
            user, key = drift.key
            key_of = {"UserId": {"S": user}, "StampId": {"S": key}}
            client.delete_item(TableName=table, Key=key_of, **condition)
        else:
            client.put_item(TableName=table, Item=drift.expected, **condition)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
            raise
        raise Refused(
            en=f"counter {' '.join(drift.key)} has changed since it was read: a user collects stamps;"
            " run it again",
            ja=f"集計{' '.join(drift.key)}が読み取り後に変わりました。スタンプの取得が進行中です。再実行してください",
        ) from None


def _count(item: Item | None) -> int | None:
    count = number(item.get("StampCount")) if item else None
    return None if count is None else int(count)


KIND = "recount"


@step("8-3", shown=False)
def put_the_counters_right(context: StepContext) -> Changes:
    """Correct every counter that differs from the stamps.

    Each is written only if it is still as it was read: an award at the same moment wins, and the run says so.

    スタンプと一致しない集計値を直す。

    読み取り時から変わっていない場合だけ書き込みます。同時に付与があった場合は付与を優先し、その旨を表示します。
    """
    _, drift = drifted(context)
    return context.each(correct, drift)


@step("8-3", proves=("DATA-05",), shown=False)
def leave_the_record(context: StepContext) -> Changes:
    """Read again, and record whether counters and stamps agree.

    読み直し、集計値とスタンプが一致するかを記録する。
    """
    counters, drift = drifted(context)
    body = {"agree": not drift, "counters": counters, "drifted": len(drift)}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return context.leave_record(KIND, body, lambda: context.record(KIND, body | {"at": at}))
