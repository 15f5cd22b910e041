"""The values of secrets: judged here, and taken no further."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.reading import Reader, Reading, Scope, guarded
from aws.redaction.placeholder import is_placeholder
from aws.redaction.secret_text import (
    DRAWN,
    MaskedValue,
    Needles,
    secrets_in,
    shape,
    spellings,
    withheld,
)
from aws.section import Section, Unreadable

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
    found, wanted = reading.source(texts), reading.source(needles)

    def read(name: str) -> SecretValue | Unreadable:
        others = {other: value for other, value in wanted.items() if other != name}
        return _value(reading, found[name], others)

    return reading.each(found, read)


def _value(reading: Reading, text: str | Unreadable, others: Needles) -> SecretValue | Unreadable:
    if isinstance(text, Unreadable):
        return text
    scope, found = reading.scope, fields(text)
    planned = [value for key, value in found.items() if key in scope.secret_fields]
    judged = planned or list(found.values()) or [text]
    return SecretValue(
        is_json_object=parsed_object(text) is not None,
        fields={
            _shown(key, place): withheld(name, salts=scope.salts)
            for place, (key, name) in enumerate(found.items(), 1)
        },
        placeholder=any(is_placeholder(name, _known(scope)) for name in judged),
        same_as=secrets_in(text, others),
        whole=withheld(text, salts=scope.salts),
    )


def _known(scope: Scope) -> frozenset[str]:
    """Return what is public here: the defaults of guides, and the names of the environment."""
    names = (scope.prefix, scope.account, scope.api, scope.stage, scope.domain, scope.bucket)
    more = (*scope.tables, *scope.secrets, *scope.secret_fields)
    return scope.known_defaults | {name for name in (*names, *more) if name}


def _shown(key: str, place: int) -> str:
    return key if FIELD_NAME.fullmatch(key) else f"(field {place})"


def texts(reading: Reading) -> Mapping[str, str | Unreadable]:
    """Return name -> text. One call after another: items wait for it, so it may not need their pool."""
    found = {secret: guarded(partial(_text, reading, secret)) for secret in reading.scope.secrets}
    return {name: text for name, text in found.items() if text is not None}


def needles(reading: Reading) -> Needles:
    """Return what to look for in variables and tags; an unread secret is reported by its own rows."""
    read = {name: value for name, value in reading.source(texts).items() if isinstance(value, str)}
    wanted = reading.scope.secret_fields
    return {name: spellings(_secret_texts(text, wanted)) for name, text in read.items()}


def _secret_texts(text: str, wanted: Collection[str]) -> list[str]:
    """Return the fields that are secret: the planned ones, and others that look drawn by chance.

    A field beside them may be a name or an address, which stands in many places by right.
    """
    found = fields(text)
    secret = [value for key, value in found.items() if key in wanted or shape(value) in DRAWN]
    return secret or list(found.values()) or [text]


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
