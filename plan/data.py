"""Tables and secrets: guide steps 1-3, 2-1 and 3-1, and the index that our ranking reads."""

from plan.model import Index, Secret, Table
from plan.naming import Naming

RANKING_INDEX = Index(name="PeriodRanking", hash_key="PeriodShard", range_key="Rank")
"""Top N of a week or month in a constant number of queries: period#shard, and count with time."""


def tables(naming: Naming) -> tuple[Table, ...]:
    names = naming.environment.tables
    return (
        Table(
            key="users",
            name=names["users"],
            arn=naming.table_arn("users"),
            hash_key="UserId",
            range_key=None,
            attributes={"UserId": "S"},
        ),
        Table(
            key="userstamps",
            name=names["userstamps"],
            arn=naming.table_arn("userstamps"),
            hash_key="UserId",
            range_key="StampId",
            attributes={
                "UserId": "S",
                "StampId": "S",
                RANKING_INDEX.hash_key: "S",
                RANKING_INDEX.range_key: "N",
            },
            indexes=(RANKING_INDEX,),
            ttl_attribute="TTL",
        ),
        Table(
            key="stampmasters",
            name=names["stampmasters"],
            arn=naming.table_arn("stampmasters"),
            hash_key="StampId",
            range_key=None,
            attributes={"StampId": "S"},
        ),
    )


def secrets(naming: Naming) -> tuple[Secret, ...]:
    names = naming.environment.secrets
    return (
        Secret(
            key="token_key",
            name=names["token_key"],
            arn_pattern=naming.secret_arn("token_key"),
            json_key="TOKEN_SECRET_KEY",
            min_bits=256,
        ),
        Secret(
            key="line_token",
            name=names["line_token"],
            arn_pattern=naming.secret_arn("line_token"),
            json_key="LINE_CHANNEL_ACCESS_TOKEN",
        ),
    )
