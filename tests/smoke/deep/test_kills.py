"""Thirty judging runs of a kept stack, killed anywhere: no page is the latest, the tables are as before, the next run is GO.

What a killed run left is taken up by whatever judges next, a part as well. Every sixth time that is a whole run,
which takes three times as long as a part and says GO.
"""

import random
import signal

import boto3
import pytest

from plan.canonical import canonical_hash
from signoff.judge.exit_codes import Exit
from tests.kept_copy import kept_copy

SEED, KILLS, WHOLE = 20261126, 30, 6
ANSWERS = 700
"""So many answers come while a run reads, makes the smoke calls and reads again: then it would end before it is killed."""
ENDS = ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, Exit.NO))
"""Signal -> how the run ends: on the second it takes back what it wrote, and says that there is no verdict."""
PART = ("--row", "MON-10", "--part")
TABLES = ("Users-local", "UserStamps-local", "StampMasters-local")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with kept_copy(tmp_path_factory.mktemp("kills")) as kept:
        yield kept


def held(project):
    """Return the hash of each table of the kept stack."""
    client = boto3.client(
        "dynamodb",
        endpoint_url=project.stack["aws"],
        region_name="ap-northeast-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    return {name: canonical_hash(client.scan(TableName=name)["Items"]) for name in TABLES}


@pytest.fixture(scope="module")
def before(project):
    """The tables, and a page of a run that nobody killed."""
    found = held(project)
    code, said = project.run("pytest", "-q")
    assert code == 0, said
    return found


@pytest.fixture(scope="module")
def dirty():
    """What kills left something in the tables."""
    return []


@pytest.mark.parametrize("number", range(1, KILLS + 1))
def test_next_run_after_a_kill_is_well_and_the_tables_are_as_before(project, before, dirty, number):
    chance = random.Random(f"{SEED}-{number}")  # noqa: S311 - when to kill, no secret
    at, (by, end) = str(chance.randint(1, ANSWERS)), ENDS[number % 2]
    latest, whole = project.folder / "report/local/latest", number % WHOLE == 0
    killed, why = project.run(
        "pytest", "-q", "-p", "tests.smoke.killing", KILL_AT=at, KILL_BY=by.name
    )
    dirty += [number] if held(project) != before else []
    page = latest.is_symlink()
    code, said = project.run("pytest", "-q", *(() if whole else PART))

    assert (killed, page) == (end, False), (at, why)
    assert (code, "\nGO (local: " in said, latest.is_symlink()) == (0, whole, whole), (at, said)
    assert held(project) == before, at


@pytest.mark.usefixtures("before")
def test_many_of_the_kills_left_something(dirty):
    assert len(dirty) > KILLS // 4
