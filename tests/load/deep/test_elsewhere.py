"""Two machines: the master at one address, workers at another with a copy of load/ alone, by the command that the run prints."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from load.engine.judge import ExitCode
from load.prepare import RunOptions
from signoff import ROOT
from tests.load.measurements import reasons
from tests.load.runs import SilentDisplay, drive, plan, run_against, step

MASTER = "127.0.0.2"


@pytest.fixture
def other_machine(tmp_path):
    """A folder with load/ and nothing else of the project."""
    folder = tmp_path / "machine"
    shutil.copytree(ROOT / "load", folder / "load")
    return folder


class Colleague(SilentDisplay):
    """Starts the workers on the other machine when the run says how."""

    def __init__(self, folder, workers):
        super().__init__()
        self.folder, self.workers, self.started = folder, workers, []

    def say(self, sentence):
        super().say(sentence)
        setting, program, *options = shlex.split(sentence.en.rpartition(": ")[2])
        self.started += [
            subprocess.Popen(
                [sys.executable, "-P", "-m", program, *options],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], **dict([setting.split("=")])},
                stdin=subprocess.DEVNULL,
                stdout=(self.folder / "worker.log").open("a"),
                stderr=subprocess.STDOUT,
            )
            for _ in range(self.workers)
        ]


def test_workers_that_someone_else_started_are_one_load_with_one_verdict(
    healthy, other_machine, tmp_path
):
    run = run_against(
        healthy.url,
        tmp_path / "out",
        plan=plan(step("hold", 3, 60), percentiles=False),
        workers=2,
    )
    colleague, run_file = Colleague(other_machine, run.workers), tmp_path / "run.json"
    code, verdict = drive(
        run, RunOptions(listen=MASTER, expect_workers=2, run_file=run_file), colleague
    )
    ends = [worker.wait(60) for worker in colleague.started]

    steps, log = verdict.measurement.steps, (other_machine / "worker.log").read_text()
    assert code == ExitCode.PASS, (reasons(verdict), log[-2000:])
    assert len(ends) == verdict.measurement.workers == 2
    assert run_file.stat().st_mode & 0o077 == 0
    assert steps.total("answered") == steps.total("arrivals") == 180
    assert sum(healthy.seen()[name] for name in run.plan.steps[0].mix) == 180
