"""Defects of the values of secrets, in form and in randomness: SEC-02 and SEC-03."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.redaction.secret_text import withheld
from aws.secret_value import SecretValue
from signoff.judge.outcome import Outcome
from tests.defects.changes import added, unread
from tests.defects.defect import Break, Defect
from tests.healthy.vault import (
    BASE64_KEY,
    CHANNEL_TOKEN,
    HEX_KEY,
    LINE_TOKEN,
    SALTS,
    SESSION,
    TOKEN_KEY,
)
from tests.healthy.vault import value as object_of

BASE64URL_KEY = "fN2-xV7_qLb0TzW9mK4sYc8RjHu3PdGa6EoX1iQvtJM"
PRINTABLE_KEY = r"k}7W#q2!zLx@9v<Tm&0P/y$Rb^N5sU=c2J*dH+f;"
FORM_WRONG = frozenset({"SEC-03", "SEC-04"})


def _value(id_: str, name: str, value: SecretValue, **more: Any) -> Defect:
    return Defect(id=id_, breaks=added("secret_values", name, value), **more)


def _form(what: str, value: SecretValue, **more: Any) -> Defect:
    return _value(f"SEC-02:{what}", TOKEN_KEY, value, follows=FORM_WRONG, **more)


def _token(what: str, text: str) -> Defect:
    return _value(f"SEC-03:{what}", TOKEN_KEY, object_of(TOKEN_SECRET_KEY=text))


COPIED = replace(object_of(TOKEN_SECRET_KEY=CHANNEL_TOKEN), same_as=(LINE_TOKEN,))


def _line(what: str, text: str) -> Defect:
    return _value(f"SEC-03:{what}", LINE_TOKEN, object_of(LINE_CHANNEL_ACCESS_TOKEN=text))


def _text(text: str) -> SecretValue:
    """Return what the reader keeps of a secret that is no JSON object."""
    return SecretValue(is_json_object=False, fields={}, whole=withheld(text, salts=SALTS))


FORM = (
    _form("plain-text", _text(HEX_KEY)),
    _form("a-list", _text(json.dumps([HEX_KEY]))),
    _form("empty-object", object_of()),
    _form("key-in-lower-case", object_of(token_secret_key=HEX_KEY), leaves_a_go=True),
    _form("key-of-the-other", object_of(LINE_CHANNEL_ACCESS_TOKEN=HEX_KEY), leaves_a_go=True),
    _form("nearly-its-key", object_of(TOKEN_SECRET=HEX_KEY), leaves_a_go=True),
    _value(
        "SEC-02:line-token-under-the-other-key",
        LINE_TOKEN,
        object_of(TOKEN_SECRET_KEY=HEX_KEY),
        follows=FORM_WRONG,
        leaves_a_go=True,
    ),
    _value(
        "SEC-02:one-field-more",
        TOKEN_KEY,
        object_of(TOKEN_SECRET_KEY=HEX_KEY, note="rotated in May by Hanako"),
        leaves_a_go=True,
    ),
    _form("an-object-inside", object_of(TOKEN_SECRET_KEY=json.dumps({"key": HEX_KEY}))),
    Defect(
        id="SEC-02:unread",
        breaks=unread("secret_values", TOKEN_KEY),
        unknown=FORM_WRONG | {"SEC-06", "SEC-07"},
        outcome=Outcome.NOT_TESTABLE,
    ),
)
REALITY = (
    _value("SEC-03:token-of-line-as-well", TOKEN_KEY, COPIED),
    _token("the-alphabet", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
    _token("the-keyboard", "qwertyuiopasdfghjklzxcvbnm1234567890QWERTYUIOPASDFGHJKLZXCVBNM"),
    _token("sample-of-the-guide", "your-production-secret-key-here"),
    _token("known-default", "default-secret-key-change-in-production"),
    _token("empty", ""),
    _token("one-letter", "a" * 64),
    _token("counting-up", "0123456789abcdef" * 4),
    _token("a-word-repeated", "stamp-rally-key-" * 5),
    _token("half-as-long", HEX_KEY[:32]),
    _token("one-digit-short", HEX_KEY[:63]),
    _token(
        "sixty-four-decimals", "6035915924170482" + "8834019273645510" + "2764538190" + "7" * 22
    ),
    _token("short-base64", "q2V9xT0mZb7LkW4uN8sYcA=="),
    _token("few-letters", ("ab" * 7 + "ba" * 9) * 2 + "a"),
    _line("line-sample", "your-line-channel-access-token"),
    _line("channel-secret-for-token", "8f14e45fceea167a5a36dedd4bea2543"),
    _line("channel-id-for-token", "2001234567"),
    _line("with-its-scheme", f"Bearer {CHANNEL_TOKEN}"),
)
DEFECTS = FORM + REALITY

SOUND: Mapping[str, Break] = {
    "token key of 64 hex digits": _token("", HEX_KEY[64:]).breaks,
    "token key in base64": _token("", BASE64_KEY).breaks,
    "token key in base64url": _token("", BASE64URL_KEY).breaks,
    "token key of printable characters": _token("", PRINTABLE_KEY).breaks,
    "short-lived token of LINE": _line("", f"{SESSION}{CHANNEL_TOKEN[:60]}").breaks,
}
