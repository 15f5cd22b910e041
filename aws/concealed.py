"""Whether a text carries a secret: written out, or in a spelling that hides it from a plain search."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote_to_bytes

SHORTEST = 12
"""Bytes: what is shorter turns up in innocent text by chance, and is no secret anyway (SEC-03)."""
DEPTH = 2
"""Encodings within encodings: JSON in base64, a header in JSON."""
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
HEX_RUN = re.compile(rb"[0-9A-Fa-f]{24,}")
ESCAPED = re.compile(rb"\\u00([0-9A-Fa-f]{2})|\\(.)")
"""JSON's ways to write a character: some encoders write ``+`` and ``/`` so."""

Needles = Mapping[str, frozenset[bytes]]
"""Name of a secret -> what to look for: never shown, never saved."""


def spellings(texts: Iterable[str]) -> frozenset[bytes]:
    """Return each text as it is, and the bytes behind it where it is hexadecimal or base64."""
    raw = [text.encode() for text in texts]
    behind = [one for text in raw for one in (*_from_hex(text), *_from_base64(text))]
    return frozenset(one for one in (*raw, *behind) if len(one) >= SHORTEST)


def held_in(text: str, needles: Needles) -> tuple[str, ...]:
    """Return the names of the secrets that stand in ``text``, sorted."""
    forms = set(_forms(text.encode(), DEPTH)) if needles else set()
    return tuple(
        sorted(
            name
            for name, wanted in needles.items()
            if any(one in form for one in wanted for form in forms)
        )
    )


def _forms(text: bytes, depth: int) -> Iterator[bytes]:
    yield text
    if depth:
        for inner in {*_decoded(text)} - {text}:
            yield from _forms(inner, depth - 1)


def _decoded(text: bytes) -> Iterator[bytes]:
    yield b"".join(text.split())  # base64 is often wrapped
    yield unquote_to_bytes(text)
    yield ESCAPED.sub(lambda found: bytes.fromhex((found[1] or b"").decode()) or found[2], text)
    for run in BASE64_RUN.findall(text):
        # Whatever stands before it without a separator moves the groups of four.
        yield from (one for shift in range(4) for one in _from_base64(run[shift:]))
    for run in HEX_RUN.findall(text):
        yield from (one for shift in range(2) for one in _from_hex(run[shift:]))


def _from_hex(run: bytes) -> Iterator[bytes]:
    if HEX_RUN.fullmatch(run):
        yield bytes.fromhex(run[: len(run) // 2 * 2].decode())


def _from_base64(run: bytes) -> Iterator[bytes]:
    """Decode both alphabets, padded or not; a single left-over character says nothing."""
    bare = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    bare = bare[:-1] if len(bare) % 4 == 1 else bare
    try:
        yield base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except binascii.Error:
        return
