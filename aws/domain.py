"""The custom domain: its certificate, its mapping, and where its name leads."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePath:
    """``path`` is empty for the root."""

    path: str
    api_id: str
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomain:
    name: str
    status: str
    endpoint_types: tuple[str, ...]
    security_policy: str
    certificate_arn: str | None
    target: str | None
    """Regional domain name: what DNS must answer with."""
    mappings: tuple[BasePath, ...]
    routing: str = "BASE_PATH_MAPPING_ONLY"
    """Any other mode lets routing rules, which are not read, decide before the mappings, or alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    arn: str
    status: str
    names: tuple[str, ...]
    not_after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Addresses behind the custom name and behind its target; equal sets mean the record is right."""

    addresses: tuple[str, ...]
    target_addresses: tuple[str, ...]
