"""What has been heard of a running test, and the verdict that follows from it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from load.engine import used
from load.engine.contract import NOT_CHECKED
from load.engine.crew import Crew
from load.engine.measurement import Measurement
from load.engine.run_file import LEAD_S, Run
from load.engine.verdict import Verdict

REPORT_LAG_S = 3.0
"""A worker reports each second; what was not heard so long after the last answer never comes."""


class Logbook:
    """Of one test, from its start to its verdict; kept by the master, or by the only process."""

    def __init__(self, run: Run, workers: Iterable[str] = ()) -> None:
        self.run = run
        self.folder = Path(run.out)
        self.seen = Measurement()
        self.crew = Crew(tuple(workers))
        self._began = datetime.now(UTC)
        self._started = perf_counter() + LEAD_S
        self._name = uuid4().hex
        self._used: list[tuple[str, str]] = []
        self._checked_by: set[str] = set()
        self._complete = False
        self._ended: tuple[datetime, float] | None = None

    @property
    def elapsed_s(self) -> float:
        """Seconds from the first moment at which an arrival could be due, to now or to the end."""
        return (self._ended[1] if self._ended else perf_counter()) - self._started

    @property
    def under_way(self) -> bool:
        """Whether the test began, and has not ended."""
        return bool(self.crew.began) and not self._ended

    def hear(self, worker: str, part: Mapping[str, Any]) -> None:
        """Add what a worker saw; when the report comes decides nothing.

        A worker that was given another run file is not of this load: only what it wrote is kept,
        to be cleaned.
        """
        self._keep([(user, stamp) for user, stamp in part["used"]])
        if part["done"]:
            self.crew.done.add(worker)
        if part.get("run") != self.run.seed:
            self.crew.strangers.add(worker)
            return
        self._checked_by.add(part["checked_by"])
        self.seen.steps.merge(part["steps"])
        self.seen.bins.merge(part["bins"])

    def notice(self, busy_percent: float) -> None:
        """Keep how busy a generator was at most; what this machine does after the end is not the run's."""
        if not self._ended:
            self.seen.cpu_percent = max(self.seen.cpu_percent, float(busy_percent))

    def end(self) -> None:
        """Date the end, once: what is heard after it adds to the counts, and moves no date."""
        self._ended = self._ended or (datetime.now(UTC), perf_counter())

    def list_the_unheard(self) -> None:
        """Complete the list of used pairs by everyone, where a worker took a part of it along."""
        if self.verdict().measurement.unheard:
            used.note_all(self.folder, self.run.pool)

    def call_the_roll(self, present: set[str]) -> None:
        """Note who is lost, the first time that someone is: those who stop after it are not."""
        self.seen.lost = self.seen.lost or self.crew.lost(present)

    def is_over(self) -> bool:
        """Tell whether all is said, or never will be: a worker lost, late or strange ends the run."""
        seconds = self.run.plan.seconds
        self._complete = self.crew.all_done and self.elapsed_s >= seconds
        overdue = self.elapsed_s > seconds + self.run.drain_s + REPORT_LAG_S
        return self._complete or overdue or self.crew.spoilt or bool(self.seen.lost)

    def verdict(self) -> Verdict:
        """Judge what has been heard so far."""
        self.seen.workers = len(self.crew.began)
        self.seen.late = tuple(sorted(self.crew.late))
        self.seen.strangers = tuple(sorted(self.crew.strangers))
        self.seen.unheard = self.crew.unheard()
        self.seen.contract = self._contract()
        self.seen.interrupted = None if self._complete else self._open_end()
        about = self.run.about
        if self.run.parts > 1:
            about = {**about, "part": self._name}
        return Verdict(
            conditions=self.run.conditions,
            measurement=self.seen,
            about=about,
            began=self._began,
            ended=self._ended[0] if self._ended else datetime.now(UTC),
            used=tuple(self._used) if self.run.parts > 1 else (),
        )

    def _open_end(self) -> str:
        if not self.crew.began:
            return "the run never began"
        seconds = self.run.plan.seconds
        if self.elapsed_s < seconds:
            return f"stopped after {max(0.0, self.elapsed_s):.0f} of {seconds:.0f} s"
        return f"no last word from worker {', '.join(self.crew.missing())}"

    def _contract(self) -> str:
        """Say what checked the answers: nothing, if one of the workers had nothing to check with."""
        if NOT_CHECKED in self._checked_by or not self._checked_by:
            return NOT_CHECKED
        return ", ".join(sorted(self._checked_by))

    def _keep(self, pairs: list[tuple[str, str]]) -> None:
        self._used += pairs
        used.note(self.folder, pairs)
