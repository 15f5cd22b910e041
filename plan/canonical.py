"""One hash per table content, regardless of the order of items and the spelling of numbers and location keys."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Context
from typing import Any

from lambdas.rally.domain.spots import SPELLINGS

EXACT = Context(prec=40)
"""DynamoDB keeps 38 digits; with Python's default of 28, two different numbers could become equal."""
TODAYS_NAME: Mapping[str, str] = {
    spelling: name for name, spellings in SPELLINGS.items() for spelling in spellings
}
"""Any spelling of a location's key -> the current one; inside a map, all of them mean the same."""

Item = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB JSON: attribute -> {type: value}."""


def canonical_hash(items: Iterable[Item]) -> str:
    """Hash a table's content: SHA-256 in hex over the sorted hashes of its items.

    Raises ValueError or KeyError for an item that is not DynamoDB JSON. Memory: 32 bytes per item.
    """
    return combined_hash(map(item_hash, items))


def combined_hash(hashes: Iterable[str]) -> str:
    """Hash a table's content from the ``item_hash`` of each item, in any order."""
    whole = hashlib.sha256()
    for digest in sorted(map(bytes.fromhex, hashes)):
        whole.update(digest)
    return whole.hexdigest()


def item_hash(item: Item) -> str:
    """Hash one item, so that two tables can be compared item by item."""
    return _hash({name: _value(value) for name, value in item.items()})


def outline(items: Iterable[Item], key: str) -> dict[str, dict[str, str]]:
    """Return id -> attribute -> short digest of its value, by which a later reading names what differs."""
    return {
        str(next(iter(item[key].values()))): {
            name: _hash(_value(value))[:12] for name, value in item.items() if name != key
        }
        for item in items
    }


def _hash(plain: Any) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _value(typed: Mapping[str, Any]) -> list[Any]:
    """``{"N": "35.50"}`` -> ``["N", "35.5"]``, and so on down."""
    if len(typed) != 1:
        raise ValueError(f"not one DynamoDB type but {len(typed)}: {', '.join(typed)}")
    ((kind, value),) = typed.items()
    return [kind, _FORMS[kind](value) if kind in _FORMS else value]


def _number(text: str) -> str:
    number = EXACT.create_decimal(text)
    return str(number.normalize(EXACT)) if number else "0"


def _binary(value: bytes | str) -> str:
    """Return binary as base64, as an export writes it; boto3 returns bytes."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _key(name: str, among: Mapping[str, Any]) -> str:
    """Return the current spelling for the spelling that the functions read; any other keeps its own name."""
    usual = TODAYS_NAME.get(name, name)
    read = next((spelling for spelling in SPELLINGS.get(usual, ()) if spelling in among), name)
    return usual if name == read else name


_FORMS: Mapping[str, Any] = {
    "N": _number,
    "B": _binary,
    "M": lambda value: {_key(name, value): _value(entry) for name, entry in value.items()},
    "L": lambda values: [_value(value) for value in values],
    "SS": sorted,
    "NS": lambda values: sorted(map(_number, values)),
    "BS": lambda values: sorted(map(_binary, values)),
}
