"""What has been heard of a running test, and the verdict that follows from it."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import uuid4

from load.engine.crew import Crew
from load.engine.measurement import Measurement
from load.engine.run_file import LEAD_S, USED_FILE, Run
from load.engine.verdict import Verdict

REPORT_LAG_S = 3.0
"""A worker reports each second; what was not heard so long after the last answer never comes."""


class Logbook:
    """Of one test, from its start to its verdict; kept by the master, or by the only process."""

    def __init__(self, run: Run, contract: str, workers: Iterable[str] = ()) -> None:
        self.run = run
        self.seen = Measurement(contract=contract)
        self.crew = Crew(tuple(workers))
        self._began = datetime.now(UTC)
        self._started = perf_counter() + LEAD_S
        self._name = uuid4().hex
        self._used: list[tuple[str, str]] = []
        self._complete = False

    @property
    def elapsed_s(self) -> float:
        """Seconds since the first moment at which an arrival could be due."""
        return perf_counter() - self._started

    def hear(self, worker: str, part: Mapping[str, Any]) -> None:
        """Add what a worker saw; when the report comes decides nothing."""
        self.seen.steps.merge(part["steps"])
        self.seen.bins.merge(part["bins"])
        self._keep(part["used"])
        if part["done"]:
            self.crew.done.add(worker)

    def notice(self, busy_percent: float) -> None:
        self.seen.cpu_percent = max(self.seen.cpu_percent, float(busy_percent))

    def call_the_roll(self, present: set[str]) -> None:
        """Note who is lost, the first time that someone is: those who stop after it are not."""
        self.seen.lost = self.seen.lost or self.crew.lost(present)

    def is_over(self) -> bool:
        """Tell whether all is said, or never will be: a lost or late worker ends a run that can't count."""
        seconds = self.run.plan.seconds
        self._complete = self.crew.all_done and self.elapsed_s >= seconds
        overdue = self.elapsed_s > seconds + self.run.drain_s + REPORT_LAG_S
        return self._complete or overdue or bool(self.seen.lost or self.crew.late)

    def verdict(self) -> Verdict:
        """Judge what has been heard so far."""
        self.seen.workers = len(self.crew.began)
        self.seen.late = tuple(sorted(self.crew.late))
        self.seen.interrupted = None if self._complete else self._open_end()
        about = self.run.about
        if self.run.parts > 1:
            about = {**about, "part": self._name}
        return Verdict(
            conditions=self.run.conditions,
            measurement=self.seen,
            about=about,
            began=self._began,
            ended=datetime.now(UTC),
            used=tuple(self._used) if self.run.parts > 1 else (),
        )

    def _open_end(self) -> str:
        if not self.crew.began:
            return "the run never began"
        seconds = self.run.plan.seconds
        if self.elapsed_s < seconds:
            return f"stopped after {max(0.0, self.elapsed_s):.0f} of {seconds:.0f} s"
        return f"no last word from worker {', '.join(self.crew.missing())}"

    def _keep(self, pairs: Iterable[Iterable[str]]) -> None:
        """Write the used pairs as they come: a run that dies leaves the list behind."""
        new = [(user, stamp) for user, stamp in pairs]
        self._used += new
        if new:
            folder = Path(self.run.out)
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / USED_FILE).open("a") as file:
                file.writelines(json.dumps(pair) + "\n" for pair in new)
