"""IAM roles with every policy that applies to them, as documents."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """``arn`` is None for an inline policy; ``document`` is JSON text."""

    name: str
    document: str
    arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    name: str
    arn: str
    trust: str
    """The assume-role policy, JSON text."""
    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None = None
    tags: Mapping[str, Value] = field(default_factory=dict)
