"""Thirty judging runs of a kept stack, killed anywhere while they make the smoke calls: the next run is GO, and the tables are as before."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from plan.canonical import canonical_hash

ROOT = Path(__file__).parents[3]
SEED, KILLS = 20261126, 30
ANSWERS = 500
"""So many answers come while a run makes the smoke calls: later than that, it would end before it is killed."""
TABLES = ("Users-local", "UserStamps-local", "StampMasters-local")
WITHIN_S = 120
VARIABLES = ("AWS_ENDPOINT_URL", "KILL_AT")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of this project, with a stack that is kept up, and nothing else in its reports."""
    copy = tmp_path_factory.mktemp("kills") / "project"
    shutil.copytree(ROOT, copy, ignore=unneeded)
    up = subprocess.Popen(
        [sys.executable, "-m", "runbook.up"], cwd=copy, env=outside(), stdout=subprocess.DEVNULL
    )
    address = copy / "report/local/stack.json"
    waiting = Retrying(
        retry=retry_if_result(lambda there: not there),
        stop=stop_after_delay(WITHIN_S),
        wait=wait_fixed(0.2),
    )
    waiting(address.exists)
    yield copy
    up.send_signal(signal.SIGINT)
    up.wait(WITHIN_S)


def unneeded(folder, names):
    aside = {".git", ".venv", "report", "build"} if Path(folder) == ROOT else {"__pycache__"}
    return aside.intersection(names)


def outside(**more):
    return {k: v for k, v in os.environ.items() if k not in VARIABLES} | more


def judge(project, *options, **environment):
    """Run the main job; return its exit code and what it said."""
    command = [sys.executable, "-m", "pytest", "-q", *options]
    done = subprocess.run(
        command,
        cwd=project,
        env=outside(**environment),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def held(project):
    """Return the hash of each table of the kept stack."""
    stack = json.loads((project / "report/local/stack.json").read_text())
    client = boto3.client(
        "dynamodb",
        endpoint_url=stack["aws"],
        region_name="ap-northeast-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    return {name: canonical_hash(client.scan(TableName=name)["Items"]) for name in TABLES}


def test_next_run_after_a_kill_is_go_and_the_tables_are_as_before(project):
    before, chance, dirty = held(project), random.Random(SEED), 0  # noqa: S311 - when to kill, no secret
    for _ in range(KILLS):
        at = str(chance.randint(1, ANSWERS))
        killed, why = judge(project, "-p", "tests.smoke.killing", KILL_AT=at)
        dirty += held(project) != before
        code, said = judge(project)

        assert killed == -signal.SIGKILL, (at, why)
        assert code == 0, (at, said)
        assert "\nGO (local: " in said, (at, said)
        assert held(project) == before, at
    assert dirty > KILLS // 2
