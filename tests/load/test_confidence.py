"""A percentile has three digits, and an interval that contains the truth in 95 of 100 samples."""

import math
from collections import Counter

import pytest

from load.engine.confidence import bucket, percentile, ratio
from tests.load.runs import chance


@pytest.mark.parametrize("milliseconds", [0.05, 0.123, 1.2345, 12.345, 123.45, 1234.5, 98765.0])
def test_bucket_is_off_by_half_a_percent_at_most(milliseconds):
    assert bucket(milliseconds) == pytest.approx(milliseconds, rel=0.005, abs=0.005)


def test_bucket_of_nothing_is_zero():
    assert (bucket(0), bucket(-0.3)) == (0, 0)


def test_percentile_is_the_sample_at_its_rank():
    samples = [float(n) for n in range(1, 1001)]
    found = percentile(Counter(samples), 0.95)

    assert found.value == 950
    assert (found.low, found.high) == (936, 964)


@pytest.mark.parametrize(("part", "needed"), [(0.95, 73), (0.99, 381)])
def test_interval_has_an_upper_end_from_so_many_samples(part, needed):
    too_few, enough = ({1.0: count} for count in (needed - 1, needed))

    assert math.isinf(percentile(too_few, part).high)
    assert percentile(enough, part).high == 1.0


def test_no_samples_have_no_percentile():
    assert percentile({}, 0.95) is None


def test_interval_holds_the_truth_in_95_of_100_samples():
    """Of exponential waits, whose p95 is known: -ln 0.05."""
    rng, truth = chance(1), -math.log(0.05)
    intervals = [
        percentile(Counter(rng.expovariate(1) for _ in range(400)), 0.95) for _ in range(1000)
    ]
    holding = sum(found.low <= truth <= found.high for found in intervals)

    assert 930 <= holding <= 975


def test_ratio_without_any_event_is_not_proven_to_be_zero():
    """With no error in 380 answers, an error ratio of 1 % is just disproved."""
    assert ratio(0, 380).high > 0.01
    assert ratio(0, 381).high < 0.01
    assert ratio(0, 0) == (0, 0, 1)
