"""A migration of 3,000 items, killed 30 times wherever it happens to be: nothing is lost, nothing is there twice."""

import os
import random
import signal
from threading import Event

import pytest

from local.aws.server import LocalAws
from plan.canonical import canonical_hash
from runbook.engine import Journal
from runbook.engine.step_context import RETRYING
from tests.folder_store import store_in
from tests.forked import started
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

ACCOUNT, REGION = "121212121212", "ap-northeast-1"
SEEDS = (20261125, 20261126)
ITEMS, KILLS = 3_000, 15
"""Of each seed."""
LONGEST_RUN_S = 120
LATEST_CALL, LATEST_MOMENT_S = 20, 0.05
"""A run makes some 12 calls before it writes, and 120 to write everything: killed later than this, it
would come to its end before it was killed 15 times."""


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
    arguments = ("migrate_masters", "--from=dev", "--to=prod", "--go", "--no-judge", "--lang=en")
    files = (f"--environments={path}", f"--journal={tmp_path / 'journal.jsonl'}")
    keys = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
    variables = {**keys, "AWS_ENDPOINT_URL": aws[0].endpoint}
    said, there = tmp_path / "said.txt", {**os.environ, **variables}
    return lambda: started("runbook", (*arguments, *files), there, said, said)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_it_ends_with_equal_tables(aws, command, tmp_path, seed):
    server, dev, prod = aws
    chance, executioner = random.Random(seed), Executioner()  # noqa: S311 - when to kill, no secret
    server.faults.append(executioner)
    table = server.moto.backend("dynamodb", REGION).tables[TARGET]
    codes, there = [], []
    for number in range(KILLS):
        codes.append(killed(command(), executioner, chance, at_once=number % 2 == 0))
        there.append(len(table.items))
    executioner.victim = None
    survivor = command()
    survivor.join(LONGEST_RUN_S)

    assert codes == [-signal.SIGKILL] * KILLS, (tmp_path / "said.txt").read_text()
    assert survivor.exitcode == 0, (tmp_path / "said.txt").read_text()
    assert {"Scan", "BatchWriteItem"} <= set(executioner.at)
    assert sum(0 < count < ITEMS for count in there) >= KILLS // 4, there
    arrived = everything(prod, TARGET)
    assert len(arrived) == ITEMS
    assert canonical_hash(arrived) == canonical_hash(everything(dev, SOURCE))
    records = store_in(tmp_path / "evidence", "prod", emulated=True).load()
    assert records.problem is None
    assert [(entry.kind, entry.body["count"]) for entry in records.entries] == [("manifest", ITEMS)]
    ends = [
        entry.detail["result"]
        for entry in Journal(tmp_path / "journal.jsonl")
        if entry.what == "end"
    ]
    assert ends == ["done"]


def killed(process, executioner, chance, *, at_once):
    """Kill within a random call, or a random moment after it; return the exit code."""
    executioner.reached.clear()
    executioner.victim = process.pid if at_once else None
    executioner.left = chance.randint(1, LATEST_CALL)
    assert executioner.reached.wait(LONGEST_RUN_S), "it made too few calls, or none"
    process.join(chance.uniform(0, LATEST_MOMENT_S))
    process.kill()
    process.join()
    return process.exitcode
