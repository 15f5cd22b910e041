"""A configuration value that may be a secret: kept in clear only when it is known to be public."""

import hashlib
import hmac
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from aws.concealed import Needles, held_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """``text`` is None when withheld; then only length, shape and salted digests remain."""

    text: str | None
    length: int
    shape: str
    """empty, digits, word, hex, base64, jwt, bearer, pem, login, url, json, text."""
    bits: float = 0.0
    """Shannon entropy of the characters times the length: an upper bound of its randomness."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Salt -> HMAC-SHA256, so that equality can be judged without the value."""
    holds: tuple[str, ...] = ()
    """Names of the planned secrets that stand in it, alone or within, plain or encoded."""

    def __str__(self) -> str:
        return (
            self.text
            if self.text is not None
            else f"withheld ({self.length} characters, {self.shape})"
        )


PLAIN = re.compile(r"-?\d{1,6}|true|false|", re.IGNORECASE)
"""What is too short or too plain to be a secret: a small number, a switch, nothing at all."""

NOTHING: Needles = {}
PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
"""Wherever it stands: the key files of clouds are JSON around one of these."""
SHAPES: Mapping[str, re.Pattern[str]] = {
    "empty": re.compile(r""),
    "digits": re.compile(r"\d+"),
    "jwt": re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    "bearer": re.compile(r"\s*(bearer|basic)\s+\S{16,}\s*", re.IGNORECASE),
    "pem": re.compile(r"\s*-----BEGIN .*", re.DOTALL),
    "login": re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@\S+", re.IGNORECASE),
    "url": re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE),
    "hex": re.compile(r"[0-9a-f]{16,}", re.IGNORECASE),
    "base64": re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[\w+/-]{16,}={0,2}"),
    "word": re.compile(r"\S+"),
}


def digest(salt: str, text: str) -> str:
    """Digest a value under a salt; equal digests under one salt mean equal values."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def digests(salts: Iterable[str], text: str) -> dict[str, str]:
    return {salt: digest(salt, text) for salt in salts}


def seen(
    text: str, *, public: Collection[str], salts: Iterable[str], needles: Needles = NOTHING
) -> Value:
    """Keep ``text`` in clear only if it is one of ``public``, a short number or a boolean."""
    if is_open(text, public):
        return _described(text, text, salts)
    return replace(_described(text, None, salts), holds=held_in(text, needles))


def is_open(text: str, public: Collection[str]) -> bool:
    """Whether a text may be shown: nothing of it has to be compared with secrets, either."""
    return text in public or PLAIN.fullmatch(text) is not None


def withheld(text: str, *, salts: Iterable[str]) -> Value:
    """Describe a value that came out of a secret: never kept, however plain it looks."""
    return _described(text, None, salts)


def shape(text: str) -> str:
    """Name the narrowest shape that ``text`` has."""
    if PRIVATE.search(text):
        return "pem"
    if text.lstrip()[:1] in ("{", "[") and _is_json(text):
        return "json"
    return next((name for name, form in SHAPES.items() if form.fullmatch(text)), "text")


def bits(text: str) -> float:
    """Shannon entropy of the characters of ``text`` times its length, rounded to a tenth."""
    total = len(text)
    entropy = -sum(n / total * math.log2(n / total) for n in Counter(text).values())
    return round(entropy * total, 1) + 0.0  # -0.0 and 0.0 would be two spellings in a saved file


def _described(text: str, open_text: str | None, salts: Iterable[str]) -> Value:
    return Value(
        text=open_text,
        length=len(text),
        shape=shape(text),
        bits=bits(text),
        digests=digests(salts, text),
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
