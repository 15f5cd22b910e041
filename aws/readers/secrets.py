"""Secrets Manager: that each secret is there and good; its value is judged here and handed to nobody."""

import re

from aws.engine import Reader, Reading
from aws.placeholder import is_placeholder
from aws.readers.described import described
from aws.readers.secret_texts import fields, parsed_object, texts
from aws.secrets import Secret, SecretValue
from aws.section import Section, Unreadable
from aws.timestamps import utc
from aws.value import withheld

FIELD_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")
"""What a field may be called in clear: anything longer or stranger may be a secret itself."""


def names(reading: Reading) -> list[str]:
    found = reading.aws.listed(
        "secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True
    )
    return [one["Name"] for one in found]


def secrets(reading: Reading) -> Section[Secret]:
    return reading.each(reading.scope.secrets, lambda name: _secret(reading, name))


def values(reading: Reading) -> Section[SecretValue]:
    found = reading.source(texts)
    return reading.each(found, lambda name: _value(reading, found[name]))


def _secret(reading: Reading, name: str) -> Secret:
    raw = reading.aws.call("secretsmanager", "describe_secret", SecretId=name)
    policy = reading.aws.call("secretsmanager", "get_resource_policy", SecretId=name)
    stages = (raw.get("VersionIdsToStages") or {}).values()
    return Secret(
        name=raw["Name"],
        arn=raw["ARN"],
        kms_key=raw.get("KmsKeyId"),
        deleted=utc(raw.get("DeletedDate")),
        current=any("AWSCURRENT" in labels for labels in stages),
        policy=policy.get("ResourcePolicy"),
        replicas=tuple(sorted(one["Region"] for one in raw.get("ReplicationStatus", ()))),
        tags=described(reading, {one["Key"]: one["Value"] for one in raw.get("Tags", ())}),
    )


def _value(reading: Reading, text: str | Unreadable) -> SecretValue | Unreadable:
    if isinstance(text, Unreadable):
        return text
    scope, found = reading.scope, fields(text)
    judged = list(found.values()) or [text]
    return SecretValue(
        is_json_object=parsed_object(text) is not None,
        fields={
            _shown(key, place): withheld(one, salts=scope.salts)
            for place, (key, one) in enumerate(found.items(), 1)
        },
        placeholder=any(is_placeholder(one, scope.known_defaults) for one in judged),
        whole=withheld(text, salts=scope.salts),
    )


def _shown(key: str, place: int) -> str:
    return key if FIELD_NAME.fullmatch(key) else f"(field {place})"


READERS = {
    "secrets": Reader(
        secrets, ("secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy")
    ),
    "secret_values": Reader(values, ("secretsmanager:GetSecretValue", "kms:Decrypt")),
}
