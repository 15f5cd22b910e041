"""The items of a table under some hash keys: read as they are now, deleted, and read again as proof that they are gone."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from aws.desired import Table

AT_ONCE = 8
"""Requests under way to one table: a load run leaves thousands of items."""
Key = Mapping[str, Any]
"""In DynamoDB JSON."""


class Emptied(NamedTuple):
    """The keys that were there, and those of them (or later ones) that still are."""

    before: list[Key]
    remaining: list[Key]


def unchanged(item: Mapping[str, Any] | None, *names: str) -> dict[str, Any]:
    """Return the condition of a write to an item that is still as it was read, by these attributes; None was not there."""
    there = {name: item[name] for name in names if item and name in item}
    if not there:
        return {"ConditionExpression": f"attribute_not_exists({names[0]})"}
    return {
        "ConditionExpression": " AND ".join(f"{name} = :{name}" for name in there),
        "ExpressionAttributeValues": {f":{name}": value for name, value in there.items()},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTable:
    """A table and its key attributes; every method raises what DynamoDB's client raises."""

    dynamodb: Any
    name: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, dynamodb: Any) -> "KeyedTable":
        keys = tuple(name for name in (table.hash_key, table.range_key) if name)
        return cls(dynamodb=dynamodb, name=table.name, keys=keys)

    def under(self, hash_key: str) -> list[Key]:
        """Return the keys of all items under a hash key, read consistently."""
        return self._items("query", **self._of(hash_key), **self._keys_alone)

    def items(self, hash_key: str) -> list[Mapping[str, Any]]:
        """Return all items under a hash key as they are, read consistently."""
        names = {"#0": self.keys[0]}
        return self._items("query", **self._of(hash_key), ExpressionAttributeNames=names)

    def every_key(self) -> list[Key]:
        """Return the keys of all items, read consistently: it scans the whole table."""
        return self._items("scan", **self._keys_alone)

    @property
    def _keys_alone(self) -> dict[str, Any]:
        names = {f"#{number}": name for number, name in enumerate(self.keys)}
        return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}

    def _of(self, hash_key: str) -> dict[str, Any]:
        values = {":id": {"S": hash_key}}
        return {"KeyConditionExpression": "#0 = :id", "ExpressionAttributeValues": values}

    def _items(self, operation: str, **parameters: Any) -> list[Mapping[str, Any]]:
        pages = self.dynamodb.get_paginator(operation).paginate(
            TableName=self.name, ConsistentRead=True, **parameters
        )
        return [item for page in pages for item in page["Items"]]

    def key(self, item: Mapping[str, Any]) -> Key:
        return {name: item[name] for name in self.keys}

    def transact(self, changes: Iterable[Mapping[str, Mapping[str, Any]]]) -> None:
        """Make these changes (``{"Delete": …}``, ``{"Put": …}``), all or none."""
        items = [
            {kind: {"TableName": self.name, **change}}
            for entry in changes
            for kind, change in entry.items()
        ]
        self.dynamodb.transact_write_items(TransactItems=items)

    def emptied(self, hash_keys: Iterable[str]) -> Emptied:
        """Delete all items under these hash keys, one by one, so that DeleteItem is the only right that it takes."""
        hash_keys = list(hash_keys)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            before = [key for keys in threads.map(self.under, hash_keys) for key in keys]
            list(threads.map(self.delete, before))
            remaining = [key for keys in threads.map(self.under, hash_keys) for key in keys]
        return Emptied(before, remaining)

    def delete(self, key: Key) -> None:
        self.dynamodb.delete_item(TableName=self.name, Key=dict(key))
