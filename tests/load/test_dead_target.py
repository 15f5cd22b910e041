"""A run ends early on a target that answers nothing but errors, and on no other."""

import pytest

from load.engine.judge import ExitCode
from load.engine.plan import LIST
from load.engine.run_state import ErrorWatch, RunState
from tests.load.runs import only, plan, pool, run_against, step

LIMIT = 0.01


def second(answered=0, failed=0, throttled=0):
    return [
        (0, LIST, "answered", None, answered),
        (0, LIST, "failed", "HTTP 500", failed),
        (0, LIST, "throttled", None, throttled),
        (0, LIST, "latency", 10.0, answered),
    ]


def watched(seconds):
    """Return when a watch says that the target is dead, second by second; None where it never does."""
    watch = ErrorWatch(LIMIT)

    def said(number, rows):
        watch.add(rows)
        return watch.dead(float(number))

    found = [said(number, rows) for number, rows in enumerate(seconds)]
    return next((number for number, one in enumerate(found) if one), None)


DEAD, WELL = second(failed=50), second(answered=50)
COURSES = {
    "dead from the start": ([DEAD] * 60, 31),
    "dead after a good minute": ([WELL] * 60 + [DEAD] * 60, 90),
    "half of all fail": ([second(25, 25)] * 60, 31),
    "well": ([WELL] * 120, None),
    "nothing but 429": ([second(throttled=50)] * 120, None),
    "an error now and then, below the limit": ([second(200, 1)] * 120, None),
    "dead, with five good seconds now and then": (([DEAD] * 20 + [WELL] * 5) * 3, 31),
    "one route of ten is dead": ([second(45, 5)] * 60, 31),
    "dead for twenty seconds, then well": ([DEAD] * 20 + [WELL] * 100, None),
    "dead every other twenty seconds": (([DEAD] * 15 + [WELL] * 30) * 3, None),
    "silent": ([second()] * 120, None),
    "one request, which fails": ([second(failed=1), *[second()] * 120], None),
}


@pytest.mark.parametrize("course", COURSES)
def test_target_is_dead_where_errors_stay_wholly_above_the_limit_for_half_a_minute(course):
    seconds, ends = COURSES[course]

    assert watched(seconds) == ends


class DeadFor(RunState):
    """A run whose seconds a test tells."""

    at = 0.0

    @property
    def elapsed_s(self):
        return self.at


def after(state, at, rows):
    """Pass a worker's report of a second; return whether the run is over then."""
    state.at = at
    report = {"run": state.run.seed, "done": False, "steps": rows, "bins": [], "used": []}
    state.receive("a", report)
    state.notice_dead_target()
    return state.is_over()


def test_run_on_a_dead_target_is_over_and_has_failed(tmp_path):
    soak = plan(step("soak", 600, 50, only()))
    state = DeadFor(run_against("http://127.0.0.1:9", tmp_path, plan=soak, pool=pool(3)), ["a"])
    over = [after(state, float(second), DEAD) for second in range(40)]

    assert over.index(True) == 31
    judged = state.verdict().judgement
    assert judged.exit == ExitCode.FAIL
    assert str(judged.reasons[0]).startswith("stopped after 31 s: for 30 s errors stayed above")
