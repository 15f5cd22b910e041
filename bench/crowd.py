"""A crowd of people with five stamps each, put into the local table without its API.

moto would need hours for so many transactions. By itself this module does nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from aws.converge.table import key_schema
from aws.desired import Table
from lambdas.rally.domain.counters import Counter
from lambdas.rally.domain.periods import month_of, week_of
from lambdas.rally.dynamodb import typed

NOW = 1_764_028_800
"""When the rankings are asked for, in seconds since the epoch."""
EACH = 5
"""Stamps of one person: as many as there are spots."""

Row = Mapping[str, str | int]


def user(number: int) -> str:
    """Return an id of LINE's form: only those are ranked."""
    return f"U{number:032x}"


def people(begin: int, end: int) -> Iterator[tuple[str, list[Row]]]:
    """Yield each person's items; lower numbers reached their count earlier."""
    for number in range(begin, end):
        name, latest = user(number), NOW - 1_000_000 + number
        stamps: list[Row] = [
            {"UserId": name, "StampId": f"SPOT-{n}", "CollectedAt": latest, "Method": "GPS"}
            for n in range(EACH)
        ]
        periods = (week_of(NOW), month_of(NOW))
        yield name, [*stamps, *(Counter(name, one, EACH, latest).item() for one in periods)]


def fill(model: Any, user_id: str, items: list[Row]) -> None:
    """Put one person's items into moto's model of the table, skipping its checks."""
    from moto.dynamodb.models.dynamo_type import DynamoType, Item  # noqa: PLC0415 - moto is imported late

    key = DynamoType({"S": user_id})
    for one in items:
        values = {name: DynamoType(value) for name, value in typed(one).items()}
        item = Item(key, values["StampId"], {})
        item.attrs.update(values)
        model.items[key][values["StampId"]] = item


def shape(one: Table) -> dict[str, Any]:
    """Return what CreateTable takes."""
    indexes = [
        {
            "IndexName": index.name,
            "KeySchema": key_schema(index.hash_key, index.range_key),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        for index in one.indexes
    ]
    kinds = one.attributes.items()
    return {
        "TableName": one.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(one.hash_key, one.range_key),
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": k} for n, k in kinds],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }
