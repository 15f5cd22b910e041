"""Everything is made, and masters and people come over, at the first try, though AWS shows late what was written."""

import pytest

from aws.words import Words
from runbook.engine.step_context import RETRYING
from runbook.procedures import migrate_masters, migrate_users, tables
from tests.local.late.clock import Clock
from tests.local.late.layer import LateAws
from tests.runbook.desk import Desk, clients
from tests.runbook.migration.two_tables import (
    DEV_REGION,
    DEV_TABLES,
    SOURCE,
    TARGET,
    MigratedTables,
    client,
    create,
    everything,
    put,
    spot,
)

ACCOUNT, REGION = "616161616161", "ap-northeast-1"
FAST = 50.0
"""Twenty seconds of IAM take four tenths. The control planes' rates, whose refusals botocore sits out by its own clock, bind in ``deep``."""


@pytest.fixture
def late():
    clock = Clock(FAST)
    with LateAws(ACCOUNT, REGION, clock=clock, quotas=()) as aws:
        desk = Desk(aws, clients(aws, RETRYING))
        desk.sleep = clock.sleep
        yield desk


PEOPLE = [f"U{number:032x}" for number in range(40)]


@pytest.fixture
def rally(late, tmp_path):
    """Prod's tables were just made by the runbook; dev's hold masters, people and their stamps."""
    late.do(tables.create_the_tables.action)
    dev, prod = client(late.aws, DEV_REGION, RETRYING), late.client("dynamodb")
    for key, keys in (("stampmasters", 1), ("users", 1), ("userstamps", 2)):
        names = ("StampId",) if key == "stampmasters" else ("UserId", "StampId")[:keys]
        create(dev, DEV_TABLES[key], *names)
    for name in DEV_TABLES.values():
        late.context().wait(
            lambda name=name: (
                dev.describe_table(TableName=name)["Table"]["TableStatus"] == "ACTIVE"
            ),
            until=Words.same(f"{name} is ACTIVE"),
            every_s=1,
            within_s=60,
        )
    put(dev, SOURCE, [spot(number) for number in range(30)])
    put(dev, DEV_TABLES["users"], [{"UserId": {"S": person}} for person in PEOPLE])
    put(
        dev,
        DEV_TABLES["userstamps"],
        [{"UserId": {"S": person}, "StampId": {"S": "SPOT-00001"}} for person in PEOPLE],
    )
    return MigratedTables(late, dev, prod, tmp_path)


def test_masters_and_people_arrive_and_are_proven_to(rally):
    rally.run(migrate_masters).perform()
    rally.run(migrate_users, by="Yamada").perform()

    assert len(everything(rally.prod, TARGET)) == 30
    assert [entry["UserId"]["S"] for entry in everything(rally.prod, "Users-prod")] == PEOPLE
    assert len(everything(rally.prod, "UserStamps-prod")) == len(PEOPLE)
    assert {manifest["count"] for manifest in rally.manifests} == {30, len(PEOPLE)}


def test_everything_is_made_at_the_first_try(late, everything):
    waited = set()
    for action in everything:
        late.do(action, waiting=waited.add)
    said = {words.en.partition(" (at most")[0] for words in waited}

    assert [change for action in everything for change in action(late.context())] == []
    assert any(name.startswith("AWS shows the changes of ") for name in said)
    assert all(words.ja and words.en != words.ja for words in waited)
