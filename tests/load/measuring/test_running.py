"""Locust against small targets: what is sent, what is measured, and the verdict that follows."""

import math
from dataclasses import replace

from load.engine.judge import ExitCode
from load.engine.plan import LIST
from load.prepare import RunOptions
from load.target import LOCUST_REPORT
from tests.load.measurements import reasons
from tests.load.runs import (
    PATIENT,
    SilentDisplay,
    drive,
    free_of_tokens,
    only,
    plan,
    run_against,
    serving,
    step,
)


def test_every_planned_arrival_is_one_request_and_a_quick_target_passes(healthy, tmp_path):
    display = SilentDisplay()
    short = plan(step("warm-up", 1, 20, judged=False), step("hold", 3, 60), percentiles=False)

    code, verdict = drive(
        run_against(healthy.url, tmp_path, plan=short, progress=True), display=display
    )

    sent = {name: count for name, count in healthy.seen().items() if name != "connections"}
    assert code == ExitCode.PASS, reasons(verdict)
    assert sum(sent.values()) == 200
    assert verdict.measurement.steps.total("answered") == 200
    assert display.shown[-1]["answered"] == 200
    assert '"num_requests": 200, ' in (tmp_path / LOCUST_REPORT).read_text()
    assert free_of_tokens(tmp_path)


def test_target_that_is_too_slow_fails_by_its_interval(tmp_path):
    strict = replace(PATIENT.endpoints[LIST], p95_ms=50.0)
    objectives = replace(PATIENT, endpoints={**PATIENT.endpoints, LIST: strict})
    slow = plan(step("hold", 2, 60, only()))
    with serving("--delay-ms=70") as target:
        code, verdict = drive(run_against(target.url, tmp_path, plan=slow, objectives=objectives))

    assert code == ExitCode.FAIL, reasons(verdict)
    assert reasons(verdict)[0].startswith("step hold, GET /stamps: p95 ")


def test_run_that_cannot_tell_whether_the_limit_holds_is_inconclusive(healthy, tmp_path):
    """Of forty answers, the slowest may still be below the 95th percentile: its interval has no upper end."""
    patient = replace(PATIENT.endpoints[LIST], p95_ms=60_000.0)
    objectives = replace(PATIENT, endpoints={**PATIENT.endpoints, LIST: patient})
    few = plan(step("hold", 2, 20, only()))

    code, verdict = drive(run_against(healthy.url, tmp_path, plan=few, objectives=objectives))

    unsure = [check for check in verdict.judgement.checks if check.outcome == "inconclusive"]
    assert code == ExitCode.INCONCLUSIVE, reasons(verdict)
    assert [check.criterion for check in unsure] == ["p95", "p99", "errors"]
    assert unsure[0].seen.low < unsure[0].seen.high == math.inf


def test_workers_on_other_addresses_are_one_load(healthy, tmp_path):
    run = run_against(
        healthy.url,
        tmp_path,
        plan=plan(step("hold", 2, 60), percentiles=False),
        workers=2,
    )

    code, verdict = drive(run, RunOptions(listen="127.0.0.2"))

    assert code == ExitCode.PASS, reasons(verdict)
    assert verdict.measurement.workers == 2
    assert verdict.measurement.steps.total("arrivals") == 120
    assert len((tmp_path / "used.txt").read_text().splitlines()) == len(
        set((tmp_path / "used.txt").read_text().splitlines())
    ), "two workers awarded the same pair"
