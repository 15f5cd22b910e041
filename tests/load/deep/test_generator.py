"""A generator on a busy machine, one that joins too late, and one started from Locust's web page."""

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from load.engine.judge import ExitCode
from load.engine.plan import AWARD
from load.execution import free_port
from load.prepare import RunOptions
from tests.load.locust_cli import browser, locust
from tests.load.measurements import reasons
from tests.load.runs import (
    OBJECTIVES,
    SilentDisplay,
    drive,
    only,
    plan,
    pool,
    run_against,
    step,
    verdict_in,
)


@pytest.fixture
def busy_core():
    """Hold this process, and those it starts, on one core, beside thirty that never rest: a share far below what the plan takes."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(mine)})
    rest = [sys.executable, "-c", "while True: pass"]
    with ExitStack() as stack:
        for _ in range(30):
            hog = stack.enter_context(subprocess.Popen(rest))
            stack.callback(hog.kill)
        stack.callback(os.sched_setaffinity, 0, mine)
        yield


@pytest.mark.usefixtures("busy_core")
def test_busy_machine_makes_a_run_invalid(healthy, tmp_path):
    run = run_against(
        healthy.url, tmp_path, plan=plan(step("hold", 2, 900, only())), objectives=OBJECTIVES
    )

    code, verdict = drive(run)

    assert code == ExitCode.INVALID
    assert "this machine is too busy to generate load" in reasons(verdict)[0]


class Joiner(SilentDisplay):
    """Starts another worker in the middle of a run."""

    def __init__(self, port, run_file):
        super().__init__()
        self.port, self.run_file, self.late = port, run_file, None

    def show(self, now):
        super().show(now)
        if self.late is None and now["elapsed"] > 1:
            self.late = locust(self.run_file, "--worker", f"--master-port={self.port}")


def test_worker_that_comes_late_makes_a_run_invalid(healthy, tmp_path):
    port, run_file = free_port("127.0.0.1"), tmp_path / "run.json"
    run = run_against(
        healthy.url,
        tmp_path / "out",
        plan=plan(step("hold", 8, 40, only())),
        workers=2,
        progress=True,
    )
    run.write(run_file)
    joiner = Joiner(port, run_file)

    code, verdict = drive(run, RunOptions(port=port), joiner)
    joiner.late.kill()
    joiner.late.communicate()

    assert code == ExitCode.INVALID
    assert any("came after the start" in reason for reason in reasons(verdict))


def test_plain_locust_with_its_web_page_gives_the_same_verdict(healthy, tmp_path):
    port, run_file = free_port("127.0.0.1"), tmp_path / "run.json"
    run = run_against(
        healthy.url, tmp_path / "out", plan=plan(step("hold", 3, 40), percentiles=False)
    )
    run.write(run_file)
    options = ["--autostart", "--autoquit=0", f"--web-port={port}"]

    with locust(run_file, *options) as process:
        next(line for line in process.stdout if "Shape test starting" in line)
        browser().get(f"http://127.0.0.1:{port}/", timeout=10).raise_for_status()
        process.communicate(timeout=60)

    assert process.returncode == ExitCode.PASS
    assert verdict_in(tmp_path / "out").measurement.steps.total("answered") == 120


def test_plain_locust_refuses_another_host_before_it_sends_anything(healthy, tmp_path):
    run_file = tmp_path / "run.json"
    run_against(healthy.url, tmp_path / "out").write(run_file)

    with locust(run_file, "--headless", "--host=https://api.example.com") as process:
        told, _ = process.communicate(timeout=60)

    assert process.returncode == ExitCode.REFUSED
    assert "refused: api.example.com is not this environment's" in told
    assert not (tmp_path / "out").exists()


def test_terminated_master_ends_with_an_honest_verdict(healthy, tmp_path):
    run_file = tmp_path / "run.json"
    run = run_against(healthy.url, tmp_path / "out", plan=plan(step("hold", 60, 20)), progress=True)
    run.write(run_file)

    with locust(run_file, "--headless") as process:
        told = (json.loads(line) for line in process.stdout if line.startswith("{"))
        next(entry for entry in told if entry["elapsed"] > 1)
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)

    assert process.returncode == ExitCode.INVALID
    assert reasons(verdict_in(tmp_path / "out"))[0].startswith("stopped after ")


def test_awards_for_which_no_pair_is_left_are_told_by_their_own_name(healthy, tmp_path):
    few = plan(step("hold", 1, 40, only(AWARD)), percentiles=False)

    code, verdict = drive(run_against(healthy.url, tmp_path, plan=few, pool=pool(30)))

    steps = verdict.measurement.steps
    assert code == ExitCode.INVALID
    assert (steps.total("unpaired"), steps.total("dropped")) == (10, 0)
    assert "10 arrivals found no pair of user and spot left" in reasons(verdict)[0]
    assert healthy.seen()[AWARD] == 30
