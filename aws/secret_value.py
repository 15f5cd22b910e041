"""The values of secrets: judged here, and taken no further; those that can be guessed are stand-ins, patterns and words, also encoded."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from typing import Any

from aws.reading import Reader, Reading, Scope, guarded
from aws.redaction.secret_text import (
    DRAWN,
    SHORTEST,
    MaskedValue,
    Needles,
    entropy_bits,
    from_base64,
    from_hex,
    secrets_in,
    shape,
    spellings,
    withheld,
)
from aws.section import Section, Unreadable

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


def is_placeholder(text: str, public: Collection[str]) -> bool:
    """Whether a secret is a stand-in, a pattern or words, or encodes one of them.

    ``public`` are texts that are public here: defaults of guides, names of the environment.
    """
    layers = [*_layers(text)]
    behind = [raw for layer in layers for raw in _decoded(layer)]
    return any(_is_generic(layer, public) for layer in layers) or any(map(_counts, behind))


def _is_generic(text: str, public: Collection[str]) -> bool:
    return (
        text in public
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
    written = b"".join(text.encode().split())  # they may be wrapped, or in groups
    return (raw for raw in (*from_hex(written), *from_base64(written)) if len(raw) >= FEWEST_BYTES)


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
    units = range(1, len(text) // 2 + 1)
    return any(text[unit:] == text[: len(text) - unit] for unit in units)


FIELD_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")
"""What a field may be called in clear: anything longer or stranger may be a secret itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretValue:
    """The shape of a secret's JSON; ``fields`` is empty where it is no JSON object."""

    is_json_object: bool
    fields: Mapping[str, MaskedValue]
    placeholder: bool = False
    """Some field is a placeholder, a sample of the guide, a known default, or was made of words."""
    same_as: tuple[str, ...] = ()
    """The other planned secrets whose value stands in this one."""
    whole: MaskedValue | None = None
    """The secret's whole text, regardless of its form: a function may hold that, too."""


def values(reading: Reading) -> Section[SecretValue]:
    stored, spelled = reading.source(texts), reading.source(needles)

    def read(name: str) -> SecretValue | Unreadable:
        others = {other: value for other, value in spelled.items() if other != name}
        return _value(reading, stored[name], others)

    return reading.each(stored, read)


def _value(reading: Reading, text: str | Unreadable, others: Needles) -> SecretValue | Unreadable:
    if isinstance(text, Unreadable):
        return text
    scope, parts = reading.scope, fields(text)
    planned = [value for key, value in parts.items() if key in scope.secret_fields]
    judged = planned or list(parts.values()) or [text]
    return SecretValue(
        is_json_object=parsed_object(text) is not None,
        fields={
            _shown(key, place): withheld(name, salts=scope.salts)
            for place, (key, name) in enumerate(parts.items(), 1)
        },
        placeholder=any(is_placeholder(name, _public_texts(scope)) for name in judged),
        same_as=secrets_in(text, others),
        whole=withheld(text, salts=scope.salts),
    )


def _public_texts(scope: Scope) -> frozenset[str]:
    """Return what is public here: the defaults of guides, and the names of the environment."""
    names = (scope.prefix, scope.account, scope.api, scope.stage, scope.domain, scope.bucket)
    more = (*scope.tables, *scope.secrets, *scope.secret_fields)
    return scope.known_defaults | {name for name in (*names, *more) if name}


def _shown(key: str, place: int) -> str:
    return key if FIELD_NAME.fullmatch(key) else f"(field {place})"


def texts(reading: Reading) -> Mapping[str, str | Unreadable]:
    """Return name -> text. One call after another: items wait for it, so it may not need their pool."""
    by_name = {secret: guarded(partial(_text, reading, secret)) for secret in reading.scope.secrets}
    return {name: text for name, text in by_name.items() if text is not None}


def needles(reading: Reading) -> Needles:
    """Return what to look for in variables and tags; an unread secret is reported by its own rows.

    A name of the environment in a secret is left out: many answers hold it by right.
    """
    scope, stored = reading.scope, reading.source(texts).items()
    names = sorted(_public_texts(scope) - scope.known_defaults, key=len, reverse=True)
    public = re.compile("|".join(re.escape(name) for name in names if len(name) >= SHORTEST))
    read = {name: value for name, value in stored if isinstance(value, str)}
    secret = {name: _secret_texts(text, scope.secret_fields) for name, text in read.items()}
    return {
        name: spellings(
            part
            for whole in several
            for part in public.split(whole)
            if not any(part in each for each in names)
        )
        for name, several in secret.items()
    }


def _secret_texts(text: str, planned: Collection[str]) -> list[str]:
    """Return the fields that are secret: the planned ones, and others that look drawn by chance.

    A field beside them may be a name or an address, which stands in many places by right.
    """
    parts = fields(text)
    secret = [value for key, value in parts.items() if key in planned or shape(value) in DRAWN]
    return secret or list(parts.values()) or [text]


def search_all_answers(reading: Reading) -> None:
    """Let the door replace the secrets in all that AWS answers; an unread one cannot be searched for."""
    reading.aws.search_for(reading.source(needles))


def fields(text: str) -> Mapping[str, str]:
    """Return the fields of a JSON object as text; none where it is no object."""
    parsed = parsed_object(text) or {}
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in parsed.items()
    }


def parsed_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that ``text`` is, or None where it is none."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _text(reading: Reading, name: str) -> str:
    raw = reading.aws.call("secretsmanager", "get_secret_value", SecretId=name)
    return "" if "SecretBinary" in raw else str(raw["SecretString"])


READERS = {
    "secret_values": Reader(values, ("secretsmanager:GetSecretValue", "kms:Decrypt")),
}
