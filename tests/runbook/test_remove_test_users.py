"""Users who are no people are removed with all their items, and what people collected stays."""

import pytest

from runbook.engine import Declined, Procedure
from runbook.procedures import remove_test_users, tables

PERSON = {"S": "U" + "0a" * 16}
TEST = {"S": "Usmoke-left"}
STAMPS = ({"S": "STATUE-001"}, {"S": "#2026-W01"})


@pytest.fixture
def desk(empty):
    """An account in which smoke and a person have left an item of a user, and two of stamps."""
    for step in Procedure.of(tables).steps:
        empty.do(step.action)
    dynamodb = empty.client("dynamodb")
    for user in (PERSON, TEST):
        dynamodb.put_item(TableName="Users-prod", Item={"UserId": user})
        for stamp in STAMPS:
            item = {"UserId": user, "StampId": stamp}
            dynamodb.put_item(TableName="UserStamps-prod", Item=item)
    return empty


def users(desk, table):
    return [item["UserId"] for item in desk.client("dynamodb").scan(TableName=table)["Items"]]


def test_items_of_a_test_user_go_from_both_tables_and_those_of_a_person_stay(desk):
    made = desk.do(remove_test_users.remove_them.action, permit=lambda _: True)

    assert [(change.resource.en, change.field.en) for change in made] == [
        ("table Users-prod", "user Usmoke-left"),
        ("table UserStamps-prod", "user Usmoke-left"),
    ]
    assert users(desk, "Users-prod") == [PERSON]
    assert users(desk, "UserStamps-prod") == [PERSON, PERSON]


@pytest.mark.parametrize("spelled", [PERSON["S"].upper(), f" {PERSON['S']}", f"USER#{PERSON['S']}"])
def test_person_whose_id_was_written_otherwise_stays(desk, spelled):
    desk.client("dynamodb").put_item(TableName="Users-prod", Item={"UserId": {"S": spelled}})

    desk.do(remove_test_users.remove_them.action, permit=lambda _: True)

    assert {"S": spelled} in users(desk, "Users-prod")
    assert TEST not in users(desk, "Users-prod")


def test_nothing_is_removed_without_agreement(desk):
    with pytest.raises(Declined):
        desk.do(remove_test_users.remove_them.action, permit=lambda _: False)

    assert TEST in users(desk, "Users-prod")
    assert users(desk, "UserStamps-prod").count(TEST) == len(STAMPS)


def test_second_run_finds_nothing_to_do(desk):
    desk.do(remove_test_users.remove_them.action, permit=lambda _: True)

    assert desk.do(remove_test_users.remove_them.action, permit=lambda _: False) == ()
