"""DynamoDB JSON: values in the one form that DynamoDB itself answers with, bytes as base64, and what an item weighs."""

import base64
import binascii
import json
from collections.abc import Mapping
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from aws.words import Bilingual, Words
from plan.canonical import Item

Typed = Mapping[str, Any]
"""``{"N": "35.5"}``; bytes are base64 text, as the AWS CLI and DynamoDB's export write them."""
MOST_DIGITS = 38
LARGEST_EXPONENT = 125
SMALLEST_EXPONENT = -130
PLAIN_UP_TO = 40
"""Powers of ten that are written out; beyond them a number is mostly zeros."""
EXACT = Context(prec=1000)


class FormError(Bilingual, ValueError):
    """Not DynamoDB JSON; the message says what it is instead."""


def normal(typed: Any) -> Typed:
    """Return a value with its numbers as DynamoDB spells them; raise FormError for what it refuses."""
    if not isinstance(typed, Mapping) or len(typed) != 1:
        raise FormError(
            Words(
                en=f"{_shown(typed)} is not a value of DynamoDB JSON, such as {{'S': 'text'}}",
                ja=f"{_shown(typed)}はDynamoDB JSONの値でない（例: {{'S': 'text'}}）",
            )
        )
    ((kind, value),) = typed.items()
    if kind not in FORMS:
        raise FormError(
            Words(en=f"there is no DynamoDB type {kind}", ja=f"DynamoDBに型{kind}はない")
        )
    wanted, form = FORMS[kind]
    if not isinstance(value, wanted):
        raise FormError(
            Words(
                en=f"{_shown(typed)} is not how DynamoDB JSON writes {kind}",
                ja=f"{_shown(typed)}はDynamoDB JSONの{kind}の書き方でない",
            )
        )
    return {kind: form(value)}


def normal_number(text: str) -> str:
    """Spell a number without needless zeros: ``035.50`` -> ``35.5``, ``1E+2`` -> ``100``."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise FormError(
            Words(en=f"{_shown(text)} is not a number", ja=f"{_shown(text)}は数値でない")
        ) from None
    if not found:
        return "0"
    if not found.is_finite() or not SMALLEST_EXPONENT <= found.adjusted() <= LARGEST_EXPONENT:
        raise FormError(
            Words(
                en=f"{_shown(text)} is a number that DynamoDB does not store",
                ja=f"{_shown(text)}はDynamoDBに保存できない数値",
            )
        )
    short = found.normalize(EXACT)
    if len(short.as_tuple().digits) > MOST_DIGITS:
        raise FormError(
            Words(
                en=f"{_shown(text)} has more than {MOST_DIGITS} digits",
                ja=f"{_shown(text)}は{MOST_DIGITS}桁を超えている",
            )
        )
    return f"{short:f}" if abs(short.adjusted()) < PLAIN_UP_TO else str(short)


def _map(value: Mapping[str, Any]) -> dict[str, Typed]:
    return {name: normal(one) for name, one in value.items()}


def _true(value: bool) -> bool:
    if not value:
        raise FormError(Words(en="NULL is always true", ja="NULLの値は常にtrue"))
    return value


def _base64(value: str) -> str:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise FormError(
            Words(en=f"{_shown(value)} is not base64", ja=f"{_shown(value)}はbase64でない")
        ) from None
    return value


def _set(form: Any) -> Any:
    def several(values: list[Any]) -> list[Any]:
        if not values or not all(isinstance(one, str) for one in values):
            raise FormError(
                Words(
                    en=f"{_shown(values)} is not a set that DynamoDB stores",
                    ja=f"{_shown(values)}はDynamoDBに保存できるセットでない",
                )
            )
        found = [form(one) for one in values]
        if len(set(found)) < len(found):
            raise FormError(
                Words(
                    en=f"{_shown(values)} names a member of its set twice",
                    ja=f"{_shown(values)}に同じ要素が二度ある",
                )
            )
        return found

    return several


def _same(value: Any) -> Any:
    return value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


FORMS: Mapping[str, tuple[type, Any]] = {
    "S": (str, _same),
    "N": (str, normal_number),
    "B": (str, _base64),
    "BOOL": (bool, _same),
    "NULL": (bool, _true),
    "M": (Mapping, _map),
    "L": (list, lambda values: [normal(one) for one in values]),
    "SS": (list, _set(_same)),
    "NS": (list, _set(normal_number)),
    "BS": (list, _set(_base64)),
}
"""DynamoDB's types: how JSON writes each, and its normal form."""


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
