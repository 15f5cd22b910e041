"""Runs of the real command line against a local AWS API of the production account."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.aws.server import LocalAws

ROOT = Path(__file__).parents[2]
ACCOUNT = "444455556666"
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
CLEAN = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SIGNOFF_"))}


@dataclass(frozen=True, slots=True)
class Done:
    """A finished run: exit code and everything it printed."""

    code: int
    said: str

    def line(self, *words):
        """Return the one line that holds all these words; fail with the output if there is none."""
        found = [one for one in self.said.splitlines() if all(word in one for word in words)]
        assert found, self.said[-3000:]
        return found[0]


def run(*options, **variables):
    """Run pytest as an operator would; variables set to None are taken away."""
    environment = {**CLEAN, **KEYS, "COLUMNS": "200", **variables}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=ROOT,
        env={k: v for k, v in environment.items() if v is not None},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Done(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def aws():
    """An AWS API whose account is empty."""
    with LocalAws(ACCOUNT, "ap-northeast-1") as server:
        yield server


@pytest.fixture
def prod(aws, tmp_path):
    """Judge the tests' production environment there; its evidence lies in a folder of the test."""

    def judge(*options, **variables):
        chosen = ["--env", "prod", "--environments", "tests/prod.toml"]
        places = {"AWS_ENDPOINT_URL": aws.endpoint, "SIGNOFF_EVIDENCE": str(tmp_path)}
        return run(*chosen, *options, **{**places, **variables})

    return judge
