"""Counters that drifted, and how each is put right without treading on an award of the same moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from aws.change import Changes
from runbook.counting.counters import Item, Key, counted, sorted_out
from runbook.engine import Change, Refused, StepContext

UNCHANGED = "StampCount = :count AND LatestAt = :latest"
ABSENT = "attribute_not_exists(StampId)"


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
    stamps = sorted_out(_items(context))
    wanted, found = counted(stamps), stamps.counters
    drift = (Drift(key, found.get(key), wanted.get(key)) for key in sorted({*wanted, *found}))
    return len(wanted), tuple(one for one in drift if one.found != one.wanted)


def mend(context: StepContext, one: Drift) -> Changes:
    """Put one counter right; Refused where an award has changed it since it was read."""
    return context.settle((one.change(),), lambda: _write(context, one))


def _write(context: StepContext, one: Drift) -> None:
    client, table = context.client("dynamodb"), context.plan.table("userstamps").name
    condition = _unchanged(one.found)
    try:
        if one.wanted is None:
            user, key = one.key
            key_of = {"UserId": {"S": user}, "StampId": {"S": key}}
            client.delete_item(TableName=table, Key=key_of, **condition)
        else:
            client.put_item(TableName=table, Item=one.wanted, **condition)
    except ClientError as error:
        if error.response["Error"].get("Code") != "ConditionalCheckFailedException":
            raise
        raise Refused(
            f"counter {' '.join(one.key)} has changed since it was read: somebody collects stamps;"
            " run it again"
        ) from None


def _unchanged(found: Item | None) -> dict[str, Any]:
    if found is None:
        return {"ConditionExpression": ABSENT}
    values = {":count": found["StampCount"], ":latest": found["LatestAt"]}
    return {"ConditionExpression": UNCHANGED, "ExpressionAttributeValues": values}


def _items(context: StepContext) -> Iterator[Item]:
    pages = context.client("dynamodb").get_paginator("scan")
    table = context.plan.table("userstamps").name
    for page in pages.paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]


def _count(item: Item | None) -> int | None:
    return int(item["StampCount"]["N"]) if item else None
