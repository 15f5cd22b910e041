"""What a text may decode to, in all the encodings that people, formats and tools use for bytes."""

import base64
import binascii
import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
HEX_RUN = re.compile(rb"[0-9A-Fa-f]{24,}")
BASE32_RUN = re.compile(rb"[A-Z2-7]{32,}|[a-z2-7]{32,}")
OF_BASE32 = re.compile(rb"[A-Za-z2-7]{32,}")
"""Where the expression before can match: one class of characters is searched for ten times as fast."""
BASE85_RUN = re.compile(rb"[!-~]{30,}")
OF_BASE85 = frozenset(b"!#$&+;<>?@^`|~")
"""Characters that are frequent in base85, and rare in names, addresses and JSON."""
ESCAPED = re.compile(rb"\\u00([0-9A-Fa-f]{2})|\\(.)")
"""JSON's ways to write a character: some encoders write ``+`` and ``/`` so."""
NUMBERS = re.compile(rb"(?:\d{1,3}+\D{1,4}+){15,}\d{1,3}")
"""Bytes in decimal: a list, or the references of HTML."""
SPACED_HEX = re.compile(rb"(?:(?:0x|\\x|&#x|[=%:,;\s])*[0-9A-Fa-f]{2}){12,}")
OF_SPACED_HEX = re.compile(rb"[0-9A-Fa-fx\\&#=%:,;\s]{24,}")
"""Where the expression before can match."""
UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""An id of AWS's: in the alphabet of base64, but hexadecimal. Answers and log lines are full of them."""
BITS = re.compile(rb"[01]{96,}")
LARGEST = 65_536
"""The most bytes to which compressed data is expanded."""
_NO_HEX = re.compile(rb"0x|\\x|&#x|[^0-9A-Fa-f]")
_LETTERS = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NO_LETTERS = bytes({*range(256)} - _LETTERS)


def readings(text: bytes, depth: int) -> set[bytes]:
    """Return the text and all that it decodes to, ``depth`` encodings deep."""
    found, left = {text}, {text}
    for _ in range(depth):
        left = {inner for one in left for inner in _decoded(one)} - found
        found |= left
    return found


def bare(text: bytes) -> bytes:
    """Return only the letters and digits, in lower case, so that separators do not matter."""
    return text.translate(None, _NO_LETTERS).lower()


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
        yield from (one for shift in range(4) for one in from_base64(run[shift:]))
    for run in {*HEX_RUN.findall(text)}:
        yield from (one for shift in range(2) for one in from_hex(run[shift:]))
    yield from _seldom(text)


def _seldom(text: bytes) -> Iterator[bytes]:
    for run in NUMBERS.findall(text):
        numbers = [int(one) for one in re.findall(rb"\d+", run)]
        yield bytes(one for one in numbers if one < 256)
    for run in _found(SPACED_HEX, OF_SPACED_HEX, text):
        yield from from_hex(_NO_HEX.sub(b"", run))
    for run in BITS.findall(text):
        whole = run[: len(run) // 8 * 8]
        yield int(whole, 2).to_bytes(len(whole) // 8, "big")
    for run in _found(BASE32_RUN, OF_BASE32, text):
        yield from _read(base64.b32decode, run.upper()[: len(run) // 8 * 8])
    for run in BASE85_RUN.findall(text):
        if len(OF_BASE85.intersection(run)) > 2:
            yield from _read(base64.b85decode, run)
            yield from _read(base64.a85decode, run)
    for begins, read in UNPACKED:
        if text.startswith(begins):
            yield from _read(read, text)


def _found(wanted: re.Pattern[bytes], around: re.Pattern[bytes], text: bytes) -> Iterator[bytes]:
    """Find what only stands in runs of certain characters; the runs are found much faster."""
    return (run for part in around.findall(text) for run in wanted.findall(part))


def _inflated(text: bytes) -> bytes:
    return zlib.decompressobj(wbits=47).decompress(text, LARGEST)


UNPACKED: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", _inflated),
    (b"\x78", _inflated),
    (b"BZh", lambda text: bz2.BZ2Decompressor().decompress(text, LARGEST)),
    (b"\xfd7zXZ", lambda text: lzma.LZMADecompressor().decompress(text, LARGEST)),
)
"""First bytes of a compressed format, and its decompressor: gzip, zlib, bzip2, xz."""


def _read(read: Callable[[bytes], bytes], text: bytes) -> Iterator[bytes]:
    """Yield the decoded bytes, or nothing if the text has another format."""
    try:
        yield read(text)
    except (ValueError, OSError, EOFError, zlib.error, lzma.LZMAError):
        return
