"""Secrets, ids and addresses of a recording, each replaced by a stand-in of the same shape, everywhere alike.

A stand-in keeps what the software judges by (length, kinds of characters, prefixes, what equals what) and
nothing by which the original could be recognised: it is drawn by HMAC under a key that is thrown away.
"""

import hmac
import ipaddress
import json
import re
import secrets
import string
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from aws.redaction.leak import Search
from aws.redaction.secret_text import spellings

ADDRESS = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b")
ADDRESS_6 = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
LINE_ID = re.compile(r"\b[UCR][0-9a-f]{32}\b")
"""A user, a group or a room of LINE."""
PATTERNS = (
    re.compile(r"(?<!\d)\d{12}(?!\d)"),  # account
    re.compile(r"\+\d{9,15}\b"),  # telephone
    re.compile(r"(?<=://)[^/\s:@\"']+:[^/\s@\"']+(?=@)"),  # user and password of a URL
    re.compile(r"(?<=X-Amz-Security-Token=)[\w%.~+/=-]+"),
    re.compile(r"(?<=AWSReservedSSO_)\w+_([0-9a-f]{16})\b"),
    re.compile(  # organizations, networks, directories
        r"\b(?:d|eni|igw|o|ou|r|sg|ssoins|subnet|vpc|vpce)-(?=[0-9a-z-]*\d)[0-9a-z]{8,}(?:-[0-9a-z]{8,})?\b"
    ),
    re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA|AGPA|AIPA|ANPA|ANVA)[A-Z0-9]{4,}\b"),
    re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"),
    ADDRESS,
    LINE_ID,
    re.compile(r"\bey[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),  # a JWT
    re.compile(r"\b[0-9A-Fa-f]{32,}\b"),
    re.compile(r"\b(?=[A-Z2-7]*\d)[A-Z2-7]{32,}\b"),  # base32
    re.compile(
        r"(?<![\w+/=])(?=[\w+/]*\d)(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])[\w+/]{32,}={0,2}"
    ),  # base64
)
"""What is an id, an address or a secret by its form, wherever it stands."""
IN_PLACE = re.compile(r"(?:(?<=:user/)|(?<=:assumed-role/)[\w+=,.@-]+/)(?P<who>[\w+=,.@-]+)")
"""People by their names, which may be words that stand elsewhere, too."""
OF_AWS = re.compile(r"^SecurityPolicy_TLS")
"""Words of AWS's that look like base64."""
IDS = re.compile(r"^(id|.*[a-z]Id|.*[a-z]Ids|Account|AccountId|OwnerId)$")
"""Members that hold an id, which then is one in every other text, too."""
ID_FORM = re.compile(r"^[A-Za-z0-9]{6,64}$")
GIVEN = frozenset({"by", "Endpoint", "tags", "Tags", "UserName", "variables", "Variables"})
"""Members under which people write what they like: of any value there that is not public, only the shape stays."""
PREFIXES = ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "AIPA", "ANPA", "ANVA", "ey")
PUBLIC = frozenset({"127.0.0.1", "0.0.0.0"})  # noqa: S104 - an address in a text, no socket listens
SHORTEST = 4


class StandIns:
    """Stand-ins for the texts found in one recording."""

    def __init__(
        self, own: Iterable[str] = (), key: bytes | None = None, public: Collection[str] = ()
    ) -> None:
        """``own`` are texts that are private by what they are: hosts, channels, buckets, addresses."""
        self._key = key or secrets.token_bytes(32)
        self._private: set[str] = {name for name in own if len(name) >= SHORTEST}
        self._secret: set[str] = set()
        self._public = public

    def look_at_secret(self, text: str) -> None:
        """Note a secret: the texts of its JSON, or else the whole, also as JSON and URLs write them."""
        for leave in _leaves(text):
            self._secret.add(leave)
            written = {json.dumps(leave)[1:-1], json.dumps(leave, ensure_ascii=False)[1:-1]}
            self._private |= {leave, *written, quote(leave, safe=""), quote_plus(leave)}

    def look_through(self, value: Any) -> None:
        """Note anything that is private in a tree of JSON."""
        for member, text in _texts(value):
            if IDS.fullmatch(member) and ID_FORM.fullmatch(text) and not text.isalpha():
                self._private.add(text)
            for pattern in PATTERNS:
                self._private.update(
                    entry for entry in pattern.findall(text) if not OF_AWS.match(entry)
                )
            self._private.update(filter(_is_address, ADDRESS_6.findall(text)))

    def replaced(self, value: Any) -> Any:
        """Return the tree with every private text replaced; a secret in another encoding becomes a mark of it."""
        found = sorted(self._private - PUBLIC, key=len, reverse=True)
        anywhere = re.compile("|".join(re.escape(name) for name in found) or r"(?!)")

        def change(text: str, *, given: bool = False) -> str:
            changed = anywhere.sub(lambda hit: self.of(hit.group()), text)
            changed = IN_PLACE.sub(self._person, changed)
            kept = not given or changed != text or text in self._public or len(text) < SHORTEST
            return changed if kept else self.of(text)

        search = Search({"in the recording": spellings(self._secret)} if self._secret else {})
        return search.clean("", {}, _mapped(value, change))

    def _person(self, found: re.Match[str]) -> str:
        return f"{found[0].removesuffix(found['who'])}{self.of(found['who'])}"

    def of(self, text: str) -> str:
        """Return the stand-in of one text: always the same, and of its shape."""
        if ADDRESS.fullmatch(text):
            return f"192.0.2.{self._draw(text)[0] % 254 + 1}"  # RFC 5737, for documentation
        if _is_address(text):
            return f"2001:db8::{self._draw(text).hex()[:4]}"  # RFC 3849
        if "@" in text:
            return f"person-{self._draw(text).hex()[:8]}@example.com"
        prefix = next((name for name in PREFIXES if text.startswith(name)), text[0])
        kept = prefix if text.startswith(PREFIXES) or LINE_ID.fullmatch(text) else ""
        rest = text[len(kept) :]
        alphabet = _alphabets(rest)
        drawn = self._draw(text, len(rest))
        return kept + "".join(
            _drawn(char, byte, alphabet) for char, byte in zip(rest, drawn, strict=True)
        )

    def _draw(self, text: str, length: int = 32) -> bytes:
        blocks = range(length // 32 + 1)
        made = (hmac.digest(self._key, f"{block}:{text}".encode(), "sha256") for block in blocks)
        return b"".join(made)[:length]


def _alphabets(text: str) -> tuple[str, ...]:
    """Kinds of characters of which each stays within its own; letters of a hexadecimal text stay hexadecimal."""
    if re.fullmatch(r"[0-9a-f.:_-]+", text) and not re.fullmatch(r"[\d.:_-]+", text):
        return ("0123456789abcdef",)
    return (string.digits, string.ascii_lowercase, string.ascii_uppercase)


def _drawn(char: str, byte: int, alphabets: tuple[str, ...]) -> str:
    alphabet = next((name for name in alphabets if char in name), None)
    return alphabet[byte % len(alphabet)] if alphabet else char


def _texts(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a tree with the member that holds it; texts that are JSON are looked into."""
    match value:
        case str():
            yield member, value
            if value[:1] in {"{", "["} and (inner := _parsed(value)) is not None:
                yield from _texts(inner, member)
        case Mapping():
            for key, item in value.items():
                yield "", key
                yield from _texts(item, key)
        case list():
            for entry in value:
                yield from _texts(entry, member)


def _leaves(text: str) -> Iterator[str]:
    """Yield the secret itself: the texts of its JSON, or else the whole."""
    inner = _parsed(text)
    leaves = [name for _, name in _texts(inner)] if isinstance(inner, Mapping) else [text]
    names = set(inner) if isinstance(inner, Mapping) else set()
    yield from (leave for leave in leaves if len(leave) >= SHORTEST and leave not in names)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _mapped(value: Any, change: Callable[..., str], *, given: bool = False) -> Any:
    """Return the tree with every text changed; ``given``: it stands where people write what they like."""
    match value:
        case str():
            return change(value, given=given)
        case Mapping():
            return {
                change(key): _mapped(entry, change, given=(given and key != "Key") or key in GIVEN)
                for key, entry in value.items()
            }
        case list():
            return [_mapped(entry, change, given=given) for entry in value]
    return value


def _is_address(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version > 4
    except ValueError:
        return False
