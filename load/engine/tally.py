"""Counts that add up: what a worker saw in a second, a step or a run, and several workers together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

Key = tuple[int, str, str, Any]
"""(step or second, endpoint or "", what is counted, milliseconds or kind or None)."""


class Tally:
    """Additive counts by `Key`; merging is addition, so the order of reports does not matter."""

    def __init__(self, rows: Iterable[Iterable[Any]] = ()) -> None:
        self.counts: defaultdict[Key, int] = defaultdict(int)
        self.merge(rows)

    def merge(self, rows: Iterable[Iterable[Any]]) -> None:
        """Add rows of (place, endpoint, what, detail, count)."""
        for place, endpoint, what, detail, count in rows:
            self.counts[place, endpoint, what, detail] += count

    def take(self) -> list[list[Any]]:
        """Hand over the rows so far and forget them, so that nothing is reported twice."""
        rows = self.rows()
        self.counts.clear()
        return rows

    def rows(self) -> list[list[Any]]:
        return [[*key, count] for key, count in self.counts.items()]

    def by_detail(self, place: int, endpoint: str, what: str) -> dict[Any, int]:
        """Give the counts of one thing by its detail: a histogram, or failures by kind."""
        return {
            detail: count
            for (at, name, kind, detail), count in self.counts.items()
            if (at, name, kind) == (place, endpoint, what)
        }

    def total(self, what: str, *, place: int | None = None, endpoint: str | None = None) -> int:
        return sum(
            count
            for (at, name, kind, _), count in self.counts.items()
            if kind == what and place in (None, at) and endpoint in (None, name)
        )

    def endpoints(self, place: int) -> Iterator[str]:
        """Name the endpoints that were called at ``place``, in order."""
        return iter(sorted({name for at, name, *_ in self.counts if at == place and name}))
