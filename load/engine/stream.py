"""A Locust user that is a stream of arrivals: the clock decides when, never the previous answer."""

from collections.abc import Iterator
from random import Random
from time import perf_counter

import gevent
from locust import User, constant, task
from locust.exception import StopUser

from load.engine.arrivals import deal, intended_starts
from load.engine.generator import Generator

TURN_S = 0.5
"""After so long a stream returns to Locust, which then can stop it; arrivals in between cost less."""


class ArrivalStream(User):
    """Waits for the next due moment, lets it arrive, and never waits for the answer.

    Locust keeps its own ways: users, shapes, workers and reports work as ever.
    """

    abstract = True
    wait_time = constant(0)
    generator: Generator | None = None

    def on_start(self) -> None:
        """Take a number among all streams, and with it this stream's part of the arrivals."""
        if self.generator is None:
            raise StopUser("the start was refused")
        self._generator = generator = self.generator
        run, number = generator.run, generator.join_stream()
        alone = run.parts == 1
        self._rng = Random(f"{run.seed}:{number}") if alone else generator.rng  # noqa: S311 - no secret comes of it
        self._arrivals = intended_starts(
            generator.plan, stream=number, streams=run.streams, rng=self._rng
        )
        self._decks: dict[int, Iterator[str]] = {}
        self._next = next(self._arrivals, None)
        generator.exhausted += self._next is None

    @task
    def take_a_turn(self) -> None:
        """Let visitors arrive as they are due, for the time of a turn."""
        started, end = self._generator.started, perf_counter() + TURN_S
        while (now := perf_counter()) < end:
            due = started + self._next[0] if self._next else end
            if due <= now:
                self._let_arrive()
            else:
                gevent.sleep(min(due, end) - now)

    def _let_arrive(self) -> None:
        due, step = self._next or (0.0, 0)
        self._next = next(self._arrivals, None)
        self._generator.arrive(self._deal(step), due, step)
        self._generator.exhausted += self._next is None

    def on_stop(self) -> None:
        """Hear out what is under way."""
        if self.generator:
            self.generator.finish(self.generator.run.drain_s)

    def _deal(self, step: int) -> str:
        if step not in self._decks:
            self._decks[step] = deal(self._generator.plan.steps[step].mix, self._rng)
        return next(self._decks[step])
