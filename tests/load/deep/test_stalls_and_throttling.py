"""A target that stalls cannot hide it: latency counts from when an arrival was due."""

from load.engine import confidence
from load.engine.judge import ExitCode
from load.engine.plan import AWARD, LIST
from tests.load.runs import drive, only, plan, pool, run_against, serving, step
from tests.load.true_latency import percentile, waits_ms


def tail(verdict, number, part, endpoint=LIST):
    return confidence.percentile(
        verdict.measurement.steps.by_detail(number, endpoint, "latency"), part
    ).value


def test_percentiles_of_a_freezing_target_are_those_that_the_target_knows(tmp_path):
    """Frozen 0.8 s of every 4: 5 % wait longer than 0.6 s, 1 % longer than 0.76 s, and then for the queue.

    How long the queue takes is the machine's, so the target itself tells when it answered whom.
    """
    even = plan(step("hold", 8, 100, only(AWARD)), even=True)
    with serving("--freeze", "2:2.8/4") as target:
        _, verdict = drive(run_against(target.url, tmp_path, plan=even, pool=pool(800)))
        true = waits_ms(target.times(), 100, 8)

    p95, p99 = percentile(true, 0.95), percentile(true, 0.99)
    assert p95 >= 590 and p99 >= 750, "the target was not frozen for as long as it should"
    assert 0.95 <= tail(verdict, 0, 0.95, AWARD) / p95 <= 1.06
    assert 0.95 <= tail(verdict, 0, 0.99, AWARD) / p99 <= 1.06
    assert verdict.measurement.steps.total("arrivals") >= 0.99 * 800


def test_freeze_at_the_end_of_a_step_is_that_step_s_blame(tmp_path):
    """Frozen from 1.5 to 2.5 s: the first step ends at 2, its last visitors get answers in the second."""
    steps = (step("first", 2, 100, only()), step("second", 2, 100, only()))
    with serving("--freeze", "1.5:2.5/100") as target:
        _, verdict = drive(run_against(target.url, tmp_path, plan=plan(*steps, even=True)))

    assert tail(verdict, 0, 0.95) > 800, "the first step's last visitors waited up to a second"
    assert tail(verdict, 1, 0.99) < 600, "the second step's first visitors waited half a second"
    assert verdict.measurement.steps.total("arrivals", place=0) == 200
    assert verdict.measurement.steps.total("answered", place=0) == 200


def test_freeze_at_the_end_of_the_run_is_no_pass(tmp_path):
    """The last visitors never get an answer: each is told as a failure, and none is forgotten."""
    short = plan(step("hold", 3, 100, only()))
    with serving("--freeze", "2.5:60/100") as target:
        code, verdict = drive(run_against(target.url, tmp_path, plan=short, timeout_s=1.5))

    steps = verdict.measurement.steps
    assert code in (ExitCode.FAIL, ExitCode.INVALID)
    assert steps.by_detail(0, LIST, "failed").keys() == {"network: TimeoutError"}
    assert steps.total("issued") == 300
    assert steps.total("answered") + steps.total("failed") == 300
