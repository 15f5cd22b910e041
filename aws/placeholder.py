"""Whether a secret is one in name only: a sample, a known default, or a pattern of the keyboard."""

import re
from collections.abc import Collection

from aws.value import bits

SAMPLE = re.compile(
    r"^your[-_ ]|[-_ ]here$|change[-_ ]?(me|this|in[-_ ]production)|place[-_ ]?holder|"
    r"^(dummy|example|sample|secret|password|todo|tbd|xxx+|test)([-_ ]|$)|^<[\w -]+>$|^\$?\{.*\}$",
    re.IGNORECASE,
)
"""What guides and templates write where a secret belongs."""

MINIMUM_BITS = 64
"""Below this bound of randomness, nothing deserves to be called a secret."""


def is_placeholder(text: str, known_defaults: Collection[str]) -> bool:
    """Tell a stand-in from a secret by what it says, by whom it is known, or by its monotony."""
    return (
        text in known_defaults
        or SAMPLE.search(text) is not None
        or bits(text) < MINIMUM_BITS
        or _repeats(text)
    )


def _repeats(text: str) -> bool:
    """Whether one unit, two times at least, makes up the whole text (its last one may be cut)."""
    return any(_period(text, unit) for unit in range(1, len(text) // 2 + 1))


def _period(text: str, unit: int) -> bool:
    return text[unit:] == text[: len(text) - unit]
