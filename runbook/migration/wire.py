"""Items on their way: bytes as JSON has them and as the client wants them, and how much they weigh."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from plan.canonical import Item


def portable(value: Any) -> Any:
    """Turn the client's bytes into base64 text, at any depth, so that it can be written as JSON."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: portable(one) for name, one in value.items()}
    return [portable(one) for one in value] if isinstance(value, list) else value


def sendable(value: Any) -> Any:
    """Turn base64 text into bytes again: the client would encode the text once more."""
    if isinstance(value, Mapping):
        return {name: _bytes(name, one) for name, one in value.items()}
    return [sendable(one) for one in value] if isinstance(value, list) else value


def _bytes(name: str, value: Any) -> Any:
    """Only a type has text or a list beside it: an attribute called B holds a mapping."""
    if name == "B" and isinstance(value, str):
        return base64.b64decode(value)
    if name == "BS" and isinstance(value, list):
        return [base64.b64decode(one) for one in value]
    return sendable(value)


def sent_bytes(item: Item) -> int:
    """Return the bytes that an item takes in a request: more than it takes in the table."""
    return len(json.dumps(item, ensure_ascii=False).encode())


def stored_bytes(item: Item) -> int:
    """Return the bytes that an item takes in a table, by AWS's rules: at least these."""
    return sum(len(name.encode()) + _stored(value) for name, value in item.items())


def _stored(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "M":
        return 3 + len(value) + stored_bytes(value)
    if kind == "L":
        return 3 + sum(1 + _stored(one) for one in value)
    if kind in {"SS", "NS", "BS"}:
        return sum(_stored({kind[0]: one}) for one in value)
    if kind in {"NULL", "BOOL"}:
        return 1
    if kind == "B":
        return len(base64.b64decode(value))
    digits = value.strip("-").replace(".", "")
    return len(value.encode()) if kind == "S" else len(digits) // 2 + 1
