"""Two machines: the master at one address, workers at another with a copy of load/ alone."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

import pytest

from load.engine.judge import ExitCode
from load.engine.run_file import VARIABLE
from load.execution import free_port
from load.prepare import ROOT, RunOptions
from tests.load.measurements import reasons
from tests.load.runs import drive, plan, run_against, step

MASTER = "127.0.0.2"


@pytest.fixture
def other_machine(tmp_path):
    """A folder with load/ and nothing else of the project."""
    folder = tmp_path / "machine"
    shutil.copytree(ROOT / "load", folder / "load")
    return folder


def worker(folder, run_file, port):
    """Start a worker as docs/load-on-several-machines.md says."""
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-m", "locust", "--config", "load/locust.conf"),
            *("--worker", f"--master-host={MASTER}", f"--master-port={port}"),
        ],
        cwd=folder,
        env={"PATH": os.environ["PATH"], VARIABLE: str(run_file)},
        stdin=subprocess.DEVNULL,
        stdout=(folder / "worker.log").open("a"),
        stderr=subprocess.STDOUT,
    )


def test_workers_that_someone_else_started_are_one_load_with_one_verdict(
    healthy, other_machine, tmp_path
):
    run = run_against(
        healthy.url,
        tmp_path / "out",
        plan=plan(step("hold", 3, 60), percentiles=False),
        workers=2,
    )
    port, run_file = free_port(MASTER), tmp_path / "run.json"
    run.write(run_file)
    with ExitStack() as stack:
        for _ in range(run.workers):
            stack.callback(worker(other_machine, run_file, port).wait, 60)
        code, verdict = drive(run, RunOptions(listen=MASTER, port=port, expect_workers=2))

    steps, log = verdict.measurement.steps, (other_machine / "worker.log").read_text()
    assert code == ExitCode.PASS, (reasons(verdict), log[-2000:])
    assert verdict.measurement.workers == 2
    assert steps.total("answered") == steps.total("arrivals") == 180
    assert sum(healthy.seen()[name] for name in run.plan.steps[0].mix) == 180
