"""Who collected most. No AWS, no clock, no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain import periods
from lambdas.rally.domain.counters import count_in
from lambdas.rally.domain.refusals import Refusal

TOP = 100
"""How many users a ranking shows: as many as one BatchGetItem can read."""


@dataclass(frozen=True)
class Period:
    """A week or a month, as the route and the query name it."""

    kind: str
    name: str


def period_asked(route: str, name: str | None, now: float) -> Period:
    """Return the requested period, the current one if none is named. Raises VALIDATION_ERROR if it is invalid."""
    match route:
        case "GET /ranking/weekly":
            return Period("weekly", periods.week_of(now) if name is None else periods.week(name))
        case "GET /ranking/monthly":
            return Period("monthly", periods.month_of(now) if name is None else periods.month(name))
    raise Refusal("FORBIDDEN", "There is no such route")


def top(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the first TOP of all shards' entries (UserId, Rank), best first.

    An index follows its table: for a moment it may show a user under the former rank as well.
    """
    latest: dict[str, Mapping[str, Any]] = {}
    for entry in sorted(entries, key=lambda entry: (-entry["Rank"], entry["UserId"])):
        latest.setdefault(entry["UserId"], entry)
    return [*latest.values()][:TOP]


def ranked(
    entries: Iterable[Mapping[str, Any]], names: Mapping[str, str], caller: str
) -> list[dict[str, Any]]:
    """Return the contract's rankings for entries in rank order; an unknown name is empty."""
    return [
        {
            "rank": place,
            "user_id": entry["UserId"],
            "stamp_count": count_in(entry["Rank"]),
            "display_name": names.get(entry["UserId"], ""),
            "is_self": entry["UserId"] == caller,
        }
        for place, entry in enumerate(entries, start=1)
    ]
