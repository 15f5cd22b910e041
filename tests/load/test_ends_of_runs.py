"""What makes a run invalid is reported, and never as a pass.

Nothing is measured here, so other tests may run beside these.
"""

import os
import signal
from pathlib import Path

from load.engine.judge import ExitCode
from load.engine.plan import LIST
from tests.load.measurements import reasons
from tests.load.runs import Meddler, drive, only, plan, run_against, serving, step


def children_of(pid):
    """Pids of the processes that a process started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in children.split()]


def a_worker():
    for pid in children_of(os.getpid()):
        if "--worker" in Path(f"/proc/{pid}/cmdline").read_text():
            return pid
    raise LookupError("no worker is running")


def test_lost_worker_makes_a_run_invalid_and_ends_it(healthy, tmp_path):
    run = run_against(
        healthy.url, tmp_path, plan=plan(step("hold", 30, 40, only())), workers=2, progress=True
    )
    meddler = Meddler(1, lambda: os.kill(a_worker(), signal.SIGKILL))

    code, verdict = drive(run, display=meddler)

    assert code == ExitCode.INVALID
    assert len(verdict.measurement.lost) == 1
    assert meddler.shown[-1]["elapsed"] < 15, "a run that can't count was carried to its end"


def test_interrupt_ends_a_run_cleanly_with_an_honest_verdict(healthy, tmp_path):
    run = run_against(healthy.url, tmp_path, plan=plan(step("hold", 60, 20)), progress=True)
    interrupt = Meddler(1, lambda: signal.raise_signal(signal.SIGINT))

    code, verdict = drive(run, display=interrupt)

    steps = verdict.measurement.steps
    assert code == ExitCode.INVALID
    assert reasons(verdict)[0].startswith("stopped after ")
    assert steps.total("issued") == steps.total("answered") > 0, "an answer was not heard out"


def test_run_in_which_nothing_is_asked_is_invalid(healthy, tmp_path):
    """A tenth of an arrival rounds to none; Locust by itself would end with success."""
    nothing = plan(step("hold", 1, 0.1, only()))

    code, verdict = drive(run_against(healthy.url, tmp_path, plan=nothing))

    assert code == ExitCode.INVALID
    assert reasons(verdict) == (
        "no request was answered as the contract says, so nothing is known of the target",
    )
    assert "GET /stamps" not in healthy.seen()


def test_server_that_hangs_up_is_asked_once_and_fails(tmp_path):
    with serving("--hang-up") as target:
        code, verdict = drive(
            run_against(target.url, tmp_path, plan=plan(step("hold", 2, 40, only())))
        )
        seen = target.seen()

    assert seen[LIST] == 80, "a request was sent again, unplanned and unseen"
    assert verdict.measurement.steps.total("failed") == 80
    assert code == ExitCode.INVALID, "nothing was answered"
