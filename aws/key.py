"""KMS: each key by the name with which a resource refers to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.kind import value_of
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section
from aws.unreadable import Unreadable

REFERRING = {
    "tables": "sse_key_arn",
    "secrets": "kms_key",
    "functions": "kms_key_arn",
    "topics": "kms_key",
    "log_groups": "kms_key",
    "buckets": "kms_key",
}
"""Section -> the field of its items that names a key."""


SECRETS_DEFAULT = "alias/aws/secretsmanager"
"""The key of a secret that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key under the name by which a resource refers to it (id, ARN or alias)."""

    arn: str
    state: str
    """Enabled, Disabled, PendingDeletion …"""
    manager: str
    """AWS or CUSTOMER."""
    policy: str | None = None


def same_key(decided: str, reference: str) -> bool:
    """Whether a resource's reference (id, ARN or alias) names the decided key, an ARN or an alias."""
    _, key, id_ = decided.partition(":key/")
    return decided in {reference, reference.rpartition(":")[2]} or bool(key and reference == id_)


def keys(reading: Reading) -> Section[Key]:
    sections = reading.sections(REFERRING)
    named = {name for section in sections.values() for name in _named(section)}
    found = reading.each(sorted(named), lambda name: _key(reading, name))
    return {**found, **dict(_unknown(sections))}


def _named(section: Section[Any]) -> Iterator[str]:
    if isinstance(section, Unreadable):
        return
    for item in section.values():
        if not isinstance(item, Unreadable):
            yield from _names_of(item)


def _names_of(item: Any) -> Iterator[str]:
    for field in set(REFERRING.values()):
        name = value_of(item, field) if hasattr(type(item), field) else None
        if name and not isinstance(name, Unreadable):
            yield name
    if hasattr(item, "deleted") and item.kms_key is None:
        yield SECRETS_DEFAULT


def _unknown(sections: Mapping[str, Section[Any]]) -> Iterator[tuple[str, Unreadable]]:
    """Stand in for the keys that cannot be named, because what would name them is not known."""
    for name, section in sections.items():
        if isinstance(section, Unreadable):
            yield f"(of {name})", section.behind(name)
            continue
        for item, found in section.items():
            why = found if isinstance(found, Unreadable) else value_of(found, REFERRING[name])
            if isinstance(why, Unreadable):
                yield f"(of {name} {item})", why.behind(name)


def _key(reading: Reading, name: str) -> Key:
    raw = reading.aws.call("kms", "describe_key", KeyId=name)["KeyMetadata"]
    own = raw["KeyManager"] == "CUSTOMER"
    # Policies of AWS managed keys are AWS's business, and not shown to everybody.
    policy = _policy(reading, raw["KeyId"]) if own else None
    return decode(raw, policy)


def decode(raw: Raw, policy: str | None) -> Key:
    """Return the facts of a key's metadata, and its policy where it was read."""
    return Key(
        arn=raw["Arn"],
        state=raw["KeyState"],
        manager=raw["KeyManager"],
        policy=policy,
    )


def _policy(reading: Reading, key_id: str) -> str:
    answer = reading.aws.call("kms", "get_key_policy", KeyId=key_id, PolicyName="default")
    policy: str = answer["Policy"]
    return policy


READERS = {"keys": Reader(keys, ("kms:DescribeKey", "kms:GetKeyPolicy"))}
