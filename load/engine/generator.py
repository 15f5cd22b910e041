"""One process's part of the load: it sends what is due, notes what came back, and knows when all is said."""

import gc
from random import Random, SystemRandom
from time import perf_counter, time
from typing import Any

import gevent
from gevent.event import Event
from gevent.queue import SimpleQueue
from locust.event import EventHook

from load.engine import confidence
from load.engine.answers import ContractValidator, RequestResult, classify
from load.engine.api_requests import ApiRequest, PairsUsedUpError, RequestFactory
from load.engine.http import Http
from load.engine.measurement import Counts, bin_seconds
from load.engine.plan import THINK_AT_MOST_S
from load.engine.run_file import LEAD_S, LoadRun

AT_ONCE = 4000
"""Calls under way in one process; what would be more is dropped and told."""


class Generator:
    """Lives from the start of a test to its end; ``started`` is on the clock of `perf_counter`."""

    def __init__(
        self, run: LoadRun, contract: ContractValidator, worker: int, request: EventHook
    ) -> None:
        self.run = run
        self.plan = run.own_plan
        self.steps, self.bins = Counts(), Counts()
        self.worker = worker
        self.streams = 0
        self.exhausted = 0
        self._in_flight = self._hands = 0
        self._arrived: SimpleQueue[tuple[str, float, int]] = SimpleQueue()
        self._idle = Event()
        self._idle.set()
        self._contract = contract
        self._request = request
        self._http = Http(run.host, timeout_s=run.timeout_s)
        alone = run.parts == 1
        # Repeatable where it can be; generators that know nothing of each other must differ.
        self.rng = Random(f"{run.seed}:{worker}") if alone else SystemRandom()  # noqa: S311 - no secret comes of it
        own = run.pool.part(worker % run.workers, run.workers)
        self.caller = RequestFactory(own, self.rng, alone=alone)
        self._bin_s = bin_seconds(run.plan.seconds)
        # What is here now stays: the collector need not walk it while arrivals are due (20 ms).
        gc.collect()
        gc.freeze()
        self.started = perf_counter() + LEAD_S

    @property
    def done(self) -> bool:
        """All arrivals were made, and of each the last word is heard."""
        whole = self.exhausted == self.run.streams // self.run.workers
        return whole and not self._in_flight

    def join_stream(self) -> int:
        """Give a new stream its number among those of all workers."""
        number = self.streams * self.run.workers + self.worker
        self.streams += 1
        return number

    def arrive(self, endpoint: str, due: float, step: int) -> None:
        """Let a visitor arrive who was due at ``due`` (seconds after the start) in ``step``."""
        if self._in_flight >= AT_ONCE:
            self.steps.counts[step, "", "dropped", None] += 1
            return
        self._in_flight += 1
        self._idle.clear()
        if self._in_flight > self._hands:
            self._hands += 1
            gevent.spawn_raw(self._attend)
        self._arrived.put((endpoint, due, step))

    def hand_over(self) -> dict[str, Any]:
        """Give what was seen since the last time; ``done`` is true once nothing can follow.

        With it comes what it was seen with: the seed, by which a run file is known, and the validator.
        """
        used, self.caller.used = self.caller.used, []
        done = self.done
        return {
            "run": self.run.seed,
            "checked_by": self._contract.checked_by,
            "done": done,
            "steps": self.steps.take(),
            "bins": self.bins.take(),
            "used": used,
        }

    def finish(self, seconds: float) -> None:
        """Wait for the answers under way; what is not in by then stays unfinished."""
        self._idle.wait(timeout=seconds)

    def _attend(self) -> None:
        """Serve one after the other: the stack of a new greenlet each time costs a tenth of all."""
        try:
            while True:
                self._serve(*self._arrived.get())
        finally:
            self._hands -= 1

    def _serve(self, endpoint: str, due: float, step: int) -> None:
        intended = self.started + due
        late_ms = (perf_counter() - intended) * 1000
        place = int(due // self._bin_s)
        self.steps.counts[step, "", "arrivals", None] += 1
        self.steps.counts[step, "", "lateness", confidence.bucket(late_ms)] += 1
        self.bins.counts[place, "", "arrivals", None] += 1
        self.bins.counts[place, "", "lateness", float(f"{max(late_ms, 0):.2g}")] += 1
        try:
            if self.plan.journey:
                self._visit(intended, step, place)
            else:
                self._exchange(self.caller.make(endpoint), intended, step, place)
        except PairsUsedUpError:
            self.steps.counts[step, "", "unpaired", None] += 1
        finally:
            self._in_flight -= 1
            if not self._in_flight:
                self._idle.set()

    def _visit(self, intended: float, step: int, place: int) -> None:
        for number, call in enumerate(self.caller.visit()):
            if number:
                gevent.sleep(min(self.rng.lognormvariate(-0.5, 0.5), THINK_AT_MOST_S))
                intended = perf_counter()
            if not self._exchange(call, intended, step, place):
                return

    def _exchange(self, call: ApiRequest, intended: float, step: int, place: int) -> bool:
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
        self._tell_locust(call, outcome, elapsed_ms, len(content), begun)
        return outcome.what == "answered"

    def _note(
        self, endpoint: str, outcome: RequestResult, ms: float, step: int, place: int
    ) -> None:
        self.steps.counts[step, endpoint, outcome.what, outcome.kind] += 1
        self.bins.counts[place, "", outcome.what, None] += 1
        if outcome.timed:
            self.steps.counts[step, endpoint, "latency", confidence.bucket(ms)] += 1
            self.bins.counts[place, "", "latency", float(f"{ms:.2g}")] += 1

    def _tell_locust(
        self, call: ApiRequest, outcome: RequestResult, ms: float, length: int, begun: float
    ) -> None:
        """Feed Locust's own statistics, so that its web page and report agree with ours."""
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
