"""Tells a stand-in from a secret: by what it says, by whom it is known, or by its pattern."""

import hashlib
import re
from collections.abc import Collection
from itertools import groupby, pairwise

from aws.secret_text import entropy_bits

SAMPLE = re.compile(
    r"^your[-_ ]|[-_ ]here$|change[-_ ]?(me|this|in[-_ ]production)|place[-_ ]?holder|"
    r"^(dummy|example|sample|secret|password|todo|tbd|xxx+|test)([-_ ]|$)|^<[\w -]+>$|^\$?\{.*\}$",
    re.IGNORECASE,
)
"""What guides and templates write where a secret belongs."""

IN_ORDER = 10
DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")
KEYBOARD = ("qwertyuiop", "asdfghjkl", "1qaz2wsx")
MINIMUM_BITS = 64
"""Below this bound of randomness, nothing deserves to be called a secret."""


def is_placeholder(text: str, known_defaults: Collection[str]) -> bool:
    """Tell a stand-in from a secret by what it says, by whom it is known, or by its monotony."""
    return (
        text in known_defaults
        or SAMPLE.search(text) is not None
        or entropy_bits(text) < MINIMUM_BITS
        or _repeats(text)
        or _climbs(text)
        or _is_known_digest(text)
    )


def _is_known_digest(text: str) -> bool:
    """Whether a text is the digest of nothing at all, or bytes that count up as test vectors do."""
    lower = text.lower()
    if lower in {hashlib.new(kind, usedforsecurity=False).hexdigest() for kind in DIGESTS}:
        return True
    try:
        steps = {after - before for before, after in pairwise(bytes.fromhex(lower))}
    except ValueError:
        return False
    return len(steps) == 1


def _climbs(text: str) -> bool:
    """Whether an alphabet, a row of digits or of the keyboard stands in it: chance never writes ten in order."""
    lower = text.lower()
    steps = [after - before for before, after in pairwise(map(ord, lower))]
    runs = (len([*run]) for step, run in groupby(steps) if abs(step) == 1)
    return any(run + 1 >= IN_ORDER for run in runs) or any(one in lower for one in KEYBOARD)


def _repeats(text: str) -> bool:
    """Whether one unit, two times at least, makes up the whole text (its last one may be cut)."""
    return any(_period(text, unit) for unit in range(1, len(text) // 2 + 1))


def _period(text: str, unit: int) -> bool:
    return text[unit:] == text[: len(text) - unit]
