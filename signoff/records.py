"""The evidence store's records: what other runs and people left behind about one environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry (rulings, "The verdict", 7). Times are UTC; ``body`` is the kind's own matter."""

    kind: str
    """What left it: run, load, signature, manifest, import, release, deployment, rehearsal, drill, rollback,
    restore, recount, front-end, api-export."""
    environment: str
    release: str | None
    """Release that it speaks of; None where it speaks of none (a migration manifest)."""
    caller: str
    """ARN of the AWS caller who left it; for a signature also ``body['by']``."""
    created: datetime
    expires: datetime | None
    body: Mapping[str, Any] = field(default_factory=dict)
    emulated: bool = False
    """Made while calls went to another endpoint than AWS's own: never evidence about AWS."""
    previous: str | None = None
    """Digest of the record before it in the store; None for the first."""


@dataclass(frozen=True, slots=True)
class Records:
    """All records of a store, oldest first. ``problem`` tells why the store can't be believed."""

    entries: tuple[Record, ...] = ()
    problem: str | None = None
    newest_file: str | None = None
    """Digest and name of the store's newest record, of whatever kind: what a later store must hold."""

    @classmethod
    def of(cls, entries: Iterable[Record]) -> "Records":
        return cls(tuple(entries))

    def newest(self, kind: str, **body: Any) -> Record | None:
        """Return the newest record of a kind whose body has these values, or None."""
        for one in reversed(self.entries):
            if one.kind == kind and all(one.body.get(k) == v for k, v in body.items()):
                return one
        return None
