"""What a target does to its users is reported as they met it: it stalls, or it throttles as API Gateway documents it."""

from dataclasses import replace

from load.engine import confidence
from load.engine.judge import ExitCode
from load.engine.plan import AWARD, LIST, TokenBucket
from tests.load.measurements import reasons
from tests.load.runs import PATIENT, drive, only, plan, pool, run_against, serving, step
from tests.load.target import percentile, waits_ms


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


LIMITS = replace(PATIENT.endpoints[LIST], errors=0.05)
OBJECTIVES = replace(PATIENT, endpoints={**PATIENT.endpoints, LIST: LIMITS})


def test_429_are_as_predicted_at_rate_and_burst(tmp_path):
    """100 tokens over an excess of 20 a second pay for five seconds: the first four show none."""
    throttle = TokenBucket(100, 100)
    made = plan(step("burst", 4, 120, only()), step("throttled", 10, 120, only()), even=True)
    predicted = throttle.predicted(made)
    with serving("--bucket=100:100") as target:
        run = run_against(target.url, tmp_path, plan=made, throttle=throttle, objectives=OBJECTIVES)
        code, verdict = drive(run)

    steps = verdict.measurement.steps
    ratio = steps.total("throttled", place=1) / steps.total("issued", place=1)
    assert steps.total("throttled", place=0) == 0
    assert 0.9 <= ratio / predicted[1, LIST] <= 1.1
    assert code == ExitCode.PASS, reasons(verdict)


def test_target_that_does_not_throttle_as_it_should_fails(tmp_path):
    made = plan(step("throttled", 6, 120, only()), even=True)
    with serving() as target:
        run = run_against(
            target.url, tmp_path, plan=made, throttle=TokenBucket(60, 0), objectives=OBJECTIVES
        )
        code, verdict = drive(run)

    assert code == ExitCode.FAIL
    assert any(": 429 0 %" in reason for reason in reasons(verdict))
