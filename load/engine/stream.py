"""A Locust user that is a stream of arrivals: the clock decides when, never the previous answer."""

from collections.abc import Iterator
from random import Random
from time import perf_counter

from locust import User, task

from load.engine.arrivals import deal, intended_starts
from load.engine.generator import Generator

IDLE_S = 0.5


class ArrivalStream(User):
    """Waits for the next due moment, lets it arrive, and never waits for the answer.

    Locust keeps its own ways: users, shapes, workers and reports work as ever. A user that waits
    can be stopped at once, which is why the waiting is in ``wait_time`` and not in the task.
    """

    abstract = True
    generator: Generator

    def on_start(self) -> None:
        """Take a number among all streams, and with it this stream's part of the arrivals."""
        generator, run = self.generator, self.generator.run
        self._number = generator.join_stream()
        alone = run.parts == 1
        self._rng = Random(f"{run.seed}:{self._number}") if alone else generator.rng  # noqa: S311 - no secret comes of it
        self._arrivals = intended_starts(
            generator.plan, stream=self._number, streams=run.streams, rng=self._rng
        )
        self._decks: dict[int, Iterator[str]] = {}
        self._next = next(self._arrivals, None)
        generator.exhausted += self._next is None

    @task
    def let_arrive(self) -> None:
        """Send all that is due; several, if this process was held up."""
        generator = self.generator
        while self._next and self._next[0] <= perf_counter() - generator.started:
            due, step = self._next
            self._next = next(self._arrivals, None)
            generator.arrive(self._deal(step), due, step)
            generator.exhausted += self._next is None

    def wait_time(self) -> float:
        """Seconds until the next arrival is due."""
        if self._next is None:
            return IDLE_S
        return max(0.0, self.generator.started + self._next[0] - perf_counter())

    def on_stop(self) -> None:
        """Hear out what is under way."""
        self.generator.finish(self.generator.run.drain_s)

    def _deal(self, step: int) -> str:
        if step not in self._decks:
            self._decks[step] = deal(self.generator.plan.steps[step].mix, self._rng)
        return next(self._decks[step])
