"""The evidence store as procedures see it: what is live is written into what speaks of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signoff.evidence import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Leaves and finds records of one environment, in the name of one caller."""

    store: Store
    caller: str
    """ARN of the AWS caller."""
    release: Callable[[], str]
    """Reads which release is live."""
    bound: Mapping[str, int]
    """Kinds that speak of the release that is live -> days for which they count."""

    def record(self, kind: str, body: Mapping[str, Any]) -> None:
        days = self.bound.get(kind)
        release = self.release() if days else None
        self.store.append(kind, body, caller=self.caller, release=release, days=days)

    def recorded(self, kind: str, **body: Any) -> Mapping[str, Any] | None:
        newest = self.store.load().newest(kind, **body)
        return newest.body if newest else None

    def history(self, kind: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(one.body for one in reversed(self.store.load().entries) if one.kind == kind)
