"""DynamoDB's Query at a cost that does not grow with the table: moto sorts every item it holds."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response


def query(request: Request, moto: Moto) -> Response:
    """Show moto only the items whose hash key is one of the values that the query names.

    That is never too few, for a key condition can only compare with such a value. Queries of an
    index still look at every item, but no longer sort them.
    """
    from moto.dynamodb.models.dynamo_type import DynamoType  # noqa: PLC0415  # moto is imported late

    given = request.parameters
    tables = moto.backend("dynamodb", request.region).tables
    table = tables.get(str(given.get("TableName", "")).rpartition("/")[2])
    values = given.get("ExpressionAttributeValues")
    if table is None or not values or "KeyConditionExpression" not in given:
        return moto(request)
    named = {DynamoType(value) for value in values.values()}
    everything = table.items
    try:
        table.items = _shown(table, given.get("IndexName"), named)
        return moto(request)
    finally:
        table.items = everything


def _shown(table: Any, index_name: str | None, named: set[Any]) -> Any:
    if index_name is None:
        present = (key for key in named if key in table.items)
        return _of(table, {key: table.items[key] for key in present})
    index = next((entry for entry in table.all_indexes() if entry.name == index_name), None)
    if index is None:
        return table.items
    keys = [key["AttributeName"] for key in index.schema if key["KeyType"] == "HASH"]

    values = {(entry.type, entry.value) for entry in named}  # a moto value works its hash out anew

    def is_shown(item: Any) -> bool:
        held = (item.attrs.get(key) for key in keys)
        return all(entry is not None and (entry.type, entry.value) in values for entry in held)

    if not table.range_key_attr:
        return _of(table, {key: item for key, item in table.items.items() if is_shown(item)})
    kept = {
        key: {sort: item for sort, item in items.items() if is_shown(item)}
        for key, items in table.items.items()
        if items  # moto keeps the hash key of each item that was ever deleted
    }
    return _of(table, {key: items for key, items in kept.items() if items})


def _of(table: Any, items: Mapping[Any, Any]) -> Any:
    return defaultdict(table.items.default_factory, items)


FIXES: Mapping[tuple[str, str], Fix] = {("dynamodb", "Query"): query}
