"""When each arrival is due: decided before the first one, so that a slow answer delays nothing."""

from collections.abc import Iterator, Mapping
from random import Random

from load.engine.plan import LoadPlan

CARDS = 20
"""Size of a deck: shares hold to 5 % within every twenty arrivals of a stream."""


def intended_starts(
    plan: LoadPlan, *, stream: int, streams: int, rng: Random
) -> Iterator[tuple[float, int]]:
    """Yield one stream's arrivals: (seconds after the start, index of the step).

    A Poisson process whose count is known is a set of uniform draws, sorted. So every step has
    exactly its planned number of arrivals, and still the gaps of independent visitors.
    """
    begin = 0.0
    for index, step in enumerate(plan.steps):
        count = _share(step.arrivals, stream, streams)
        parts = _even(count, (stream + 0.5) / streams) if plan.even else _random(count, rng)
        for part in parts:
            yield begin + step.seconds_at(part), index
        begin += step.seconds


def _share(total: int, stream: int, streams: int) -> int:
    return total * (stream + 1) // streams - total * stream // streams


def _even(count: int, phase: float) -> Iterator[float]:
    return ((number + phase) / count for number in range(count))


def _random(count: int, rng: Random) -> Iterator[float]:
    """Draw ``count`` uniform numbers in rising order: a soak of hours needs no list."""
    last = 0.0
    for left in range(count, 0, -1):
        last = 1 - (1 - last) * rng.random() ** (1 / left)
        yield last


def deal(mix: Mapping[str, float], rng: Random) -> Iterator[str]:
    """Deal endpoints without end, in the shares of ``mix`` within every deck of twenty."""
    deck = [name for name, share in mix.items() for _ in range(round(share * CARDS))]
    while True:
        rng.shuffle(deck)
        yield from deck
