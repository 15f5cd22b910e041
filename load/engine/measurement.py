"""What a run measured: counts per step and per second, and what became of the workers."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from aws.words import Words
from load.engine import confidence

Key = tuple[int, str, str, Any]
"""(step or second, endpoint or "", what is counted, milliseconds or kind or None)."""
OF_ANOTHER_USER = "wrong user_id"
"""The kind of failure that shows one user what is another's, as a cache or a global variable does under load."""


class Counts:
    """Additive counts by `Key`; merging is addition, so the order of reports does not matter."""

    def __init__(self, rows: Iterable[Iterable[Any]] = ()) -> None:
        self.counts: defaultdict[Key, int] = defaultdict(int)
        self.merge(rows)

    def merge(self, rows: Iterable[Iterable[Any]]) -> None:
        """Add rows of (place, endpoint, what, detail, count)."""
        for place, endpoint, outcome, detail, count in rows:
            self.counts[place, endpoint, outcome, detail] += count

    def take(self) -> list[list[Any]]:
        """Return the rows so far and clear them, so that nothing is reported twice."""
        rows = self.rows()
        self.counts.clear()
        return rows

    def rows(self) -> list[list[Any]]:
        return [[*key, count] for key, count in self.counts.items()]

    def sorted(self) -> list[list[Any]]:
        return sorted(self.rows(), key=lambda row: (row[0], row[1], row[2], str(row[3])))

    def by_detail(self, place: int, endpoint: str, outcome: str) -> dict[Any, int]:
        """Return the counts of one thing by its detail: a histogram, or failures by kind."""
        return {
            detail: count
            for (at, name, kind, detail), count in self.counts.items()
            if (at, name, kind) == (place, endpoint, outcome)
        }

    def total(self, outcome: str, *, place: int | None = None, endpoint: str | None = None) -> int:
        return sum(
            count
            for (at, name, kind, _), count in self.counts.items()
            if kind == outcome and place in (None, at) and endpoint in (None, name)
        )

    def tails(self, outcome: str, part: float) -> Iterator[tuple[int, float]]:
        """Yield each place with samples, in order, and their ``part`` quantile."""
        for place in sorted({place for place, *_ in self.counts}):
            if tail := confidence.percentile(self.by_detail(place, "", outcome), part):
                yield place, tail.value

    def endpoints(self, place: int) -> Iterator[str]:
        """Name the endpoints that were called at ``place``, sorted."""
        return iter(sorted({name for at, name, *_ in self.counts if at == place and name}))


AsRows = Annotated[Counts, PlainValidator(Counts), PlainSerializer(Counts.sorted)]
"""Counts, in JSON their rows in order."""
BINS_AT_MOST = 120


@dataclass(slots=True, kw_only=True)
class Measurement:
    """``steps`` is keyed by step, ``bins`` by time; both by the *intended* start of an arrival.

    What is counted: arrivals, dropped (too many in flight), unpaired (nothing left to award),
    lateness (ms) of the step; issued, answered, throttled, conflict, failed (by kind), latency (ms)
    of each endpoint. ``strangers`` are workers with another run file, ``unheard`` those whose last
    report is missing.
    """

    steps: AsRows = field(default_factory=Counts)
    bins: AsRows = field(default_factory=Counts)
    workers: int = 0
    lost: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()
    interrupted: Words | None = None
    dead: Words | None = None
    """Why the run was stopped on a dead target: a finding about the target, unlike an interruption."""

    @property
    def listed(self) -> bool:
        """Whether the list of used pairs is certain to be complete."""
        ended_early = self.interrupted or self.dead
        return not (self.lost or self.late or self.strangers or self.unheard or ended_early)

    def unfinished(self, step: int | None, endpoint: str) -> int:
        """Count the requests, of one step or all, that were sent and never ended."""
        ended = sum(
            self.steps.total(outcome, place=step, endpoint=endpoint)
            for outcome in ("answered", "failed", "throttled", "conflict")
        )
        return self.steps.total("issued", place=step, endpoint=endpoint) - ended


def bin_seconds(plan_seconds: float) -> int:
    """Width of a bin of the timeline: a second, more where that would be too many to draw."""
    return max(1, -(-int(plan_seconds) // BINS_AT_MOST))
