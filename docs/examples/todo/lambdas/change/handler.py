"""POST /items and POST /items/done: an item more, and an item that is done."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import boto3

from lambdas.todo.serving import Function, Refused, caller, member, shown

LONGEST_TEXT, LONGEST_ID = 200, 64


def begin(environ: Mapping[str, str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the action from the function's variables."""
    table = boto3.resource("dynamodb").Table(environ["TABLE_ITEMS"])

    def change(event: dict[str, Any]) -> dict[str, Any]:
        to_do = _done if event["resource"] == "/items/done" else _added
        return {"item": shown(to_do(table, event))}

    return change


def _added(table: Any, event: dict[str, Any]) -> dict[str, Any]:
    text = member(event, "text", LONGEST_TEXT)
    item = {"Owner": caller(event), "Id": uuid4().hex, "Text": text, "Done": False}
    table.put_item(Item=item)
    return item


def _done(table: Any, event: dict[str, Any]) -> dict[str, Any]:
    try:
        updated = table.update_item(
            Key={"Owner": caller(event), "Id": member(event, "id", LONGEST_ID)},
            UpdateExpression="SET Done = :true",
            ConditionExpression="attribute_exists(Id)",
            ExpressionAttributeValues={":true": True},
            ReturnValues="ALL_NEW",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        raise Refused(404, "ITEM_NOT_FOUND") from None
    return dict(updated["Attributes"])


handler = Function(begin)
