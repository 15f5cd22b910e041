"""What a run saw: counts per step and per second, and what became of the generator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from load.engine.tally import Tally

BINS_AT_MOST = 120


@dataclass(slots=True, kw_only=True)
class Measurement:
    """``steps`` is keyed by step, ``bins`` by time; both by the *intended* start of an arrival.

    What is counted: arrivals, dropped, finished, lateness (ms) of the step; issued, answered,
    throttled, conflict, failed (by kind), latency (ms) of each endpoint.
    """

    steps: Tally = field(default_factory=Tally)
    bins: Tally = field(default_factory=Tally)
    parts: int = 1
    workers: int = 0
    lost: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    interrupted: str | None = None
    contract: str = "not checked"
    cpu_percent: float = 0.0

    def unfinished(self, step: int, endpoint: str) -> int:
        """Count the requests that were sent and of which nothing was heard: none is lost silently."""
        seen = sum(
            self.steps.total(what, place=step, endpoint=endpoint)
            for what in ("answered", "failed", "throttled", "conflict")
        )
        return self.steps.total("issued", place=step, endpoint=endpoint) - seen

    def add(self, other: "Measurement") -> None:
        """Join what an independent generator saw of the same plan."""
        self.steps.merge(other.steps.rows())
        self.bins.merge(other.bins.rows())
        self.parts += other.parts
        self.workers += other.workers
        self.lost += other.lost
        self.late += other.late
        self.interrupted = self.interrupted or other.interrupted
        self.cpu_percent = max(self.cpu_percent, other.cpu_percent)
        if other.contract == "not checked":
            self.contract = other.contract

    def to_json(self) -> dict[str, Any]:
        return {
            "parts": self.parts,
            "workers": self.workers,
            "lost": list(self.lost),
            "late": list(self.late),
            "interrupted": self.interrupted,
            "contract": self.contract,
            "cpu_percent": self.cpu_percent,
            "steps": _sorted(self.steps),
            "bins": _sorted(self.bins),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Measurement":
        rest = dict(data)
        return cls(
            steps=Tally(rest.pop("steps")),
            bins=Tally(rest.pop("bins")),
            lost=tuple(rest.pop("lost")),
            late=tuple(rest.pop("late")),
            **rest,
        )


def bin_seconds(plan_seconds: float) -> int:
    """Width of a bin of the timeline: a second, more where that would be too many to draw."""
    return max(1, -(-int(plan_seconds) // BINS_AT_MOST))


def _sorted(tally: Tally) -> list[list[Any]]:
    return sorted(tally.rows(), key=lambda row: (row[0], row[1], row[2], str(row[3])))
