"""One process's part of the load: the clock says when its arrivals are due; each is sent then, and counted."""

import gc
from functools import partial
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

import gevent
from gevent.event import Event
from locust import User, constant, task
from locust.exception import StopUser
from locust.stats import RequestStats

from load.engine import confidence
from load.engine.answers import (
    ApiRequest,
    ContractValidator,
    RequestFactory,
    RequestResult,
    classify,
)
from load.engine.http import Http
from load.engine.measurement import Counts, bin_seconds
from load.engine.plan import deal, intended_starts
from load.engine.run_file import LEAD_S, LoadRun

AT_ONCE = 4000
"""Calls under way in one process; further arrivals are dropped and counted."""
TURN_S = 0.5
"""How often the user returns to Locust, which can stop it then; in between arrivals cost less."""


class Sent(NamedTuple):
    """A request that was due ``due`` seconds after the start, in this step and place of the timeline."""

    call: ApiRequest
    due: float
    step: int
    place: int


class Generator:
    """Sends the requests of one process during one test; ``started`` is a time of `perf_counter`.

    ``stats`` are Locust's own, so that its web page and report agree with the verdict.
    """

    def __init__(
        self, run: LoadRun, contract: ContractValidator, worker: int, stats: RequestStats
    ) -> None:
        self.run = run
        self.steps, self.bins = Counts(), Counts()
        self.taken = False
        """Whether a Locust user makes the arrivals."""
        self._in_flight = 0
        self._idle = Event()
        self._idle.set()
        self._contract = contract
        self._stats = stats
        self._http = Http(run.host, timeout_s=run.timeout_s, api_key=run.api_key)
        rng = Random(f"{run.seed}:{worker}")  # noqa: S311 - not a secret
        own = worker % run.workers
        self.caller = RequestFactory(run.pool.part(own, run.workers), rng, run.examples)
        self._arrivals = intended_starts(run.plan, worker=own, workers=run.workers, rng=rng)
        self._next = next(self._arrivals, None)
        self._cards = [
            deal(step, worker=own, workers=run.workers, rng=Random(run.seed))  # noqa: S311 - not a secret
            for step in run.plan.steps
        ]
        self._bin_s = bin_seconds(run.plan.seconds)
        # What exists now stays: the garbage collector need not walk it while arrivals are due (20 ms).
        gc.collect()
        gc.freeze()
        self.started = perf_counter() + LEAD_S

    def make_arrivals(self, seconds: float) -> None:
        """Start arrivals when they are due, for some seconds."""
        end = perf_counter() + seconds
        while (now := perf_counter()) < end:
            while self._next and self.started + self._next[0] <= now:
                self._arrive(*self._next)
                self._next = next(self._arrivals, None)
            due = self.started + self._next[0] if self._next else end
            # Also a generator that is behind reads the answers in between: they are timed then.
            gevent.sleep(max(0.0, min(due, end) - perf_counter()))

    def report(self) -> dict[str, Any]:
        """Return what was counted since the last report; ``done`` is true once nothing can follow.

        The report names the seed, by which a run file is known, and the validator.
        """
        used, self.caller.used = self.caller.used, []
        return {
            "run": self.run.seed,
            "done": self._next is None and not self._in_flight,
            "steps": self.steps.take(),
            "bins": self.bins.take(),
            "used": used,
        }

    def finish(self, seconds: float) -> None:
        """Wait for the answers under way; what is missing then stays unfinished."""
        self._idle.wait(timeout=seconds)

    def _arrive(self, due: float, step: int) -> None:
        """Send the request that was due at ``due`` (seconds after the start) in ``step``."""
        if self._in_flight >= AT_ONCE:
            self.steps.counts[step, "", "dropped", None] += 1
            return
        late_ms = (perf_counter() - self.started - due) * 1000
        place = int(due // self._bin_s)
        self.steps.counts[step, "", "arrivals", None] += 1
        self.steps.counts[step, "", "lateness", confidence.bucket(late_ms)] += 1
        self.bins.counts[place, "", "arrivals", None] += 1
        self.bins.counts[place, "", "lateness", float(f"{max(late_ms, 0):.2g}")] += 1
        if (call := self.caller.make(next(self._cards[step]))) is None:
            self.steps.counts[step, "", "unpaired", None] += 1
            return
        self._in_flight += 1
        self._idle.clear()
        self.steps.counts[step, call.endpoint, "issued", None] += 1
        end = partial(self._conclude, Sent(call, due, step, place))
        self._http.send(call.method, call.path, end, token=call.token, body=call.body)

    def _conclude(self, sent: Sent, status: int, content: bytes, error: Exception | None) -> None:
        elapsed_ms = (perf_counter() - self.started - sent.due) * 1000
        outcome = classify(sent.call, status, content, error, self._contract)
        self._note(sent, outcome, elapsed_ms)
        self._feed_locust(sent.call.endpoint, outcome, elapsed_ms, len(content))
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    def _note(self, sent: Sent, outcome: RequestResult, ms: float) -> None:
        step, endpoint = sent.step, sent.call.endpoint
        self.steps.counts[step, endpoint, outcome.what, outcome.kind] += 1
        self.bins.counts[sent.place, "", outcome.what, None] += 1
        if outcome.timed:
            self.steps.counts[step, endpoint, "latency", confidence.bucket(ms)] += 1
            self.bins.counts[sent.place, "", "latency", float(f"{ms:.2g}")] += 1

    def _feed_locust(self, endpoint: str, outcome: RequestResult, ms: float, length: int) -> None:
        """Feed Locust's own statistics, so that its web page and report agree with the verdict."""
        method, _, name = endpoint.partition(" ")
        self._stats.log_request(method, name, ms, length)  # type: ignore[arg-type]  # it takes any number
        if outcome.what != "answered":
            self._stats.log_error(method, name, outcome.kind or outcome.what)


class ArrivalUser(User):
    """The Locust user of a process: the clock decides when it sends, never the previous answer.

    Shapes, workers and reports of Locust work as usual.
    """

    abstract = True
    wait_time = constant(0)
    generator: Generator | None = None

    def on_start(self) -> None:
        """Take the arrivals of this process; Locust may move the user of a lost worker here, which has none."""
        if self.generator is None or self.generator.taken:
            raise StopUser("the start was refused")
        self.generator.taken = True

    @task
    def take_a_turn(self) -> None:
        if self.generator:
            self.generator.make_arrivals(TURN_S)

    def on_stop(self) -> None:
        if self.generator:
            self.generator.finish(self.generator.run.timeout_s)
