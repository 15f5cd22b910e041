"""A migration of 10,000 items, killed 20 times wherever it happens to be: nothing is lost, nothing is there twice."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from local.aws.server import LocalAws
from plan.canonical import canonical_hash
from runbook.engine import Journal
from runbook.engine.clients import RETRYING
from signoff.evidence import Store
from tests.runbook.desk import PROD
from tests.runbook.migration.test_from_the_command_line import DEV
from tests.runbook.migration.two_tables import (
    DEV_REGION,
    SOURCE,
    TARGET,
    client,
    create,
    everything,
    spot,
)

ROOT = Path(__file__).parents[3]
ACCOUNT, REGION = "121212121212", "ap-northeast-1"
ITEMS, KILLS = 10_000, 20
SEED = 20261125
LONGEST_RUN_S = 120
LATEST_CALL, LATEST_MOMENT_S = 45, 0.1
"""A run makes some 25 calls before it writes, and 400 to write everything: killed later than this, it
would come to its end before it was killed 20 times."""


class Executioner:
    """Knows when AWS receives a process's n-th call, and may kill it there and then.

    What it had asked for is done all the same: an answer that nobody hears any more.
    """

    def __init__(self):
        self.victim, self.left, self.at = None, 0, []
        self.reached = Event()

    def __call__(self, request):
        self.left -= 1
        if self.left == 0:
            self.at.append(request.operation)
            if self.victim:
                os.kill(self.victim, signal.SIGKILL)
            self.reached.set()


@pytest.fixture
def aws():
    with LocalAws(ACCOUNT, REGION) as aws:
        dev, prod = client(aws, DEV_REGION, RETRYING), client(aws, REGION, RETRYING)
        create(dev, SOURCE, "StampId")
        create(prod, TARGET, "StampId")
        source = aws.moto.backend("dynamodb", DEV_REGION)
        for number in range(ITEMS):
            source.put_item(SOURCE, spot(number))
        yield aws, dev, prod


@pytest.fixture
def command(aws, tmp_path):
    """Starts the command line in a process of its own."""
    path = tmp_path / "environments.toml"
    text = PROD.read_text().replace("444455556666", ACCOUNT)
    path.write_text(text.replace("report/prod/evidence", str(tmp_path / "evidence")) + DEV)
    arguments = ("migrate_masters", "--from=dev", "--to=prod", "--go", "--no-judge")
    files = (f"--environments={path}", f"--journal={tmp_path / 'journal.jsonl'}")
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    return lambda: subprocess.Popen(
        [sys.executable, "-m", "runbook", *arguments, *files],
        cwd=ROOT,
        env={**os.environ, **keys, "AWS_ENDPOINT_URL": aws[0].endpoint},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_killed_at_random_it_ends_with_equal_tables(aws, command, tmp_path):
    server, dev, prod = aws
    chance, executioner = random.Random(SEED), Executioner()  # noqa: S311 - when to kill, no secret
    server.faults.append(executioner)
    table = server.moto.backend("dynamodb", REGION).tables[TARGET]
    codes, there = [], []
    for number in range(KILLS):
        codes.append(killed(command(), executioner, chance, at_once=number % 2 == 0))
        there.append(len(table.items))
    executioner.victim = None
    survivor = command()
    said, _ = survivor.communicate(timeout=LONGEST_RUN_S)

    assert codes == [-signal.SIGKILL] * KILLS
    assert survivor.returncode == 0, said
    assert {"Scan", "BatchWriteItem"} <= set(executioner.at)
    assert sum(0 < count < ITEMS for count in there) >= KILLS // 4, there
    arrived = everything(prod, TARGET)
    assert len(arrived) == ITEMS
    assert canonical_hash(arrived) == canonical_hash(everything(dev, SOURCE))
    records = Store.in_folder(tmp_path / "evidence", "prod", emulated=True).load()
    assert records.problem is None
    assert [(one.kind, one.body["count"]) for one in records.entries] == [("manifest", ITEMS)]
    ends = [
        one.detail["result"] for one in Journal(tmp_path / "journal.jsonl") if one.what == "end"
    ]
    assert ends == ["done"]


def killed(process, executioner, chance, *, at_once):
    """Kill within a random call, or a random moment after it; return the exit code."""
    executioner.victim = process.pid if at_once else None
    executioner.left = chance.randint(1, LATEST_CALL)
    executioner.reached.clear()
    while not executioner.reached.wait(0.5):
        assert process.poll() is None, f"it ended before it was killed: {process.communicate()[0]}"
    try:
        process.communicate(timeout=chance.uniform(0, LATEST_MOMENT_S))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode
