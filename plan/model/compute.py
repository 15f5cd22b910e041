"""Functions, their roles, and what these may do."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """One IAM action on one resource ARN (patterns as IAM reads them)."""

    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """``required`` must all be there; nothing beyond ``required`` and ``accepted`` may be."""

    name: str
    arn: str
    function: str
    required: frozenset[Permission]
    accepted: frozenset[Permission]
    judged_for_missing: bool = True
    """False where foreign code may need other permissions than ours (rulings on IAM)."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """``arn`` is unqualified; callers use ``alias_arn``."""

    key: str
    name: str
    arn: str
    alias: str
    alias_arn: str
    role: Role
    handler: str
    runtime: str
    timeout_s: int
    memory_mb: int
    environment: Mapping[str, str]
    secrets: tuple[str, ...]
    """Names of the secrets that it reads."""
    log_group: str

    def __str__(self) -> str:
        return self.name
