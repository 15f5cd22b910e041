"""DynamoDB: the tables, their backups, and what stands in them as far as it must be judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aws.value import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    name: str
    hash_key: str
    range_key: str | None
    projection: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``sse_type`` None is the AWS owned key: encrypted all the same."""

    name: str
    arn: str
    status: str
    hash_key: str
    range_key: str | None
    attribute_types: Mapping[str, str]
    billing_mode: str
    """PAY_PER_REQUEST or PROVISIONED (which is what AWS means where it says nothing)."""
    indexes: tuple[Index, ...] = ()
    sse_type: str | None = None
    sse_status: str | None = None
    sse_key_arn: str | None = None
    deletion_protection: bool = False
    capped: tuple[str, ...] = ()
    """The table or indexes whose on-demand throughput has an upper bound."""
    replicas: tuple[str, ...] = ()
    """Regions that hold a copy of all that is written (a global table)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Point-in-time recovery; the times are the restorable window, UTC."""

    pitr: bool
    window_days: int | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """Application Auto Scaling on a table or an index: ``dimension`` is AWS's name of it."""

    resource: str
    dimension: str
    minimum: int
    maximum: int
    suspended: bool = False
    """It does not scale out for now."""
    policies: tuple[str, ...] = ()
    """Names of its scaling policies: without one, nothing ever moves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Every item, in DynamoDB JSON; ``complete`` is False where the bound cut the scan."""

    items: tuple[Mapping[str, Any], ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyScan:
    """Keys of a table of people: real ones are counted only, ``foreign`` ones kept."""

    examined: int
    complete: bool
    foreign: tuple[str, ...] = ()
    """Hash keys that are no real user's: synthetic or development data (distinct, sorted)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """``document`` is None where the resource has no policy."""

    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    tags: Mapping[str, Value] = field(default_factory=dict)
