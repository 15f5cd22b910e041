"""Secrets that can be guessed: stand-ins, patterns and words, and what those were encoded into."""

import base64
import binascii
import re
from collections.abc import Collection, Iterator
from itertools import groupby, pairwise

from aws.redaction.secret_text import entropy_bits

SAMPLE = re.compile(
    r"^your[-_ ]|[-_ ]here$|change[-_ ]?(me|this|in[-_ ]production)|place[-_ ]?holder|"
    r"^(dummy|example|sample|secret|password|todo|tbd|xxx+|test)([-_ ]|$)|^<[\w -]+>$|^\$?\{.*\}$",
    re.IGNORECASE,
)
"""What guides and templates write where a secret belongs."""

IN_ORDER = 10
KEYBOARD = ("qwertyuiop", "asdfghjkl", "1qaz2wsx")

MINIMUM_BITS = 64
"""Bits of randomness; a value with less is not a secret."""
LETTERS = re.compile(r"(?=([A-Za-z]{2}))")
SMALL_THEN_CAPITAL = re.compile(r"[a-z][A-Z]")
COMMON = (
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve "
    "co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur ca el ta la ns di fo ho pe ec pr no "
    "ct us ac ot il tr ly nc et ut ss so rs un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts "
    "mo ow pa im mi ai sh ir su ka ki ku ke ko sa tu ru nu mu yo ya ga gi go za zu da do ba bi bu "
    "bo pi pu ey oc "
)
"""The commonest pairs of letters in English and in Japanese written in letters: about two thirds of all pairs there,
a fifth where letters are drawn."""
PAIRS = frozenset(COMMON.split())
LIKE_WORDS, FEWEST_PAIRS = 0.55, 20
"""One of 100,000 drawn keys has so many of its pairs among them; of 300 sentences of nine words, one has fewer."""
NESTED = 3
FEWEST_BYTES = 16
"""Fewer bytes are no key in another spelling."""


def is_placeholder(text: str, known: Collection[str]) -> bool:
    """Whether a secret is a stand-in, a pattern or words, or encodes one of them.

    ``known`` are texts that are public here: defaults of guides, names of the environment.
    """
    layers = [*_layers(text)]
    behind = [raw for layer in layers for raw in _decoded(layer)]
    return any(_is_generic(layer, known) for layer in layers) or any(map(_counts, behind))


def _is_generic(text: str, known: Collection[str]) -> bool:
    return (
        text in known
        or SAMPLE.search(text) is not None
        or entropy_bits(text) < MINIMUM_BITS
        or _repeats(text)
        or _climbs(text)
        or _reads_like_words(text)
    )


def _layers(text: str, nested: int = NESTED) -> Iterator[str]:
    """Yield a text, and the texts that it encodes: 16 drawn bytes or more are never all printable."""
    yield text
    if nested:
        for raw in _decoded(text):
            if raw.isascii() and (inner := raw.decode()).isprintable():
                yield from _layers(inner, nested - 1)


def _decoded(text: str) -> Iterator[bytes]:
    """Yield the bytes that a text is hexadecimal or base64 of, if it is and they are not too few."""
    for read in (bytes.fromhex, _from_base64):
        try:
            raw = read(text.strip())
        except ValueError:
            continue
        if len(raw) >= FEWEST_BYTES:
            yield raw


def _from_base64(text: str) -> bytes:
    bare = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError from error


def _counts(raw: bytes) -> bool:
    """Whether bytes count up or down, as test vectors do."""
    return len({after - before for before, after in pairwise(raw)}) == 1


def _reads_like_words(text: str) -> bool:
    """Whether its letters follow each other as in words; drawn ones do not, nor do capitals and digits between them."""
    pairs = LETTERS.findall(text)
    common = sum(pair.lower() in PAIRS for pair in pairs if not SMALL_THEN_CAPITAL.fullmatch(pair))
    many = len(pairs) >= max(FEWEST_PAIRS, len(text) / 2)
    return many and common >= LIKE_WORDS * len(pairs)


def _climbs(text: str) -> bool:
    """Whether an alphabet, a row of digits or of the keyboard stands in it: chance never writes ten in order."""
    lower = text.lower()
    steps = [after - before for before, after in pairwise(map(ord, lower))]
    runs = (len([*run]) for step, run in groupby(steps) if abs(step) == 1)
    return any(run + 1 >= IN_ORDER for run in runs) or any(name in lower for name in KEYBOARD)


def _repeats(text: str) -> bool:
    """Whether one unit, two times at least, makes up the whole text (its last one may be cut)."""
    return any(_period(text, unit) for unit in range(1, len(text) // 2 + 1))


def _period(text: str, unit: int) -> bool:
    return text[unit:] == text[: len(text) - unit]
