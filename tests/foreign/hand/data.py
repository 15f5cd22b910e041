"""The tables (guide step 3-1), and spots of our own in the one of stamp masters."""

from collections.abc import Iterable
from typing import Any

from tests.second_opinion import RANKED_BY, TABLES, WrittenTable

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
    for table in TABLES.values():
        index = {"GlobalSecondaryIndexes": [INDEX]} if table.ranked else {}
        _table(dynamodb, table, **index)
    for spot in SPOTS:
        dynamodb.put_item(TableName="StampMasters-prod", Item=_spot(*spot))
    dynamodb.put_item(TableName="StampMasters-prod", Item=POSTER)


def _table(dynamodb: Any, table: WrittenTable, **more: Any) -> None:
    dynamodb.create_table(
        TableName=table.name,
        KeySchema=_keys(table.keys),
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind} for name, kind in table.types.items()
        ],
        BillingMode="PAY_PER_REQUEST",
        Tags=TAGS,
        DeletionProtectionEnabled=True,
        **more,
    )
    dynamodb.update_continuous_backups(
        TableName=table.name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def _keys(names: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


INDEX = {
    "IndexName": "PeriodRanking",
    "KeySchema": _keys(RANKED_BY),
    "Projection": {"ProjectionType": "ALL"},
}


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
