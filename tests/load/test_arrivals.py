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


def test_every_twenty_arrivals_are_dealt_in_the_shares_of_the_mix():
    dealt = list(deal(MIX, chance(1), 60))

    assert {name: dealt[20:40].count(name) / 20 for name in MIX} == MIX
    assert dealt[:20] != dealt[20:40], "the deck was not shuffled again"


@pytest.mark.parametrize(
    "mix",
    [{"a": 0.93, "b": 0.07}, {"a": 0.98, "b": 0.02}, {"a": 2 / 3, "b": 1 / 3}],
    ids=["no whole number of cards", "less than half a card", "a third"],
)
def test_arrivals_are_dealt_in_any_shares(mix):
    """An endpoint that is dealt less than 95 % of its share fails the run, however fast it answers."""
    dealt = list(deal(mix, chance(1), 4000))

    assert {name: dealt.count(name) / 4000 for name in mix} == pytest.approx(mix, rel=0.01)


@pytest.mark.parametrize("arrivals", [1, 7, 19, 30, 90, 113])
def test_arrivals_that_end_within_a_deck_are_dealt_in_the_shares_too(arrivals):
    """By a whole deck of which the end was left out, a step of 180 at two workers came to 93.7 % of a share."""
    dealt = list(deal(MIX, chance(1), arrivals))

    assert len(dealt) == arrivals
    assert {name: dealt.count(name) for name in MIX} == pytest.approx(
        {name: share * arrivals for name, share in MIX.items()}, abs=1
    )
