"""What makes a run invalid is reported, and never as a pass."""

import os
import signal
from pathlib import Path

from load.engine.judge import ExitCode
from load.launch import Distribution
from tests.load.runs import SilentDisplay, drive, only, plan, run_against, step


class Meddler(SilentDisplay):
    """Does something once, when the run has got so far."""

    def __init__(self, after_s, deed):
        super().__init__()
        self.after_s, self.deed = after_s, deed

    def show(self, now):
        super().show(now)
        if self.deed and now["elapsed"] >= self.after_s:
            deed, self.deed = self.deed, None
            deed()


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


def test_workers_on_other_addresses_are_one_load(healthy, tmp_path):
    run = run_against(
        healthy.url,
        tmp_path,
        plan=plan(step("hold", 2, 60), percentiles=False),
        workers=2,
    )

    code, verdict = drive(run, Distribution(listen="127.0.0.2"))

    assert code == ExitCode.PASS, verdict.judgement.reasons
    assert verdict.measurement.workers == 2
    assert verdict.measurement.steps.total("arrivals") == 120
    assert len((tmp_path / "used.jsonl").read_text().splitlines()) == len(
        set((tmp_path / "used.jsonl").read_text().splitlines())
    ), "two workers awarded the same pair"


def test_interrupt_ends_a_run_cleanly_with_an_honest_verdict(healthy, tmp_path):
    run = run_against(healthy.url, tmp_path, plan=plan(step("hold", 60, 20)), progress=True)
    interrupt = Meddler(1, lambda: signal.raise_signal(signal.SIGINT))

    code, verdict = drive(run, display=interrupt)

    steps = verdict.measurement.steps
    assert code == ExitCode.INVALID
    assert verdict.judgement.reasons[0].startswith("stopped after ")
    assert steps.total("issued") == steps.total("answered") > 0, "an answer was not heard out"
