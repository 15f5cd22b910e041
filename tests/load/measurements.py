"""Measurements made up by hand: what a run of one step would have counted."""

from load.engine.judge import Conditions
from load.engine.measurement import Counts, Measurement
from load.engine.plan import LIST, TokenBucket
from tests.load.runs import OBJECTIVES, only, plan, step

STEP = step("hold", 20, 100, only())
CONDITIONS = Conditions(plan(STEP), OBJECTIVES, TokenBucket(1000, 2000))
SHORT = Conditions(plan(STEP, percentiles=False), OBJECTIVES, TokenBucket(1000, 2000))


def reasons(verdict):
    """Return why a verdict is what it is, in English."""
    return tuple(map(str, verdict.judgement.reasons))


def seen(*, answered=2000, ms=10.0, lateness=1.0, endpoint=LIST, rows=(), **more):
    """Count ``answered`` requests of one latency; ``rows`` (endpoint, what, detail, count) on top."""
    counted = [
        (0, "", "arrivals", None, answered),
        (0, "", "lateness", lateness, answered),
        (0, endpoint, "issued", None, answered),
        (0, endpoint, "answered", None, answered),
        (0, endpoint, "latency", ms, answered),
        *((0, *row) for row in rows),
    ]
    return Measurement(steps=Counts(counted), **({"workers": 1} | more))
