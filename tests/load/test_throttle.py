"""429 is predicted from the bucket of each method: none while the burst pays, a known ratio after."""

import pytest

from load.engine.plan import AWARD, LIST, TokenBucket
from tests.load.runs import only, plan, step

STAGE = TokenBucket(rate=1000, burst=2000)


def predicted(*steps):
    return STAGE.predicted(plan(*steps))


def test_burst_pays_for_ten_seconds_of_twelve_hundred_a_second():
    """2000 tokens over an excess of 200 a second: as measured while designing."""
    found = predicted(step("burst", 10, 1200, only()), step("throttled", 16, 1200, only()))

    assert found[0, LIST] == 0
    assert found[1, LIST] == pytest.approx(200 / 1200)


def test_part_of_a_step_after_the_burst_is_refused():
    """9 s leave 200 tokens, which pay for one more second of sixteen."""
    found = predicted(step("burst", 9, 1200, only()), step("throttled", 16, 1200, only()))

    assert found[1, LIST] == pytest.approx(15 * 200 / (16 * 1200))


def test_each_method_has_a_bucket_of_its_own():
    mixed = {LIST: 0.9, AWARD: 0.1}
    found = predicted(step("hold", 60, 1500, mixed))

    assert found[0, LIST] > 0
    assert found[0, AWARD] == 0


def test_bucket_fills_up_again_between_peaks():
    peak, calm = step("peak", 10, 1200, only()), step("calm", 10, 800, only())
    found = predicted(peak, calm, peak)

    assert found[2, LIST] == 0


def test_ramp_is_refused_only_where_it_is_over_the_limit():
    """From 0 to 2000 in 20 s: over the limit from 10 s, 5000 arrivals too many, 2000 of them paid."""
    found = predicted(step("ramp", 20, 2000, only(), start_rate=0.0))

    assert found[0, LIST] == pytest.approx(3000 / 20000, rel=0.01)
