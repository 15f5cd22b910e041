"""Secrets Manager: that each secret is there and good; its value is judged here and goes no further."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from aws.door.failures import ReadFailure
from aws.raw import Raw, utc
from aws.reading import Reader, Reading, Scope, guarded
from aws.redaction.placeholder import is_placeholder
from aws.redaction.secret_text import (
    DRAWN,
    MaskedValue,
    Needles,
    marked,
    masked,
    secrets_in,
    shape,
    spellings,
    withheld,
)
from aws.section import Section
from aws.unreadable import Unreadable

FIELD_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")
"""What a field may be called in clear: anything longer or stranger may be a secret itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """``kms_key`` None is the AWS managed key aws/secretsmanager."""

    name: str
    arn: str
    kms_key: str | None
    deleted: datetime | None
    current: bool
    """A version carries AWSCURRENT."""
    policy: str | None = None
    """The resource policy, JSON text; None where there is none."""
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)
    replicas: tuple[str, ...] = ()
    """Regions that hold it as well: those to which it is replicated, and its primary's."""
    replaced: datetime | None = None
    """When it was last changed, where it had another value before: whoever kept that has it still."""


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
    """The secret's whole text, whatever its form: a function may hold that, too."""


def names(reading: Reading) -> list[str]:
    found = reading.aws.listed(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True
    )
    return [one["Name"] for one in found]


def secrets(reading: Reading) -> Section[Secret]:
    return reading.each(reading.scope.secrets, lambda name: _secret(reading, name))


def values(reading: Reading) -> Section[SecretValue]:
    found, wanted = reading.source(texts), reading.source(needles)

    def read(name: str) -> SecretValue | Unreadable:
        others = {other: one for other, one in wanted.items() if other != name}
        return _value(reading, found[name], others)

    return reading.each(found, read)


def _secret(reading: Reading, name: str) -> Secret:
    raw = reading.aws.call("secretsmanager", "describe_secret", SecretId=name)
    policy = reading.aws.call("secretsmanager", "get_resource_policy", SecretId=name)
    if policy["ARN"] != raw["ARN"]:  # it has one without a policy, too: nothing at all is no answer
        raise ReadFailure.of(
            "secretsmanager:GetResourcePolicy",
            f"the answer is about {policy['ARN']}",
            f"{policy['ARN']}についての応答です",
        )
    return replace(
        decode(raw),
        policy=policy.get("ResourcePolicy"),
        tags=described(reading, {one["Key"]: one["Value"] for one in raw.get("Tags", ())}),
    )


def decode(raw: Raw) -> Secret:
    """Return what DescribeSecret tells, but for tags, whose values may be secrets."""
    stages = tuple((raw.get("VersionIdsToStages") or {}).values())
    had_another = any("AWSPREVIOUS" in labels for labels in stages)
    return Secret(
        name=raw["Name"],
        arn=raw["ARN"],
        kms_key=raw.get("KmsKeyId"),
        deleted=utc(raw.get("DeletedDate")),
        current=any("AWSCURRENT" in labels for labels in stages),
        replicas=tuple(sorted(_regions(raw))),
        replaced=utc(raw.get("LastChangedDate")) if had_another else None,
    )


def _regions(raw: Raw) -> set[str]:
    copies = {one["Region"] for one in raw.get("ReplicationStatus", ())}
    return copies | ({raw["PrimaryRegion"]} if "PrimaryRegion" in raw else set())


def _value(reading: Reading, text: str | Unreadable, others: Needles) -> SecretValue | Unreadable:
    if isinstance(text, Unreadable):
        return text
    scope, found = reading.scope, fields(text)
    planned = [one for key, one in found.items() if key in scope.secret_fields]
    judged = planned or list(found.values()) or [text]
    return SecretValue(
        is_json_object=parsed_object(text) is not None,
        fields={
            _shown(key, place): withheld(one, salts=scope.salts)
            for place, (key, one) in enumerate(found.items(), 1)
        },
        placeholder=any(is_placeholder(one, _known(scope)) for one in judged),
        same_as=secrets_in(text, others),
        whole=withheld(text, salts=scope.salts),
    )


def _known(scope: Scope) -> frozenset[str]:
    """Return what everybody knows here: the defaults of guides, and the names of the environment."""
    names = (scope.prefix, scope.account, scope.api, scope.stage, scope.domain, scope.bucket)
    more = (*scope.tables, *scope.secrets, *scope.secret_fields)
    return scope.known_defaults | {one for one in (*names, *more) if one}


def _shown(key: str, place: int) -> str:
    return key if FIELD_NAME.fullmatch(key) else f"(field {place})"


def texts(reading: Reading) -> Mapping[str, str | Unreadable]:
    """Return name -> text. One call after another: items wait for it, so it may not need their pool."""
    found = {one: guarded(partial(_text, reading, one)) for one in reading.scope.secrets}
    return {name: text for name, text in found.items() if text is not None}


def needles(reading: Reading) -> Needles:
    """Return what to look for in variables and tags; an unread secret is reported by its own rows."""
    read = {name: one for name, one in reading.source(texts).items() if isinstance(one, str)}
    wanted = reading.scope.secret_fields
    return {name: spellings(_secret_texts(text, wanted)) for name, text in read.items()}


def _secret_texts(text: str, wanted: Collection[str]) -> list[str]:
    """Return the fields that are secret: the planned ones, and others that look drawn by chance.

    A field beside them may be a name or an address, which stands in many places by right.
    """
    found = fields(text)
    secret = [one for key, one in found.items() if key in wanted or shape(one) in DRAWN]
    return secret or list(found.values()) or [text]


def search_all_answers(reading: Reading) -> None:
    """Let the door replace the secrets in all that AWS answers; an unread one cannot be searched for."""
    reading.aws.search_for(reading.source(needles))


def fields(text: str) -> Mapping[str, str]:
    """Return the fields of a JSON object as text; none where it is no object."""
    parsed = parsed_object(text) or {}
    return {key: one if isinstance(one, str) else json.dumps(one) for key, one in parsed.items()}


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


def described(reading: Reading, raw: Mapping[str, str]) -> dict[str, MaskedValue]:
    """Return name -> value of variables or tags: in clear only what the scope calls public."""
    scope = reading.scope
    return {
        name: masked(
            text,
            public=scope.public_values,
            salts=scope.salts,
            holds=marked(text),
            environment=scope.prefix,
        )
        for name, text in raw.items()
    }


READERS = {
    "secrets": Reader(
        secrets, ("secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy")
    ),
    "secret_values": Reader(values, ("secretsmanager:GetSecretValue", "kms:Decrypt")),
}
