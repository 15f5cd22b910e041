"""Text that may be a secret: masked as it is read, found where it hides, judged by its shape alone."""

import base64
import binascii
import hashlib
import hmac
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from aws.words import Words

BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
HEX_RUN = re.compile(rb"[0-9A-Fa-f]{24,}")
ESCAPED = re.compile(rb"\\(?:u00|x)([0-9A-Fa-f]{2})|\\(.)")
"""The ways of JSON and Python to write a character: some encoders write ``+`` and ``/`` so."""
UUID = re.compile(rb"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
"""An id of AWS's: in the alphabet of base64, but hexadecimal. Answers and log lines are full of them."""
ROUNDS = 100_000
"""Of PBKDF2: a guess at a withheld value costs about 15 ms, and there are few values."""
PRINT_DIGITS = 10
"""40 bits tell any two values of an environment apart, and are too few to be sure of a guessed one."""
SHORTEST = 12
"""Bytes: what is shorter turns up in innocent text by chance, and is no secret anyway (SEC-03)."""
DEPTH = 3
"""Encodings within encodings: JSON in base64, a header in JSON."""
PIECE, STEP = 24, 8
"""Bytes of a window on a secret, and from one to the next: 31 characters of it anywhere hold a whole one."""
BETWEEN_FORMS = b"\n\0\n\0\n"
"""Separates two spellings of a text, so that both can be searched at once."""
Needles = Mapping[str, frozenset[bytes]]
"""Name of a secret -> what to look for: never shown, never saved."""
MARK = re.compile(r"\[the value of secret ([^\]]+)\]")
"""What stands in an answer where a secret stood; see ``mark``."""
PLAIN = re.compile(
    r"-?\d{1,6}|true|false|dev(elopment)?|test|staging|stg|prod(uction)?|local|", re.IGNORECASE
)
"""What is too short or too plain to be a secret: a small number, a switch, a usual name of an environment, nothing at all."""
PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----")
"""A private key anywhere in a text: key files of cloud providers are JSON that contains one."""
KEYS: Mapping[str, re.Pattern[str]] = {
    "PEM": re.compile(
        rf"{PRIVATE.pattern}(\\[nrt]|[\s\"'+,]|[\w-]+: [^\n]*\n)*[A-Za-z0-9+/]{{40}}"
    ),
    "AWS": re.compile(r"(?<![\w+/])(AKIA|ASIA)(?!.{9}EXAMPLE)[A-Z2-7]{16}(?![\w+/])"),
}
"""Name -> a private key with its body, which libraries that read one lack; an access key of AWS that its documentation does not show."""
SHAPES: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "empty": ("空", re.compile(r"")),
    "digits": ("数字", re.compile(r"\d+")),
    "jwt": ("JWT", re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")),
    "bearer": ("Bearerトークン", re.compile(r"\s*(bearer|basic)\s+\S{16,}\s*", re.IGNORECASE)),
    "certificate": ("証明書", re.compile(r"\s*-----BEGIN .*", re.DOTALL)),
    "aws-key": ("AWSのアクセスキー", re.compile(r"(AKIA|ASIA)[A-Z2-7]{16}")),
    "arn": ("ARN", re.compile(r"arn:aws[a-z-]*:[\w-]+:\S+")),
    "alias": ("エイリアス", re.compile(r"alias/[\w/-]+")),
    "login": (
        "認証情報を含むURL",
        re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@\S+", re.IGNORECASE),
    ),
    "url": ("URL", re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)),
    "hex": ("16進数", re.compile(r"[0-9a-f]{16,}", re.IGNORECASE)),
    "base64": ("Base64", re.compile(r"(?=.*[A-Z])(?=.*[a-z])(?=.*\d)[\w+/-]{16,}={0,2}")),
    "word": ("空白を含まない文字列", re.compile(r"\S+")),
    "lines": ("改行や制御文字を含む文字列", re.compile(r"(?s:.)*[\x00-\x1f\x7f](?s:.)*")),
}
"""Name -> the same in Japanese, and the form; the narrowest comes first."""
OTHER_SHAPES = {"pem": "PEM", "json": "JSON", "text": "文字列"}
DRAWN = frozenset({"aws-key", "base64", "bearer", "hex", "jwt", "login", "pem"})
"""Shapes of values that are not written by hand."""
ALPHABETS: Mapping[str, int] = {"digits": 10, "hex": 16, "base64": 64}
"""Shape of a text -> number of characters that it draws from; any other shape: printable ASCII."""
PRINTABLE = 95
SHOWN = 2 / 3
"""Part of its true randomness that a short random text shows at least. 64 hex digits (256 bits)
show 245 on average, 43 characters of base64url (258 bits) 209, 40 printable ones (262 bits) 198;
of 180,000 keys drawn so, none showed less than 174."""
SHORTEST_TOKEN = 64
"""A channel secret, a channel id or a LIFF id, pasted by mistake, is far shorter than a token."""
WITHHELD = re.compile(
    r"withheld \((?P<length>\d+) characters?, (?P<shape>[^,()]+)(?:, fingerprint (?P<print>\w+))?\)"
)
"""A withheld value as it is written where text alone is kept: records, observations."""


def readings(text: bytes) -> set[bytes]:
    """Return the text and all that it decodes to, ``DEPTH`` encodings deep."""
    forms, newest = {text}, {text}
    for _ in range(DEPTH):
        newest = {inner for data in newest for inner in _decoded(data)} - forms
        forms |= newest
    return forms


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
    yield ESCAPED.sub(lambda match: bytes.fromhex((match[1] or b"").decode()) or match[2], text)
    for run in {*BASE64_RUN.findall(text)}:  # in a log the same names stand a hundred times
        if UUID.fullmatch(run):
            continue
        # Characters directly before it shift the groups of four.
        yield from (data for shift in range(4) for data in from_base64(run[shift:]))
    for run in {*HEX_RUN.findall(text)}:
        yield from (data for shift in range(2) for data in from_hex(run[shift:]))


def withheld_in_japanese(text: str) -> str:
    """Tell the withheld values that stand in a text in Japanese; the rest of it stays as it is."""
    return WITHHELD.sub(
        lambda match: (
            _withheld_words(int(match["length"]), match["shape"], match["print"] or "").ja
        ),
        text,
    )


def _withheld_words(length: int, shape: str, printed: str) -> Words:
    en = f"{length} characters, {shape}"
    in_japanese = SHAPES[shape][0] if shape in SHAPES else OTHER_SHAPES.get(shape, shape)
    ja = f"{length}文字、{in_japanese}"
    if printed:
        en, ja = f"{en}, fingerprint {printed}", f"{ja}、フィンガープリント{printed}"
    return Words(en=f"withheld ({en})", ja=f"非表示（{ja}）")


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedValue:
    """``text`` is None when withheld; then only length, shape and salted digests remain."""

    text: str | None
    length: int
    shape: str
    """One of SHAPES, or pem, json, text."""
    bits: float = 0.0
    """Shannon entropy of the characters times the length: an upper bound of its randomness."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Salt -> HMAC-SHA256, so that equality can be judged without the value."""
    holds: tuple[str, ...] = ()
    """Names of the planned secrets that stand in it, alone or within, plain or encoded."""
    fingerprint: str = ""
    """The same in every run, so that a decision about the value is about no other one."""

    def __str__(self) -> str:
        return self.words.en

    @property
    def words(self) -> Words:
        """The text, or length, shape and fingerprint of what is withheld."""
        if self.text is not None:
            return Words.same(self.text)
        return _withheld_words(self.length, self.shape, self.fingerprint)


def digest(salt: str, text: str) -> str:
    """Digest a value under a salt; equal digests under one salt mean equal values."""
    return hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1024)
def fingerprint(environment: str, text: str) -> str:
    """Tell a value from any other in an environment, run after run, without telling the value."""
    made = hashlib.pbkdf2_hmac("sha256", text.encode(), environment.encode(), ROUNDS)
    return made.hex()[:PRINT_DIGITS]


def masked(
    text: str,
    *,
    public: Collection[str],
    salts: Iterable[str],
    holds: tuple[str, ...] = (),
    environment: str = "",
) -> MaskedValue:
    """Keep ``text`` in clear only if it is one of ``public``, a short number or a boolean.

    ``holds`` names the secrets that stand in it. ``environment`` names whose value it is; without it
    there is no fingerprint to decide about.
    """
    value = withheld(text, salts=salts)
    if text in public or PLAIN.fullmatch(text):
        return replace(value, text=text)
    return replace(
        value,
        holds=holds,
        fingerprint=fingerprint(environment, text) if environment else "",
    )


def withheld(text: str, *, salts: Iterable[str]) -> MaskedValue:
    """Return the masked form of a value from a secret: never kept in clear, however plain it looks."""
    return MaskedValue(
        text=None,
        length=len(text),
        shape=shape(text),
        bits=entropy_bits(text),
        digests={salt: digest(salt, text) for salt in salts},
    )


def shape(text: str) -> str:
    """Name the narrowest shape that ``text`` has."""
    if PRIVATE.search(text):
        return "pem"
    if text.lstrip()[:1] in ("{", "[") and _is_json(text):
        return "json"
    return next((name for name, (_, form) in SHAPES.items() if form.fullmatch(text)), "text")


def entropy_bits(text: str) -> float:
    """Shannon entropy of the characters of ``text`` times its length, rounded to a tenth."""
    total = len(text)
    entropy = -sum(n / total * math.log2(n / total) for n in Counter(text).values())
    return round(entropy * total, 1) + 0.0  # -0.0 and 0.0 would be two spellings in a saved file


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def spellings(texts: Iterable[str]) -> frozenset[bytes]:
    """Return each text as it is, and the bytes behind it where it is hexadecimal or base64."""
    raw = [text.encode() for text in texts]
    behind = [data for text in raw for data in (*from_hex(text), *from_base64(text))]
    return frozenset(data for data in (*raw, *behind) if len(data) >= SHORTEST)


def secrets_in(text: str, needles: Needles) -> tuple[str, ...]:
    """Return the names of the secrets that stand in ``text``, whole or a good part of them, sorted."""
    return _searched(text, frozenset(needles.items())) if needles else ()


@lru_cache(maxsize=32_768)
def _searched(text: str, needles: frozenset[tuple[str, frozenset[bytes]]]) -> tuple[str, ...]:
    """Search a text once: most are ARNs and ids that occur repeatedly, and both readings of a run ask again."""
    forms = readings(text.encode())
    whole = BETWEEN_FORMS.join(forms)
    names = (
        name for name, spellings in needles if any(map(whole.__contains__, _pieces(spellings)))
    )
    return tuple(sorted(names))


def mark(name: str) -> str:
    """Return the text that replaces a secret's value; ``marked`` finds it again."""
    return f"[the value of secret {name}]"


def marked(text: str) -> tuple[str, ...]:
    """Return the names of the secrets that were replaced in ``text``, sorted."""
    return tuple(sorted({*MARK.findall(text)}))


@lru_cache(maxsize=16)
def _pieces(spellings: frozenset[bytes]) -> frozenset[bytes]:
    """Return the windows on each spelling: a key cut off, or in two halves, is still known by one."""
    return frozenset(piece for data in spellings for piece in _windows(_without_jwt_header(data)))


def _without_jwt_header(spelling: bytes) -> bytes:
    """Leave out the head of a JWT, which says only how it is signed, in the same letters for every token of a kind."""
    headed = spelling.startswith(b"eyJ") and b"." in spelling
    return spelling[spelling.index(b".") :] if headed else spelling


def _windows(spelling: bytes) -> Iterator[bytes]:
    if len(spelling) <= PIECE:
        yield spelling
    for at in range(0, len(spelling) - PIECE + 1, STEP):
        yield spelling[at : at + PIECE]


def weakness(field: MaskedValue, *, placeholder: bool, min_bits: int) -> Words | None:
    """Return why a secret is too weak or no real secret, or None.

    ``min_bits`` must fit into the length in the alphabet that the text seems to use, and the text
    must not be more monotonous than chance makes it; 0 is a token whose form LINE decides.
    """
    if placeholder:
        return Words(
            en="a placeholder, a pattern, or words", ja="仮の値、規則的な文字列、または単語"
        )
    if field.shape == "lines":
        return Words(
            en="with a line break or another control character, which no function takes",
            ja="改行または制御文字を含み、関数が受け付けない値",
        )
    if not min_bits:
        plausible = field.length >= SHORTEST_TOKEN and field.shape not in {"text", "bearer"}
        none = Words(
            en=f"not a token of LINE: {field}", ja=f"LINEのトークンではない値: {field.words.ja}"
        )
        return None if plausible else none
    room = field.length * math.log2(ALPHABETS.get(field.shape, PRINTABLE))
    if room < min_bits:
        return Words(
            en=f"too short, room for {room:.0f} bits: {field}",
            ja=f"短すぎる値（最大{room:.0f}ビット）: {field.words.ja}",
        )
    if field.bits < SHOWN * min_bits:
        bits = f"{field.bits:.0f}"
        return Words(
            en=f"too monotonous, {bits} bits of randomness: {field}",
            ja=f"単調すぎる値（乱数性{bits}ビット）: {field.words.ja}",
        )
    return None
