"""GET /stamps: one Query of the caller's stamps, their masters in batches, answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally import aws
from lambdas.rally.domain.counters import is_counter
from lambdas.rally.domain.members import user_id
from lambdas.rally.dynamodb import batch_get, plain
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction
from lambdas.stamps.domain import shown


@dataclass(frozen=True)
class Collection:
    """Who has collected what."""

    client: Any
    userstamps: str
    masters: str
    pause: Callable[[float], None] = time.sleep

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """List the caller's stamps."""
        user = request.of_own(user_id({"userId": request.parameter("userId")}, "userId"))
        collected = self._collected(user, request)
        masters = self._masters([stamp["StampId"] for stamp in collected], request)
        stamps = [shown(stamp, masters.get(stamp["StampId"], {})) for stamp in collected]
        return {"user_id": user, "stamps": stamps, "total": len(stamps)}

    def _collected(self, user: str, request: LambdaRequest) -> list[dict[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.userstamps,
            KeyConditionExpression="UserId = :user",
            ExpressionAttributeValues={":user": {"S": user}},
            ConsistentRead=True,  # the front end lists right after an award
        )
        items: list[dict[str, Any]] = []
        for page in pages:
            items += map(plain, page["Items"])
            request.in_time()
        return [item for item in items if not is_counter(item["StampId"])]

    def _masters(self, stamp_ids: list[str], request: LambdaRequest) -> dict[str, dict[str, Any]]:
        keys = [{"StampId": {"S": stamp_id}} for stamp_id in stamp_ids]
        masters = batch_get(self.client, self.masters, keys, request.in_time, self.pause)
        return {master["StampId"]: master for master in masters}


def begin(environ: Mapping[str, str]) -> Collection:
    """Make the action from the function's variables."""
    return Collection(
        aws.client("dynamodb"), environ["TABLE_USERSTAMPS"], environ["TABLE_STAMPMASTERS"]
    )


handler = LambdaFunction("stamps", begin)
