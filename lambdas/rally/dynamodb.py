"""Converts DynamoDB's JSON to plain values, and reads batches until nothing is left unprocessed."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdas.rally.domain.refusals import Refusal

BATCH = 100
"""The maximum number of keys in a BatchGetItem."""
TRIES = 4


def plain(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return an item's values as Python values: str, int or float, bool, None, dict, list."""
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            return int(value) if value.lstrip("-").isdigit() else float(value)
        case "M":
            return plain(value)
        case "L":
            return [_value(entry) for entry in value]
        case "NULL":
            return None
        case _:
            return value


def typed(values: Mapping[str, str | int]) -> dict[str, dict[str, str]]:
    """Return texts and whole numbers in DynamoDB JSON."""
    return {
        name: {"S": value} if isinstance(value, str) else {"N": str(value)}
        for name, value in values.items()
    }


def batch_get(
    client: Any,
    table: str,
    keys: Sequence[dict[str, dict[str, str]]],
    in_time: Callable[[], None],
    pause: Callable[[float], None] = time.sleep,
    **projection: Any,
) -> list[dict[str, Any]]:
    """Read items by key, 100 at a time, in no particular order; absent ones are left out.

    Unprocessed keys are requested again, at most TRIES calls per batch. After that this raises
    SERVICE_UNAVAILABLE: half a list is a wrong list. `in_time` is called before each call.
    """
    items: list[dict[str, Any]] = []
    for start in range(0, len(keys), BATCH):
        requests = {table: {"Keys": list(keys[start : start + BATCH]), **projection}}
        items += _batch(client, requests, table, in_time, pause)
    return items


def _batch(
    client: Any,
    requests: dict[str, Any],
    table: str,
    in_time: Callable[[], None],
    pause: Callable[[float], None],
) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    for attempt in range(TRIES):
        if attempt:
            pause(0.05 * 2**attempt)
        in_time()
        answer = client.batch_get_item(RequestItems=requests)
        items += [plain(item) for item in answer["Responses"].get(table, [])]
        requests = answer.get("UnprocessedKeys") or {}
        if not requests:
            return items
    raise Refusal("SERVICE_UNAVAILABLE", detail=f"keys of {table} left unprocessed")
