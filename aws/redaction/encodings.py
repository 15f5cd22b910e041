"""What a text may decode to, in the encodings that formats and tools use every day: JSON, URLs, hexadecimal, base64."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
HEX_RUN = re.compile(rb"[0-9A-Fa-f]{24,}")
ESCAPED = re.compile(rb"\\u00([0-9A-Fa-f]{2})|\\(.)")
"""JSON's ways to write a character: some encoders write ``+`` and ``/`` so."""
UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""An id of AWS's: in the alphabet of base64, but hexadecimal. Answers and log lines are full of them."""


def readings(text: bytes, depth: int) -> set[bytes]:
    """Return the text and all that it decodes to, ``depth`` encodings deep."""
    found, left = {text}, {text}
    for _ in range(depth):
        left = {inner for data in left for inner in _decoded(data)} - found
        found |= left
    return found


def from_hex(run: bytes) -> Iterator[bytes]:
    if HEX_RUN.fullmatch(run):
        yield bytes.fromhex(run[: len(run) // 2 * 2].decode())


def from_base64(run: bytes) -> Iterator[bytes]:
    """Decode both alphabets, padded or not; a single left-over character says nothing."""
    unpadded = run.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    unpadded = unpadded[:-1] if len(unpadded) % 4 == 1 else unpadded
    try:
        yield base64.b64decode(unpadded + b"=" * (-len(unpadded) % 4), validate=True)
    except binascii.Error:
        return


def _decoded(text: bytes) -> Iterator[bytes]:
    yield b"".join(text.split())  # base64 is often wrapped
    yield unquote_to_bytes(text)
    yield ESCAPED.sub(lambda found: bytes.fromhex((found[1] or b"").decode()) or found[2], text)
    for run in {*BASE64_RUN.findall(text)}:  # in a log the same names stand a hundred times
        if UUID.fullmatch(run):
            continue
        # Characters directly before it shift the groups of four.
        yield from (data for shift in range(4) for data in from_base64(run[shift:]))
    for run in {*HEX_RUN.findall(text)}:
        yield from (data for shift in range(2) for data in from_hex(run[shift:]))
