"""GET /ranking/weekly and /ranking/monthly: one Query per shard, one batch of names, answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally import aws
from lambdas.rally.domain.counters import INDEX, SHARDS, partition
from lambdas.rally.domain.members import legible, user_id
from lambdas.rally.dynamodb import batch_get, plain
from lambdas.rally.request import LambdaRequest
from lambdas.rally.serving import LambdaFunction
from lambdas.ranking.domain import TOP, period_asked, ranked, top


@dataclass(frozen=True)
class Ranking:
    """The top of a period: 8 + 1 calls at any size, at most 12 if names are left unprocessed."""

    client: Any
    userstamps: str
    users: str
    now: Callable[[], float] = time.time
    pause: Callable[[float], None] = time.sleep

    def __call__(self, request: LambdaRequest) -> dict[str, Any]:
        """Rank the requested period for the caller."""
        caller = request.principal()
        if (asking := request.parameter("user_id")) is not None:
            request.of_own(user_id({"user_id": asking}, "user_id"))
        period = period_asked(request.route, request.parameter("period"), self.now())
        shards = [self._top_of(partition(period.name, n), request) for n in range(SHARDS)]
        entries = top(entry for shard in shards for entry in shard)
        names = self._names([entry["UserId"] for entry in entries], request)
        rankings = ranked(entries, names, caller)
        return {"period": period.name, "period_type": period.kind, "rankings": rankings}

    def _top_of(self, shard: str, request: LambdaRequest) -> list[dict[str, Any]]:
        request.in_time()
        answer = self.client.query(
            TableName=self.userstamps,
            IndexName=INDEX,
            KeyConditionExpression="PeriodShard = :shard",
            ExpressionAttributeValues={":shard": {"S": shard}},
            ScanIndexForward=False,
            Limit=TOP,
        )
        return [plain(item) for item in answer["Items"]]

    def _names(self, user_ids: list[str], request: LambdaRequest) -> dict[str, str]:
        keys = [{"UserId": {"S": user_id}} for user_id in user_ids]
        fields = "UserId, DisplayName"
        users = batch_get(
            self.client, self.users, keys, request.in_time, self.pause, ProjectionExpression=fields
        )
        return {user["UserId"]: legible(user.get("DisplayName")) for user in users}


def begin(environ: Mapping[str, str]) -> Ranking:
    """Make the action from the function's variables."""
    return Ranking(aws.client("dynamodb"), environ["TABLE_USERSTAMPS"], environ["TABLE_USERS"])


handler = LambdaFunction("ranking", begin)
