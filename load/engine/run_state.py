"""What is known about a running test: its workers, their reports, the progress, and the verdict.

A run ends whose target is dead: errors that stay above the limit spend the day's quota and people's patience on nothing.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from aws.words import Words
from load.engine import confidence
from load.engine.measurement import Measurement, bin_seconds
from load.engine.run_file import LEAD_S, LoadRun
from load.engine.session_pool import record_used
from load.engine.verdict import LoadVerdict

WINDOW_S = 10
"""Seconds over which the ratio of errors is taken."""
PATIENCE_S = 30
"""Seconds for which it must stay above the limit."""


@dataclass(slots=True)
class ErrorWatch:
    """Compares the errors of the last seconds with ``limit``, the largest part that any endpoint may fail."""

    limit: float
    _failed: int = 0
    _ended: int = 0
    _seconds: deque[tuple[float, int, int]] = field(default_factory=deque)
    _above_since: float | None = None

    def add(self, rows: Iterable[Iterable[Any]]) -> None:
        """Count the rows of a worker's report; a refusal by the throttle (429) or an award made before is no error."""
        for _, _, outcome, _, count in rows:
            if outcome in ("answered", "failed"):
                self._ended += count
                self._failed += count if outcome == "failed" else 0

    def dead(self, elapsed_s: float) -> Words | None:
        """Say that the target is dead, if errors were wholly above the limit for PATIENCE_S; called once a second.

        Wholly: the 95 % interval of the ratio, so that a few requests at the start prove nothing.
        """
        self._seconds.append((elapsed_s, self._failed, self._ended))
        while elapsed_s - self._seconds[0][0] > WINDOW_S:
            self._seconds.popleft()
        _, failed, ended = self._seconds[0]
        ratio = confidence.ratio(self._failed - failed, self._ended - ended)
        if ratio.low <= self.limit:
            self._above_since = None
            return None
        if self._above_since is None:
            self._above_since = elapsed_s
        if elapsed_s - self._above_since < PATIENCE_S:
            return None
        part, limit = f"{ratio.value:.0%}", f"{self.limit:.2%}"
        return Words(
            f"stopped after {elapsed_s:.0f} s: for {PATIENCE_S} s errors stayed above the limit "
            f"({part} of the last requests, at most {limit})",
            f"{elapsed_s:.0f}秒で中止しました。エラーが{PATIENCE_S}秒間、上限を超え続けました"
            f"（直近のリクエストの{part}、上限{limit}）",
        )


ALONE = "this process"
"""Stands for a worker's name where there is no other process."""
REPORT_LAG_S = 3.0
"""A worker reports each second; what is missing this long after the last answer never comes."""


class RunState:
    """State of one test, from its start to its verdict; on the master, or in the only process.

    Names of ``workers`` are Locust's client ids: host name and a random part.
    """

    def __init__(self, run: LoadRun, workers: Iterable[str] = ()) -> None:
        self.run = run
        self.folder = Path(run.out)
        self.seen = Measurement()
        self.workers = tuple(workers)
        self._done: set[str] = set()
        self._late: set[str] = set()
        self._strangers: set[str] = set()
        self._began = datetime.now(UTC)
        self._started = perf_counter() + LEAD_S
        self._unlisted: Words | None = None
        self._complete = False
        self._ended: tuple[datetime, float] | None = None
        objectives = run.conditions.objectives.endpoints.values()
        self._errors = ErrorWatch(max(objective.errors for objective in objectives))

    @property
    def elapsed_s(self) -> float:
        """Seconds from when the first arrival could be due, to now or to the end."""
        return (self._ended[1] if self._ended else perf_counter()) - self._started

    @property
    def under_way(self) -> bool:
        """Whether the test began, and has not ended."""
        return bool(self.workers) and not self._ended

    def welcome(self, worker: str) -> None:
        """Note a worker that joins after the start: its arrivals are out of step."""
        if self.under_way and worker not in self.workers:
            self._late.add(worker)

    def receive(self, worker: str, part: Mapping[str, Any]) -> None:
        """Add a worker's report; the time at which it comes does not matter.

        A worker with another run file does not belong to this load: only its used users are kept,
        to be cleaned up.
        """
        self._list(part["used"])
        if part["done"]:
            self._done.add(worker)
        if part.get("run") != self.run.seed:
            self._strangers.add(worker)
            return
        self.seen.steps.merge(part["steps"])
        self._errors.add(part["steps"])
        self.seen.bins.merge(part["bins"])

    def end(self) -> None:
        """Note the time of the end, once: later reports add to the counts and do not move it."""
        self._ended = self._ended or (datetime.now(UTC), perf_counter())

    def list_unheard(self) -> None:
        """Add every user to the list of used ones if a worker's part of it is missing."""
        if self.verdict().measurement.unheard:
            self._list(visitor.id for visitor in self.run.pool.visitors)

    def _list(self, users: Iterable[str]) -> None:
        """Add to the list of used users; a run that can't ends, and all its users are cleaned."""
        try:
            record_used(self.folder, users)
        except OSError as error:
            self._unlisted = Words(
                f"used users can't be listed in {self.folder} ({error.strerror})",
                f"使用したユーザーを{self.folder}に記録できません（{error.strerror}）",
            )

    def note_lost(self, present: set[str]) -> None:
        """Note lost workers, once: those that stop afterwards are not lost."""
        gone = (name for name in self.workers if name not in present | self._done)
        self.seen.lost = self.seen.lost or tuple(gone)

    def notice_dead_target(self) -> None:
        """Note, once, that the target is dead; called once a second."""
        self.seen.dead = self.seen.dead or self._errors.dead(self.elapsed_s)

    def is_over(self) -> bool:
        """Whether all reports are in, or never will be: a lost, late or foreign worker ends the run."""
        seconds = self.run.plan.seconds
        self._complete = self._done.issuperset(self.workers) and self.elapsed_s >= seconds
        overdue = self.elapsed_s > seconds + self.run.timeout_s + REPORT_LAG_S
        lost = self._late or self._strangers or self.seen.lost
        given_up = lost or self.seen.dead or self._unlisted
        return self._complete or overdue or bool(given_up)

    def verdict(self) -> LoadVerdict:
        self.seen.workers = len(self.workers)
        self.seen.late = tuple(sorted(self._late))
        self.seen.strangers = tuple(sorted(self._strangers))
        # The other processes that may have sent requests which they never reported.
        others = {*self.workers, *self._late, *self._strangers} - self._done - {ALONE}
        self.seen.unheard = tuple(sorted(others))
        ended = self._complete or self.seen.dead
        self.seen.interrupted = self._unlisted or (None if ended else self._open_end())
        return LoadVerdict(
            conditions=self.run.conditions,
            measurement=self.seen,
            about=self.run.about,
            began=self._began,
            ended=self._ended[0] if self._ended else datetime.now(UTC),
        )

    def _open_end(self) -> Words:
        if not self.workers:
            return Words("the run never began", "実行が始まりませんでした")
        seconds = self.run.plan.seconds
        if self.elapsed_s < seconds:
            after = f"{max(0.0, self.elapsed_s):.0f}"
            return Words(
                f"stopped after {after} of {seconds:.0f} s",
                f"{seconds:.0f}秒のうち{after}秒で停止しました",
            )
        missing = ", ".join(name for name in self.workers if name not in self._done)
        return Words(
            f"no last word from worker {missing}", f"ワーカー{missing}の最後の報告がありません"
        )


REPORTED_S = 1.0
"""How long after its end a second is known: workers report once a second."""


def progress(run: LoadRun, measurement: Measurement, elapsed_s: float) -> dict[str, Any]:
    """Return the state of the run after ``elapsed_s`` (negative before the first arrival).

    Rates are arrivals a second in the last complete bin of the timeline; latency and lateness are of
    the current step, in ms.
    """
    plan = run.plan
    step, part = plan.step_at(max(0.0, elapsed_s))
    number = plan.steps.index(step)
    width = bin_seconds(run.plan.seconds)
    last = max(0, int((elapsed_s - REPORTED_S) // width) - 1)
    totals, tails = _walked(measurement, number)
    return {
        "elapsed": round(elapsed_s, 1),
        "seconds": plan.seconds,
        "step": step.name,
        "planned": round(step.rate_at(part), 1),
        "made": round(measurement.bins.counts.get((last, "", "arrivals", None), 0) / width, 1),
        "answered": totals["answered"],
        "failed": totals["failed"],
        "throttled": totals["throttled"],
        "conflict": totals["conflict"],
        "p95": _tail(tails["latency"], 0.95),
        "late_p99": _tail(tails["lateness"], 0.99),
        "late_limit": run.conditions.objectives.soundness.lateness_p99_ms,
    }


def _walked(
    measurement: Measurement, step: int
) -> tuple[Counter[str], defaultdict[str, Counter[float]]]:
    """Walk the counts once: this runs between arrivals, which must not wait for it."""
    totals: Counter[str] = Counter()
    tails: defaultdict[str, Counter[float]] = defaultdict(Counter)
    for (at, _, outcome, detail), count in measurement.steps.counts.items():
        totals[outcome] += count
        if at == step and outcome in ("latency", "lateness"):
            tails[outcome][detail] += count
    return totals, tails


def _tail(histogram: Counter[float], part: float) -> float | None:
    tail = confidence.percentile(histogram, part)
    return tail.value if tail else None
