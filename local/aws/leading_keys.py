"""``dynamodb:LeadingKeys``: the hash keys that a call touches, by which a policy may limit it to some items."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.aws.moto import Moto
from local.aws.request import Request

EQUALS = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")
"""A term of a key condition that names one value; the other terms are of the range key."""


def leading_keys(request: Request, moto: Moto) -> tuple[str, ...]:
    """Return the hash keys that a call names, in the order of the call; none for a Scan or another service."""
    if request.service != "dynamodb":
        return ()
    tables = moto.backend("dynamodb", request.region).tables
    named = _named(request.parameters)
    return tuple(key for name, part in named for key in _of(part, tables.get(name)))


def _named(given: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each table that a call names, with the part of the call that is about it."""
    for item in given.get("TransactItems", ()):
        yield from ((part["TableName"], part) for part in item.values())
    for name, asked in given.get("RequestItems", {}).items():
        parts = asked if isinstance(asked, list) else asked["Keys"]
        for part in parts:
            yield name, next(iter(part.values())) if isinstance(asked, list) else {"Key": part}
    if "TableName" in given:
        yield given["TableName"].rpartition("/")[2], given


def _of(part: Mapping[str, Any], table: Any) -> Iterator[str]:
    if table is None:
        return
    name = _hash_key(table, part.get("IndexName"))
    item = part.get("Key") or part.get("Item")
    values = [item[name]] if item and name in item else _asked(part, name)
    yield from (str(next(iter(value.values()))) for value in values)


def _hash_key(table: Any, index: str | None) -> str:
    if index is None:
        return str(table.hash_key_attr)
    schema = next(
        entry.schema for entry in (*table.global_indexes, *table.indexes) if entry.name == index
    )
    return next(str(entry["AttributeName"]) for entry in schema if entry["KeyType"] == "HASH")


def _asked(part: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    names = part.get("ExpressionAttributeNames", {})
    terms = EQUALS.findall(part.get("KeyConditionExpression", ""))
    values = part.get("ExpressionAttributeValues", {})
    return [values[value] for attribute, value in terms if names.get(attribute, attribute) == name]
