"""A plan as data, priced and checked before it starts, when each of its arrivals is due, and what API Gateway should refuse of them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from random import Random

LIST = "GET /stamps"
VERIFY = "POST /gps/verify"
AWARD = "POST /stamps/award"
RANKING = "GET /ranking/weekly"
ENDPOINTS = (LIST, VERIFY, AWARD, RANKING)
Examples = Mapping[str, tuple[str, str]]
"""Endpoint -> URL and body of its requests, of an application of which the contract alone is known."""
DOLLARS_A_MILLION = 10
"""About what AWS asks for a million requests, in 2026-11 and without the free tier: REST API 4.25 in Tokyo, Lambda 0.20 and its
time, on-demand reads and the awards' transactions, logs. Not read from AWS's pages but quoted by others."""
CARDS = 20
"""Size of a deck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStep:
    """``rate`` arrivals a second for ``seconds``; with ``start_rate``, a straight ramp up to it.

    ``mix`` is the share of each endpoint in the arrivals, in parts of 1. A step that is not
    ``judged`` (a ramp) is counted, but left out of the verdict on the target.
    """

    name: str
    seconds: float
    rate: float
    mix: Mapping[str, float]
    start_rate: float | None = None
    judged: bool = True

    @property
    def first_rate(self) -> float:
        return self.rate if self.start_rate is None else self.start_rate

    @property
    def arrivals(self) -> int:
        return round((self.first_rate + self.rate) / 2 * self.seconds)

    def rate_at(self, part: float) -> float:
        """Arrivals a second when ``part`` (0 to 1) of the step has passed."""
        return self.first_rate + (self.rate - self.first_rate) * part

    def seconds_at(self, part: float) -> float:
        """Seconds into the step by which ``part`` (0 to 1) of its arrivals are due."""
        first, last = self.first_rate, self.rate
        if first == last:
            return part * self.seconds
        root = math.sqrt(first**2 + (last**2 - first**2) * part)
        return (root - first) / (last - first) * self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Steps in a row.

    ``percentiles`` says whether latency decides; ``even``, whether gaps are equal instead of random.
    """

    name: str
    steps: tuple[LoadStep, ...]
    percentiles: bool = True
    even: bool = False

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)

    @property
    def peak_rate(self) -> float:
        """The most requests a second that the plan can ask for."""
        return max(max(step.first_rate, step.rate) for step in self.steps)

    @property
    def requests(self) -> int:
        """The price of the plan against the daily quota."""
        return sum(step.arrivals for step in self.steps)

    @property
    def dollars(self) -> float:
        """About what AWS asks for it."""
        return self.requests * DOLLARS_A_MILLION / 1e6

    @property
    def awards(self) -> float:
        return sum(self.planned(step).get(AWARD, 0) for step in self.steps)

    def planned(self, step: LoadStep) -> dict[str, float]:
        """Return how many requests the step makes to each endpoint."""
        return {endpoint: step.arrivals * share for endpoint, share in step.mix.items()}

    def step_at(self, offset_s: float) -> tuple[LoadStep, float]:
        """Return the step at ``offset_s`` seconds after the start, and how much of it has passed."""
        begin = 0.0
        for step in self.steps:
            if offset_s < begin + step.seconds:
                return step, max(0.0, offset_s - begin) / step.seconds
            begin += step.seconds
        return self.steps[-1], 1.0


def intended_starts(
    plan: LoadPlan, *, worker: int, workers: int, rng: Random
) -> Iterator[tuple[float, int]]:
    """Yield one worker's arrivals: (seconds after the start, index of the step).

    A Poisson process with a known count is a set of uniform draws, sorted. So every step has exactly
    its planned number of arrivals, and still the gaps of independent users.
    """
    begin = 0.0
    for index, step in enumerate(plan.steps):
        count = len(range(worker, step.arrivals, workers))
        parts = _even(count, (worker + 0.5) / workers) if plan.even else _random(count, rng)
        for part in parts:
            yield begin + step.seconds_at(part), index
        begin += step.seconds


def _even(count: int, phase: float) -> Iterator[float]:
    return ((number + phase) / count for number in range(count))


def _random(count: int, rng: Random) -> Iterator[float]:
    """Draw ``count`` uniform numbers in rising order: a soak of hours needs no list."""
    last = 0.0
    for left in range(count, 0, -1):
        last = 1 - (1 - last) * rng.random() ** (1 / left)
        yield last


def deal(step: LoadStep, *, worker: int, workers: int, rng: Random) -> Iterator[str]:
    """Deal the endpoints of a step's arrivals in the shares of its mix, and yield one worker's.

    All workers deal the same decks of twenty, with an ``rng`` of one seed, and take every so many-th card: together they
    make the shares, which each by itself would round. A card goes to the endpoint that is owed most, so that counts end
    within about one request of their shares.
    """
    return islice(_decks(step, rng), worker, None, workers)


def _decks(step: LoadStep, rng: Random) -> Iterator[str]:
    owed = dict.fromkeys(step.mix, 0.0)
    for dealt in range(0, step.arrivals, CARDS):
        cards = min(CARDS, step.arrivals - dealt)
        for name, share in step.mix.items():
            owed[name] += share * cards
        deck = []
        for _ in range(cards):
            deck.append(max(owed, key=lambda name: owed[name]))
            owed[deck[-1]] -= 1
        rng.shuffle(deck)
        yield from deck


SLICES = 200
"""A ramp is computed as this many short steps of constant rate."""


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """``rate`` requests a second for each method, after a ``burst`` of so many at once."""

    rate: float
    burst: float

    def predicted(self, plan: LoadPlan) -> dict[tuple[int, str], float]:
        """Predict the ratio of 429 for each (index of the step, endpoint), from a full bucket."""
        endpoints = {name for step in plan.steps for name in plan.planned(step)}
        return {
            (index, endpoint): refused
            for endpoint in sorted(endpoints)
            for index, refused in enumerate(self._ratios(plan, endpoint))
        }

    def _ratios(self, plan: LoadPlan, endpoint: str) -> Iterator[float]:
        tokens = self.burst
        for step in plan.steps:
            planned = plan.planned(step).get(endpoint, 0.0)
            refused = 0.0
            for rate, seconds in _slices(step, planned):
                more, tokens = self._spend(tokens, rate, seconds)
                refused += more
            yield refused / planned if planned else 0.0

    def _spend(self, tokens: float, rate: float, seconds: float) -> tuple[float, float]:
        """Return (requests refused, tokens left) after ``seconds`` at ``rate``."""
        excess = rate - self.rate
        left = tokens - excess * seconds
        if left >= 0:
            return 0.0, min(self.burst, left)
        return -left, 0.0


def _slices(step: LoadStep, planned: float) -> Iterator[tuple[float, float]]:
    share = planned / step.arrivals if step.arrivals else 0.0
    slices = 1 if step.first_rate == step.rate else SLICES
    for number in range(slices):
        yield step.rate_at((number + 0.5) / slices) * share, step.seconds / slices
