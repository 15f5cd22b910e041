"""Small runs: plans of a few seconds, pools of made-up users, and the real Locust."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import requests

from load.engine.objectives import read_objectives
from load.engine.plan import LIST, LoadPlan, LoadStep, TokenBucket
from load.engine.run_file import LoadRun
from load.engine.session_pool import GpsSpot, SessionPool, SyntheticUser
from load.engine.verdict import LoadVerdict
from load.execution import Execution
from load.prepare import RunOptions, read_contract
from load.progress import ProgressDisplay
from signoff.environment.application import application
from signoff.judge.snapshot import Live

SERVER = Path(__file__).with_name("target.py")
APP = application()
MIX = APP.demand.mix
SPOT = GpsSpot("STATUE-001", 35.55548, 139.65428, 15)
OBJECTIVES = read_objectives()
PATIENT = replace(OBJECTIVES, soundness=replace(OBJECTIVES.soundness, lateness_p99_ms=60_000.0))
"""For runs whose subject is not the generator: however busy this machine is, its lateness is none of their business."""


def step(name="hold", seconds=3.0, rate=50.0, mix=MIX, **more):
    return LoadStep(name=name, seconds=seconds, rate=rate, mix=mix, **more)


def chance(seed):
    """Give random numbers that are the same each time."""
    return Random(seed)  # noqa: S311 - no secret comes of it


def only(endpoint=LIST):
    return {endpoint: 1.0}


def plan(*steps, **more):
    return LoadPlan(name="test", steps=steps or (step(),), **more)


def pool(users=400):
    return SessionPool(
        tuple(SyntheticUser(f"Uload-{n:06d}", f"session-{n}") for n in range(users)), (SPOT,)
    )


def run_against(url, out, **more):
    """Make a run; whatever is not the subject of the test has a value here."""
    made = {
        "host": url,
        "allowed_hosts": ("127.0.0.1", "127.0.0.2", "127.0.0.3", "localhost"),
        "plan": plan(),
        "objectives": PATIENT,
        "throttle": TokenBucket(1000, 2000),
        "pool": pool(),
        "answers": read_contract(APP, MIX),
        "out": str(out),
        "about": {"run": "5eed", "environment": "test", "host": url},
        "seed": 7,
    }
    return LoadRun(**(made | more))


@dataclass(frozen=True, slots=True)
class AnsweringTarget:
    """A target that answers."""

    url: str
    process: subprocess.Popen

    def seen(self):
        return requests.get(f"{self.url}/seen", timeout=60).json()

    def times(self):
        return requests.get(f"{self.url}/times", timeout=60).json()


@contextmanager
def serving(*options, scheme="http", host="127.0.0.1") -> Iterator[AnsweringTarget]:
    """Yield a small target in a process of its own."""
    command = [sys.executable, str(SERVER), f"--host={host}", *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield AnsweringTarget(f"{scheme}://{host}:{process.stdout.readline().strip()}", process)
        finally:
            process.kill()


class SilentDisplay(ProgressDisplay):
    """Keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.shown, self.said = [], []

    @contextmanager
    def open(self):
        yield self

    def say(self, sentence):
        self.said.append(sentence.en)

    def show(self, now):
        self.shown.append(now)


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


def drive(run, asked=None, display=None):
    """Run Locust to its end; returns its exit code and its verdict."""
    folder = Path(run.out)
    folder.mkdir(parents=True, exist_ok=True)
    execution = Execution(
        run=run,
        target=None,
        aws=None,
        folder=folder,
        display=display or SilentDisplay(),
        live=lambda: Live(release=None),
        requested=asked or RunOptions(),
    )
    code = execution.drive()
    return code, verdict_in(folder)


def verdict_in(folder):
    return LoadVerdict.from_json(json.loads((folder / "verdict.json").read_text()))


def free_of_tokens(folder):
    """Whether no file of a run holds a session."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return files and not any(b"session-" in path.read_bytes() for path in files)


def environment(**more):
    return {**os.environ, **more}
