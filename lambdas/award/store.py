"""The award as one transaction: the stamp and both counters, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any
from uuid import uuid4

from botocore.exceptions import ClientError

from lambdas.award.domain import Claim
from lambdas.rally.domain.counters import Counter, sort_key
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.dynamodb import plain, typed

STALE = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
BUSY = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})


@dataclass(frozen=True)
class StoredCounter:
    """A counter, and the item that it was read from, in DynamoDB JSON; {} where there is none."""

    counter: Counter
    item: Mapping[str, Any]

    @classmethod
    def of(cls, user_id: str, period: str, item: Mapping[str, Any]) -> "StoredCounter":
        """Read an item, of any writer; a value that is not a number counts as 0."""
        values = plain(item)
        count, latest_at = (_whole(values.get(name)) for name in ("StampCount", "LatestAt"))
        return cls(Counter(user_id, period, count, latest_at), item)

    def unmoved(self) -> dict[str, Any]:
        """Return the condition that the item has not changed since it was read."""
        if not self.item:
            return {"ConditionExpression": "attribute_not_exists(StampId)"}
        if "StampCount" not in self.item:
            bare = "attribute_exists(StampId) AND attribute_not_exists(StampCount)"
            return {"ConditionExpression": bare}
        return {
            "ConditionExpression": "StampCount = :count",
            "ExpressionAttributeValues": {":count": self.item["StampCount"]},
        }


class AwardOutcome(Enum):
    """The outcome of one attempt."""

    WON = "the stamp is the caller's"
    HELD = "the caller had it before"
    STALE = "a counter moved, or another transaction was at it"


@dataclass(frozen=True)
class Stamps:
    """UserStamps and StampMasters, as an award uses them."""

    client: Any
    userstamps: str
    masters: str

    def master(self, stamp_id: str) -> dict[str, Any] | None:
        """Return the stamp master, None if there is none."""
        answer = self.client.get_item(TableName=self.masters, Key={"StampId": {"S": stamp_id}})
        return plain(answer["Item"]) if "Item" in answer else None

    def holds(self, user_id: str, stamp_id: str) -> bool:
        """Whether the user has the stamp at this moment."""
        answer = self.client.get_item(
            TableName=self.userstamps,
            Key=typed({"UserId": user_id, "StampId": stamp_id}),
            ConsistentRead=True,
            ProjectionExpression="StampId",
        )
        return "Item" in answer

    def counters(self, user_id: str, periods: Sequence[str]) -> list[StoredCounter]:
        """Return the user's current counters of the periods; 0 if absent.

        One Query reads from the first key to the last; at most a year of counters lies in between.
        """
        keys = sorted(sort_key(period) for period in periods)
        answer = self.client.query(
            TableName=self.userstamps,
            KeyConditionExpression="UserId = :user AND StampId BETWEEN :first AND :last",
            ExpressionAttributeValues=typed(
                {":user": user_id, ":first": keys[0], ":last": keys[-1]}
            ),
            ConsistentRead=True,
        )
        items = {item["StampId"]["S"]: item for item in answer["Items"]}
        return [
            StoredCounter.of(user_id, period, items.get(sort_key(period), {})) for period in periods
        ]

    def put(self, claim: Claim, collected_at: int, before: Sequence[StoredCounter]) -> AwardOutcome:
        """Try to write the stamp, and the counters incremented from `before`."""
        puts = [self._stamp(claim, collected_at)]
        puts += [self._moved(stored, collected_at) for stored in before]
        try:
            # botocore retries a lost call with the same token: DynamoDB then answers the retry of a
            # successful write with success, instead of saying that the stamp exists.
            self.client.transact_write_items(
                TransactItems=[{"Put": put} for put in puts], ClientRequestToken=str(uuid4())
            )
        except ClientError as error:
            return _outcome(error)
        return AwardOutcome.WON

    def _stamp(self, claim: Claim, collected_at: int) -> dict[str, Any]:
        item: dict[str, str | int] = {
            "UserId": claim.user_id,
            "StampId": claim.stamp_id,
            "CollectedAt": collected_at,
            "Method": claim.method,
        }
        return {
            "TableName": self.userstamps,
            "Item": typed(item),
            "ConditionExpression": "attribute_not_exists(StampId)",
        }

    def _moved(self, stored: StoredCounter, collected_at: int) -> dict[str, Any]:
        item = typed(stored.counter.after(collected_at).item())
        return {"TableName": self.userstamps, "Item": item, **stored.unmoved()}


def _whole(value: object) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0


def _outcome(error: ClientError) -> AwardOutcome:
    """Read DynamoDB's cancellation reasons, one per item, in the order of the items."""
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    if not reasons:
        raise error
    if reasons[0] == "ConditionalCheckFailed":
        return AwardOutcome.HELD
    if STALE.intersection(reasons):
        return AwardOutcome.STALE
    if BUSY.intersection(reasons):
        raise Refusal("SERVICE_UNAVAILABLE", detail="the transaction was throttled") from error
    raise error
