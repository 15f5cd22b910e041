"""A target that throttles as API Gateway documents it: no 429 while the burst pays, the predicted ratio after."""

from dataclasses import replace

from load.engine.judge import ExitCode
from load.engine.plan import LIST
from load.engine.throttle import TokenBucket
from tests.load.runs import PATIENT, drive, only, plan, run_against, serving, step

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
    assert code == ExitCode.PASS, verdict.judgement.reasons


def test_target_that_does_not_throttle_as_it_should_fails(tmp_path):
    made = plan(step("throttled", 6, 120, only()), even=True)
    with serving() as target:
        run = run_against(
            target.url, tmp_path, plan=made, throttle=TokenBucket(60, 0), objectives=OBJECTIVES
        )
        code, verdict = drive(run)

    assert code == ExitCode.FAIL
    assert any(": 429 0 %" in reason for reason in verdict.judgement.reasons)
