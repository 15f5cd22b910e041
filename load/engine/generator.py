"""One process's part of the load: its streams know when arrivals are due, the generator sends and counts."""

import gc
from collections.abc import Iterator
from random import Random
from time import perf_counter, time
from typing import Any

import gevent
from gevent.event import Event
from gevent.queue import SimpleQueue
from locust import User, constant, task
from locust.event import EventHook
from locust.exception import StopUser

from load.engine import confidence
from load.engine.answers import (
    ApiRequest,
    ContractValidator,
    PairsUsedUpError,
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
"""How often a stream returns to Locust, which can stop it then; in between arrivals cost less."""


class Generator:
    """Sends the requests of one process during one test; ``started`` is a time of `perf_counter`."""

    def __init__(
        self, run: LoadRun, contract: ContractValidator, worker: int, request: EventHook
    ) -> None:
        self.run = run
        self.plan = run.plan
        self.steps, self.bins = Counts(), Counts()
        self.worker = worker
        self.streams = 0
        self.exhausted = 0
        self._in_flight = self._greenlets = 0
        self._arrived: SimpleQueue[tuple[str, float, int]] = SimpleQueue()
        self._idle = Event()
        self._idle.set()
        self._contract = contract
        self._request = request
        self._http = Http(run.host, timeout_s=run.timeout_s)
        rng = Random(f"{run.seed}:{worker}")  # noqa: S311 - not a secret
        own = run.pool.part(worker % run.workers, run.workers)
        self.caller = RequestFactory(own, rng, run.bodies)
        self._bin_s = bin_seconds(run.plan.seconds)
        # What exists now stays: the garbage collector need not walk it while arrivals are due (20 ms).
        gc.collect()
        gc.freeze()
        self.started = perf_counter() + LEAD_S

    @property
    def done(self) -> bool:
        """Whether all arrivals were made and have ended."""
        whole = self.exhausted == self.run.streams // self.run.workers
        return whole and not self._in_flight

    def join_stream(self) -> int:
        """Give a new stream its number among those of all workers."""
        number = self.streams * self.run.workers + self.worker
        self.streams += 1
        return number

    def arrive(self, endpoint: str, due: float, step: int) -> None:
        """Start the arrival that was due at ``due`` (seconds after the start) in ``step``."""
        if self._in_flight >= AT_ONCE:
            self.steps.counts[step, "", "dropped", None] += 1
            return
        self._in_flight += 1
        self._idle.clear()
        if self._in_flight > self._greenlets:
            self._greenlets += 1
            gevent.spawn_raw(self._attend)
        self._arrived.put((endpoint, due, step))

    def report(self) -> dict[str, Any]:
        """Return what was counted since the last report; ``done`` is true once nothing can follow.

        The report names the seed, by which a run file is known, and the validator.
        """
        used, self.caller.used = self.caller.used, []
        done = self.done
        return {
            "run": self.run.seed,
            "done": done,
            "steps": self.steps.take(),
            "bins": self.bins.take(),
            "used": used,
        }

    def finish(self, seconds: float) -> None:
        """Wait for the answers under way; what is missing then stays unfinished."""
        self._idle.wait(timeout=seconds)

    def _attend(self) -> None:
        """Serve one arrival after the other: a new greenlet for each would cost a tenth more CPU."""
        try:
            while True:
                self._serve(*self._arrived.get())
        finally:
            self._greenlets -= 1

    def _serve(self, endpoint: str, due: float, step: int) -> None:
        intended = self.started + due
        late_ms = (perf_counter() - intended) * 1000
        place = int(due // self._bin_s)
        self.steps.counts[step, "", "arrivals", None] += 1
        self.steps.counts[step, "", "lateness", confidence.bucket(late_ms)] += 1
        self.bins.counts[place, "", "arrivals", None] += 1
        self.bins.counts[place, "", "lateness", float(f"{max(late_ms, 0):.2g}")] += 1
        try:
            self._exchange(self.caller.make(endpoint), intended, step, place)
        except PairsUsedUpError:
            self.steps.counts[step, "", "unpaired", None] += 1
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def _exchange(self, call: ApiRequest, intended: float, step: int, place: int) -> None:
        self.steps.counts[step, call.endpoint, "issued", None] += 1
        begun, status, content, error = time(), 0, b"", None
        try:
            status, content = self._http.send(
                call.method, call.path, token=call.token, body=call.body
            )
        except Exception as problem:  # noqa: BLE001 - any way of getting no answer is one
            error = problem
        elapsed_ms = (perf_counter() - intended) * 1000
        outcome = classify(call, status, content, error, self._contract)
        self._note(call.endpoint, outcome, elapsed_ms, step, place)
        self._feed_locust(call, outcome, elapsed_ms, len(content), begun)

    def _note(
        self, endpoint: str, outcome: RequestResult, ms: float, step: int, place: int
    ) -> None:
        self.steps.counts[step, endpoint, outcome.what, outcome.kind] += 1
        self.bins.counts[place, "", outcome.what, None] += 1
        if outcome.timed:
            self.steps.counts[step, endpoint, "latency", confidence.bucket(ms)] += 1
            self.bins.counts[place, "", "latency", float(f"{ms:.2g}")] += 1

    def _feed_locust(
        self, call: ApiRequest, outcome: RequestResult, ms: float, length: int, begun: float
    ) -> None:
        """Feed Locust's own statistics, so that its web page and report agree with the verdict."""
        method, _, name = call.endpoint.partition(" ")
        failed = None if outcome.what == "answered" else RuntimeError(outcome.kind or outcome.what)
        about: dict[str, Any] = {"response": None, "context": {}, "start_time": begun}
        self._request.fire(
            request_type=method,
            name=name,
            response_time=ms,
            response_length=length,
            exception=failed,
            url=name,
            **about,
        )


class ArrivalStream(User):
    """A Locust user that is a stream of arrivals: the clock decides when, never the previous answer.

    Users, shapes, workers and reports of Locust work as usual.
    """

    abstract = True
    wait_time = constant(0)
    generator: Generator | None = None

    def on_start(self) -> None:
        """Get a number among all streams, and with it this stream's part of the arrivals."""
        if self.generator is None:
            raise StopUser("the start was refused")
        self._generator = generator = self.generator
        run, number = generator.run, generator.join_stream()
        self._rng = Random(f"{run.seed}:{number}")  # noqa: S311 - not a secret
        self._arrivals = intended_starts(
            generator.plan, stream=number, streams=run.streams, rng=self._rng
        )
        self._decks: dict[int, Iterator[str]] = {}
        self._next = next(self._arrivals, None)
        generator.exhausted += self._next is None

    @task
    def take_a_turn(self) -> None:
        """Start arrivals when they are due, for the time of a turn."""
        started, end = self._generator.started, perf_counter() + TURN_S
        while (now := perf_counter()) < end:
            due = started + self._next[0] if self._next else end
            if due <= now:
                self._start_arrival()
            else:
                gevent.sleep(min(due, end) - now)

    def _start_arrival(self) -> None:
        due, step = self._next or (0.0, 0)
        self._next = next(self._arrivals, None)
        self._generator.arrive(self._deal(step), due, step)
        self._generator.exhausted += self._next is None

    def on_stop(self) -> None:
        """Wait for the answers under way."""
        if self.generator:
            self.generator.finish(self.generator.run.timeout_s)

    def _deal(self, step: int) -> str:
        if step not in self._decks:
            self._decks[step] = deal(self._generator.plan.steps[step].mix, self._rng)
        return next(self._decks[step])
