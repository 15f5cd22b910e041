"""Three tables (guide step 3-1), and spots of our own in the one of stamp masters."""

from typing import Any

TAGS = [
    {"Key": "Project", "Value": "CC"},
    {"Key": "Environment", "Value": "prod"},
    {"Key": "Owner", "Value": "rally-team"},
]
SPOTS = (
    ("SHRINE-001", "Shrine gate", "35.5561", "139.6540"),
    ("BRIDGE-001", "Old bridge", "35.5557", "139.6551"),
)


def set_up(dynamodb: Any) -> None:
    _table(dynamodb, "Users-prod", {"UserId": "S"}, [("UserId", "HASH")])
    _table(dynamodb, "StampMasters-prod", {"StampId": "S"}, [("StampId", "HASH")])
    _table(
        dynamodb,
        "UserStamps-prod",
        {"UserId": "S", "StampId": "S", "PeriodShard": "S", "Rank": "N"},
        [("UserId", "HASH"), ("StampId", "RANGE")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "PeriodRanking",
                "KeySchema": _keys([("PeriodShard", "HASH"), ("Rank", "RANGE")]),
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    for spot in SPOTS:
        dynamodb.put_item(TableName="StampMasters-prod", Item=_spot(*spot))
    dynamodb.put_item(TableName="StampMasters-prod", Item=POSTER)


def _table(
    dynamodb: Any, name: str, types: dict[str, str], keys: list[tuple[str, str]], **more: Any
) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=_keys(keys),
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind} for attribute, kind in types.items()
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=TAGS,
        DeletionProtectionEnabled=True,
        **more,
    )
    dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def _keys(keys: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def _spot(stamp: str, name: str, lat: str, lon: str) -> dict[str, Any]:
    return {
        "StampId": {"S": stamp},
        "Name": {"S": name},
        "Type": {"S": "GPS"},
        "Location": {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": "20"}}},
    }


POSTER = {
    "StampId": {"S": "POSTER-001"},
    "Name": {"S": "Poster"},
    "Type": {"S": "IMAGE"},
    "ValidFrom": {"S": "2026-11-01T00:00:00+09:00"},
}
"""A stamp that is no place, valid from a day before the go-live on."""
