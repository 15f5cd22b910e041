"""Thirty judging runs of a kept stack, killed anywhere: no page is the latest, the tables are as before, the next run is GO.

What a killed run left is taken up by whatever judges next, a part as well. Every sixth time that is a whole run,
which takes three times as long as a part and says GO.
"""

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
SEED, KILLS, WHOLE = 20261126, 30, 6
ANSWERS = 700
"""So many answers come while a run reads, makes the smoke calls and reads again: then it would end before it is killed."""
SIGNALS = (signal.SIGKILL, signal.SIGTERM)
PART = ("--row", "MON-10", "--part")
TABLES = ("Users-local", "UserStamps-local", "StampMasters-local")
WITHIN_S = 120
VARIABLES = ("AWS_ENDPOINT_URL", "KILL_AT", "KILL_BY")


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


@pytest.fixture(scope="module")
def before(project):
    """The tables, and a page of a run that nobody killed."""
    found = held(project)
    code, said = judge(project)
    assert code == 0, said
    return found


@pytest.fixture(scope="module")
def dirty():
    """What kills left something in the tables."""
    return []


@pytest.mark.parametrize("number", range(1, KILLS + 1))
def test_next_run_after_a_kill_is_well_and_the_tables_are_as_before(project, before, dirty, number):
    chance = random.Random(f"{SEED}-{number}")  # noqa: S311 - when to kill, no secret
    at, by = str(chance.randint(1, ANSWERS)), SIGNALS[number % 2]
    latest, whole = project / "report/local/latest", number % WHOLE == 0
    killed, why = judge(project, "-p", "tests.smoke.killing", KILL_AT=at, KILL_BY=by.name)
    dirty += [number] if held(project) != before else []
    page = latest.is_symlink()
    code, said = judge(project, *(() if whole else PART))

    assert (killed, page) == (-by, False), (at, why)
    assert (code, "\nGO (local: " in said, latest.is_symlink()) == (0, whole, whole), (at, said)
    assert held(project) == before, at


@pytest.mark.usefixtures("before")
def test_many_of_the_kills_left_something(dirty):
    assert len(dirty) > KILLS // 4
