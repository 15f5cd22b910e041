"""Texts that anyone with read access sees, described without keeping what may be a secret."""

from collections.abc import Mapping

from aws.engine import Reading
from aws.readers.secret_texts import needles
from aws.value import NOTHING, Value, is_open, seen


def described(reading: Reading, raw: Mapping[str, str]) -> dict[str, Value]:
    """Return name -> value of variables or tags: in clear only what the scope calls public."""
    scope = reading.scope
    hidden = any(not is_open(text, scope.public_values) for text in raw.values())
    wanted = reading.source(needles) if hidden else NOTHING
    return {
        name: seen(text, public=scope.public_values, salts=scope.salts, needles=wanted)
        for name, text in raw.items()
    }
