"""Items of moto's tables: which ones a request writes, and how they are read and put back without the API."""

from collections.abc import Iterator, Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType

Key = tuple[tuple[str, str], ...]


def writes(operation: str, asked: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield table and key (or whole item) of everything that a call writes."""
    if operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        yield asked["TableName"], asked.get("Item") or asked["Key"]
    elif operation == "BatchWriteItem":
        for name, requests in asked["RequestItems"].items():
            for request in requests:
                put, delete = request.get("PutRequest"), request.get("DeleteRequest")
                yield name, put["Item"] if put else delete["Key"]
    elif operation == "TransactWriteItems":
        for item in asked.get("TransactItems") or ():
            for kind, write in item.items():
                if kind != "ConditionCheck":
                    yield write.get("TableName", ""), write.get("Item") or write.get("Key") or {}


def key_of(table: Any, given: Mapping[str, Any]) -> Key:
    """Return the key that a write names; empty where it lacks a part, which DynamoDB refuses."""
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    whole = all(name in given for name in names)
    return tuple(next(iter(given[name].items())) for name in names) if whole else ()


def image(table: Any, key: Key) -> Mapping[str, Any] | None:
    found = table.get_item(*(DynamoType({kind: value}) for kind, value in key))
    return dict(found.to_json()["Attributes"]) if found else None


def put_back(table: Any, key: Key, given: Mapping[str, Any] | None) -> None:
    """Let an item be as it was read before; None: it was not there."""
    names = [DynamoType({kind: value}) for kind, value in key]
    table.delete_item(names[0], names[1] if len(names) > 1 else None)
    if given is not None:
        table.put_item(dict(given))
