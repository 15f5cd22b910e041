"""A configuration value that may be a secret: kept in clear only when it is known to be public."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """``text`` is None when withheld; then only length, shape and salted digests remain."""

    text: str | None
    length: int
    shape: str
    """empty, digits, word, hex, base64, jwt, pem, url, json, text."""
    bits: float = 0.0
    """Shannon entropy of the characters times the length: an upper bound of its randomness."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Salt -> HMAC-SHA256, so that equality can be judged without the value."""

    def __str__(self) -> str:
        return (
            self.text
            if self.text is not None
            else f"withheld ({self.length} characters, {self.shape})"
        )


def digest(salt: str, text: str) -> str:
    """Digest a value under a salt; equal digests under one salt mean equal values."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


def digests(salts: Iterable[str], text: str) -> dict[str, str]:
    return {salt: digest(salt, text) for salt in salts}


def seen(text: str, *, public: Collection[str], salts: Iterable[str]) -> Value:
    """Keep ``text`` in clear only if it is one of ``public``, a short number or a boolean."""
    raise NotImplementedError
