"""Users are carried over only when somebody decided it by name, and nothing of them is shown."""

import json

import pytest

from runbook.engine import Journal, Refused, Stopped
from runbook.migration.source import Source
from runbook.migration.steps import Job, look_at_items
from runbook.procedures import migrate_users
from tests.runbook.migration.two_tables import create, everything, put
from tests.runbook.toy import Memory

ANNA, BEN = (f"U{letter * 32}" for letter in "ab")
USERS = [{"UserId": {"S": one}, "DisplayName": {"S": f"name of {one}"}} for one in (ANNA, BEN)]


def stamp(user, name, **more):
    return {"UserId": {"S": user}, "StampId": {"S": name}, "CollectedAt": {"N": "17"}, **more}


STAMPS = [stamp(ANNA, "STATUE-001"), stamp(ANNA, "MONU-075"), stamp(BEN, "STATUE-001")]


@pytest.fixture
def people(rally):
    """Two people with three stamps in dev, a synthetic user, and a counter of the ranking."""
    for client, ending in ((rally.dev, ""), (rally.prod, "-prod")):
        create(client, f"Users{ending}", "UserId")
        create(client, f"UserStamps{ending}", "UserId", "StampId")
    synthetic = {"UserId": {"S": "Usmoke1"}}
    put(rally.dev, "Users", [*USERS, synthetic])
    counter = stamp(ANNA, "#2026-W47")
    put(rally.dev, "UserStamps", [*STAMPS, counter, stamp("Usmoke1", "STATUE-001")])
    rally.desk.aws.calls.clear()
    return rally


def arrived(rally):
    return everything(rally.prod, "Users-prod"), everything(rally.prod, "UserStamps-prod")


def by_key(items):
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def test_nobody_is_carried_over_where_a_person_says_no(people):
    with pytest.raises(Stopped, match="decide_that_it_may_be: not confirmed"):
        people.run(migrate_users, Memory(confirms=False), by="Yamada").perform()

    assert people.calls("Scan") == 0


def test_people_arrive_and_what_is_not_of_people_stays_behind(people):
    people.run(migrate_users, by="Yamada").perform()

    assert arrived(people) == (by_key(USERS), by_key(STAMPS))
    assert [
        (manifest["table"], manifest["count"], manifest["decided_by"])
        for manifest in people.manifests
    ] == [
        ("Users-prod", 2, "Yamada"),
        ("UserStamps-prod", 3, "Yamada"),
    ]


def test_a_second_run_finds_nothing_to_do(people):
    people.run(migrate_users, by="Yamada").perform()

    assert people.run(migrate_users, by="Yamada").perform() == ()
    assert len(people.manifests) == 2


def test_what_production_has_of_a_user_stays_as_it_is(people):
    of_prod = {"UserId": {"S": ANNA}, "DisplayName": {"S": "of prod"}}
    put(people.prod, "Users-prod", [of_prod])
    people.run(migrate_users, by="Yamada").perform()

    assert arrived(people)[0] == by_key([of_prod, USERS[1]])
    assert people.screen.asked == ["decide_that_it_may_be"]


def test_a_rehearsal_says_how_many_would_come_and_carries_nobody(people):
    before = arrived(people)
    shown = people.run(migrate_users, by="Yamada").rehearse()

    assert {change.resource.en for change in shown} >= {"table Users-prod", "table UserStamps-prod"}
    assert arrived(people) == before


def test_nothing_of_anybody_is_shown_or_left_on_the_disk(people):
    people.run(migrate_users, by="Yamada").rehearse()
    people.run(migrate_users, by="Yamada").perform()

    seen = "\n".join([*people.told, *map(str, people.watched), *people.screen.details])
    left = [path.read_text() for path in people.folder.rglob("*") if path.is_file()]
    assert Journal(people.folder / "journal.jsonl").path.read_text() in left
    assert ANNA not in "".join([seen, *left])
    assert "name of" not in "".join([seen, *left])


def test_a_user_that_dynamodb_would_refuse_is_told_without_a_name(people):
    items = [{**USERS[0], "Score": {"N": "many"}}, USERS[1]]
    source = Source("people's items", {}, lambda: iter(items))
    context = people.run(migrate_users).context
    job = Job(source=source, table=context.plan.table("users"), private=True)
    with pytest.raises(
        Refused, match="1 of 2 items can't be migrated, so none was written: "
    ) as no:
        look_at_items(context, job)

    assert ANNA not in str(no.value)


def test_a_stamp_that_an_index_would_refuse_is_told_beforehand(people):
    put(people.dev, "UserStamps", [stamp(BEN, "MONU-075", Rank={"S": "1"})])
    with pytest.raises(Stopped, match="look_at_every_item: 1 of 4 items can't be migrated"):
        people.run(migrate_users, by="Yamada").perform()

    assert arrived(people) == ([], [])
