"""Reads an environment: everything at once, or section by section as a part of the checks asks."""

import secrets as randomness
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, cast

import boto3

from aws.door import Aws, Patience
from aws.engine import Progress, Reading
from aws.inventory import Inventory, Sections
from aws.readers import READERS
from aws.resolving import Resolve, resolve
from aws.scope import Scope
from aws.section import Section, Unreadable

PURPOSES = ("own", "dev")
"""What the salts of a scope are for, in their order, where the caller does not say."""
NOT_ASKED = "not asked for: this run judges a part of the list"


def silent(_section: str, _done: int, _of: int) -> None:
    """Progress for those who do not watch."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a reading leans on besides the session; tests put others in their place."""

    patience: Patience = field(default_factory=Patience)
    resolve: Resolve = resolve
    now: Callable[[], datetime] = now


DEFAULT = Means()


def read(  # noqa: PLR0913 - keywords that a caller may leave out
    session: boto3.Session,
    scope: Scope,
    *,
    caller: str,
    salts: Mapping[str, str] | None = None,
    endpoint: str | None = None,
    progress: Progress = silent,
    means: Means = DEFAULT,
) -> Inventory:
    """Read every section in parallel; never raises for what AWS does, which stands in the sections.

    ``caller`` is the ARN that the guard found; ``salts`` name those of the scope by their purpose.
    The session needs the IAM actions of ``policy.actions()`` and no more.
    """
    lazy = on_demand(
        session,
        scope,
        caller=caller,
        salts=salts,
        endpoint=endpoint,
        progress=progress,
        means=means,
    )
    sections = cast("LazySections", lazy.sections)
    sections.read_all()
    return frozen(lazy)


def on_demand(  # noqa: PLR0913 - as read
    session: boto3.Session,
    scope: Scope,
    *,
    caller: str,
    salts: Mapping[str, str] | None = None,
    endpoint: str | None = None,
    progress: Progress = silent,
    means: Means = DEFAULT,
) -> Inventory:
    """Return an inventory that reads a section when a check first looks at it.

    Its ``calls`` are 0 and its sections go on being read: ``frozen()`` makes a plain one of it.
    """
    scope = salted(scope)
    aws = Aws(session, scope.region, means.patience)
    reading = Reading(aws, scope, readers=READERS, progress=progress, resolve=means.resolve)
    return Inventory(
        account=scope.account,
        region=scope.region,
        caller=caller,
        read_at=means.now(),
        sections=cast("Sections", LazySections(reading)),
        partial=True,
        salts=salts or dict(zip(PURPOSES, scope.salts, strict=False)),
        endpoint=endpoint,
    )


def frozen(inventory: Inventory) -> Inventory:
    """Return what was read so far, to be saved; a section that nobody asked for says so."""
    lazy = inventory.sections
    if not isinstance(lazy, LazySections):
        return inventory
    found = lazy.so_far()
    return replace(
        inventory,
        sections=Sections(**found),
        calls=lazy.calls,
        partial=Unreadable(NOT_ASKED) in found.values(),
    )


class LazySections:
    """Stands in for Sections: the same attributes, read at first sight."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getattr__(self, name: str) -> Section[Any]:
        if name not in READERS:
            raise AttributeError(name)
        return self._reading.section(name)

    @property
    def calls(self) -> int:
        """HTTP requests sent so far."""
        return self._reading.aws.calls.total()

    def read_all(self) -> None:
        """Read every section, then let the threads go."""
        self._reading.sections(READERS)
        self._reading.close()

    def so_far(self) -> dict[str, Section[Any]]:
        asked = self._reading.asked()
        return {
            one.name: self._reading.section(one.name)
            if one.name in asked
            else Unreadable(NOT_ASKED)
            for one in fields(Sections)
        }


def salted(scope: Scope) -> Scope:
    """Give a run without a salt one of its own: bare digests of weak secrets could be looked up."""
    return scope if scope.salts else replace(scope, salts=(randomness.token_hex(16),))
