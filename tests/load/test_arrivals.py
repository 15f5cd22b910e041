"""Arrivals are due as planned: each step gets its number, each worker its part, with gaps as of independent users."""

import statistics
from itertools import pairwise

import pytest

from load.engine.plan import deal, intended_starts
from tests.load.runs import MIX, chance, plan, step

TWO = plan(step("ramp", 10, 100, start_rate=20, judged=False), step("hold", 7, 33))


def merged(made, workers):
    """All workers' arrivals in the order in which they are due."""
    each = (intended_starts(made, worker=n, workers=workers, rng=chance(n)) for n in range(workers))
    return sorted(arrival for own in each for arrival in own)


@pytest.mark.parametrize("workers", [1, 3, 20])
def test_each_step_has_exactly_its_planned_arrivals_within_its_time(workers):
    arrivals = merged(TWO, workers)

    first = [due for due, step in arrivals if step == 0]
    second = [due for due, step in arrivals if step == 1]
    assert (len(first), len(second)) == (600, 231)
    assert 0 <= min(first) <= max(first) <= 10 <= min(second) <= max(second) <= 17


def test_gaps_are_those_of_a_poisson_process():
    """An exponential gap deviates by its own mean; equal gaps would not deviate at all."""
    dues = [due for due, _ in merged(plan(step("hold", 100, 100)), 5)]
    gaps = [later - earlier for earlier, later in pairwise(dues)]

    assert statistics.stdev(gaps) / statistics.mean(gaps) == pytest.approx(1, abs=0.05)


def test_even_arrivals_have_equal_gaps_over_all_workers():
    dues = [due for due, _ in merged(plan(step("hold", 10, 10), even=True), 4)]

    assert [later - earlier for earlier, later in pairwise(dues)] == pytest.approx([0.1] * 99)


def test_ramp_rises_in_a_straight_line():
    """From 20 to 100 a second in 10 s: the first half has 200 arrivals, the second 400."""
    first_half = [due for due, step in merged(TWO, 4) if step == 0 and due < 5]

    assert len(first_half) == pytest.approx(200, abs=30)
    assert TWO.steps[0].seconds_at(200 / 600) == pytest.approx(5)


def dealt(mix, arrivals, workers=1):
    """Return what each worker is dealt."""
    hold = step("hold", 1, arrivals, mix)
    return [list(deal(hold, worker=n, workers=workers, rng=chance(1))) for n in range(workers)]


def test_every_twenty_arrivals_are_dealt_in_the_shares_of_the_mix():
    (cards,) = dealt(MIX, 60)

    assert {name: cards[20:40].count(name) / 20 for name in MIX} == MIX
    assert cards[:20] != cards[20:40], "the deck was not shuffled again"


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("arrivals", [1, 7, 19, 30, 90, 180, 400, 4000])
@pytest.mark.parametrize(
    "mix",
    [MIX, {"a": 0.986, "b": 0.014}, {"a": 0.93, "b": 0.07}, {"a": 2 / 3, "b": 1 / 3}],
    ids=["the rally's", "less than half a card", "no whole number of cards", "a third"],
)
def test_arrivals_are_dealt_in_any_shares_by_all_workers_together(mix, arrivals, workers):
    """An endpoint that is dealt less than 95 % of its share fails the run, however fast it answers."""
    hands = dealt(mix, arrivals, workers)
    cards = [card for hand in hands for card in hand]

    assert [len(hand) for hand in hands] == [
        len(range(n, arrivals, workers)) for n in range(workers)
    ]
    assert {name: cards.count(name) for name in mix} == pytest.approx(
        {name: share * arrivals for name, share in mix.items()}, abs=1
    )
