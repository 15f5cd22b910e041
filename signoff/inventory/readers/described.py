"""Texts that anyone with read access sees, described without keeping what may be a secret."""

from collections.abc import Mapping

from signoff.inventory.engine import Reading
from signoff.inventory.readers.secret_texts import needles
from signoff.inventory.value import NOTHING, Value, is_open, seen


def described(reading: Reading, raw: Mapping[str, str]) -> dict[str, Value]:
    """Return name -> value of variables or tags: in clear only what the scope calls public."""
    scope = reading.scope
    hidden = any(not is_open(text, scope.public_values) for text in raw.values())
    wanted = reading.source(needles) if hidden else NOTHING
    return {
        name: seen(text, public=scope.public_values, salts=scope.salts, needles=wanted)
        for name, text in raw.items()
    }
