"""Secrets Manager and KMS: that a secret is there and good, without keeping what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aws.value import Value


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
    tags: Mapping[str, Value] = field(default_factory=dict)
    replicas: tuple[str, ...] = ()
    """Regions to which it is replicated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretValue:
    """The shape of a secret's JSON; ``fields`` is empty where it is no JSON object."""

    is_json_object: bool
    fields: Mapping[str, Value]
    placeholder: bool = False
    """Some field is a placeholder, a sample of the guide, or a known default."""
    whole: Value | None = None
    """The secret's whole text, whatever its form: a function may hold that, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A KMS key under the name by which a resource refers to it (id, ARN or alias)."""

    arn: str
    state: str
    """Enabled, Disabled, PendingDeletion …"""
    manager: str
    """AWS or CUSTOMER."""
    policy: str | None = None
