"""The runbook's procedures and the judge on a second emulator of AWS: what it lacks is listed by row, and a gap that closes is red.

MiniStack comes from PyPI into an environment of its own, as ministack.lock pins it; it is no dependency of the project.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOCK = Path(__file__).with_name("ministack.lock")
VERSION = LOCK.read_text(encoding="utf-8").partition("ministack==")[2].split()[0]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "stamp-rally-signoff"
PROCEDURES = ("tables", "least_privilege", "secrets", "functions", "api", "monitoring")
GAPS = frozenset()
"""Rows that are not green there; docs/second-emulator.md says why."""
STARTS_S = 30.0


def installed():
    """Return the program, in a folder that holds this version and nothing else."""
    folder = CACHE / f"ministack-{VERSION}"
    if not (folder / "bin" / "ministack").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = (
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
        )
        subprocess.run([*pip, "-r", str(LOCK)], check=True)
    return folder / "bin" / "ministack"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    """Serve the emulator, and return the variables that point a command at it."""
    port, home = free_port(), tmp_path_factory.mktemp("ministack")
    its = {**os.environ, "GATEWAY_PORT": str(port), "HOME": str(home)}
    with subprocess.Popen([installed()], env=its, cwd=home, stdout=subprocess.DEVNULL) as serving:
        until = time.monotonic() + STARTS_S
        while not answers(port):
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.1)
        yield {
            **os.environ,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "123456789012",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SIGNOFF_EVIDENCE": str(home / "evidence"),
        }
        serving.terminate()


@pytest.fixture(scope="module")
def provisioned(variables):
    """Return what the procedures ended with, in their order."""
    return {
        name: subprocess.run(
            [sys.executable, "-m", "runbook", name, "--env", "local", "--go", "--yes", "--no-judge"],
            cwd=ROOT, env=variables, capture_output=True, text=True, check=False,
        )
        for name in PROCEDURES
    }  # fmt: skip


def test_each_procedure_comes_to_its_end(provisioned):
    ended = {name: one.stdout + one.stderr for name, one in provisioned.items() if one.returncode}

    assert ended == {}


@pytest.mark.usefixtures("provisioned")
def test_rows_that_are_not_green_are_those_that_it_lacks(variables, tmp_path):
    told = tmp_path / "rows.json"
    subprocess.run(
        [sys.executable, "-m", "pytest", "--env", "local", "checks", "--part", "--json", str(told)],
        cwd=ROOT, env=variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    rows = json.loads(told.read_text(encoding="utf-8"))["verdict"]["rows"]

    passed = {"pass", "excluded", "not_here", "waived", "decided"}
    assert {
        one["row"]["id"]: one["outcome"] for one in rows if one["outcome"] not in passed
    } == GAPS
