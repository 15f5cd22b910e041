"""What DynamoDB refuses of an item though botocore's model allows it: a write must not stop at it half-way."""

import re
from collections.abc import Iterator, Mapping
from decimal import Context, Decimal, Inexact, Overflow, Subnormal
from typing import Any

from aws.desired import Table
from aws.words import Words
from plan.canonical import Item

SETS = ("SS", "NS", "BS")
LEVELS, ITEM_BYTES, KEY_BYTES = 32, 400 * 1024, (2048, 1024)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
RANGE = Context(prec=38, Emin=-130, Emax=125, traps=[Inexact, Overflow, Subnormal])
"""boto3's refuses trailing zeros too, which DynamoDB trims, and lets 1E126 pass."""
EMPTY = Words(en="is an empty set", ja="が空のセット")
REPEATED = Words(en="is a set with a repeated member", ja="が要素の重複したセット")
NO_NUMBER = Words(
    en="is not a number of at most 38 ASCII digits between 1E-130 and 9.99E125",
    ja="が、半角数字で38桁以内、1E-130～9.99E125の数値ではない",
)
FALSE_NULL = Words(en="is NULL with the value false", ja="が値falseのNULL")
UNNAMED = Words(en="has an empty name in it", ja="に空の名前がある")
TOO_DEEP = Words(
    en=f"is nested more than {LEVELS} levels deep", ja=f"の入れ子が{LEVELS}階層を超える"
)
TOO_LARGE = Words(en="it is larger than 400 KB", ja="400 KBを超える")


def refused(item: Item, table: Table) -> Words | None:
    """Return what DynamoDB would not take, None if it takes the item, which has the key and types of DynamoDB JSON."""
    for attribute, kind in table.attributes.items():
        if attribute in item and not item[attribute].get(kind):
            return Words(
                en=f"the key {attribute} is empty or not of type {kind}",
                ja=f"キー{attribute}が空か、型{kind}ではない",
            )
    for name, limit in zip((table.hash_key, table.range_key), KEY_BYTES, strict=True):
        if name and _size(item[name]) > limit:
            return Words(
                en=f"the key {name} is longer than {limit:,} bytes",
                ja=f"キー{name}が{limit:,}バイトを超える",
            )
    whole = {"M": item}
    for path, kind, value, level in _values("Item", whole, 0):
        if flaw := _flaw(kind, value, level):
            return Words(en=f"{path} {flaw.en}", ja=f"{path}{flaw.ja}")
    return TOO_LARGE if _size(whole) - 3 - len(item) > ITEM_BYTES else None


def _values(path: str, typed: Mapping[str, Any], level: int) -> Iterator[tuple[str, str, Any, int]]:
    """Yield the value and those inside it: path, type, value, and how deep its maps and lists are."""
    ((kind, value),) = typed.items()
    yield path, kind, value, level
    for inner in value if kind == "M" else range(len(value)) if kind == "L" else ():
        step = f".{inner}" if kind == "M" else f"[{inner}]"
        yield from _values(path + step, value[inner], level + 1)


def _size(typed: Mapping[str, Any]) -> int:
    """Return the bytes by AWS's own rule (Amazon DynamoDB item sizes and formats)."""
    ((kind, value),) = typed.items()
    if kind in ("M", "L"):
        named = value.items() if kind == "M" else (("", entry) for entry in value)
        return 3 + sum(1 + len(name.encode()) + _size(entry) for name, entry in named)
    if kind in SETS:
        return sum(_size({kind[0]: member}) for member in value)
    if kind == "N":
        return 1 + (len(Decimal(value).normalize(RANGE).as_tuple().digits) + 1) // 2
    return len(value.encode() if kind == "S" else value) if kind in ("S", "B") else 1


def _flaw(kind: str, value: Any, level: int) -> Words | None:
    is_set = kind in SETS
    if kind in ("N", "NS") and not all(map(_is_number, value if is_set else [value])):
        return NO_NUMBER
    if is_set and len({Decimal(each) if kind == "NS" else each for each in value}) < len(value):
        return REPEATED
    if value == [] and is_set:
        return EMPTY
    if value is False and kind == "NULL":
        return FALSE_NULL
    if kind == "M" and "" in value:
        return UNNAMED
    return TOO_DEEP if kind in ("M", "L") and level > LEVELS else None


def _is_number(text: str) -> bool:
    try:
        return bool(NUMBER.fullmatch(text)) and RANGE.create_decimal(text) is not None
    except ArithmeticError:
        return False
