"""GET /items: all items of the caller."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
from boto3.dynamodb.conditions import Key

from lambdas.todo.serving import Function, caller, shown


def begin(environ: Mapping[str, str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Make the action from the function's variables."""
    table = boto3.resource("dynamodb").Table(environ["TABLE_ITEMS"])

    def items(event: dict[str, Any]) -> dict[str, Any]:
        own = Key("Owner").eq(caller(event))
        return {"items": [shown(item) for item in table.query(KeyConditionExpression=own)["Items"]]}

    return items


handler = Function(begin)
