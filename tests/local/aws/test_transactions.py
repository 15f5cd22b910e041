"""A transaction is all or nothing, happens once per token, and costs what it touches."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.account import refused

NEW = {"ConditionExpression": "attribute_not_exists(UserId)"}


def put(user, **more):
    item = {"UserId": {"S": user}, "Team": {"S": more.pop("team", "red")}}
    return {"Put": {"TableName": "Users-prod", "Item": item, **more}}


def add_one(user):
    return {
        "Update": {
            "TableName": "Users-prod",
            "Key": {"UserId": {"S": user}},
            "UpdateExpression": "ADD Stamps :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }


@pytest.fixture
def tables(client, users):  # noqa: ARG001  # the table must exist
    return client("dynamodb")


@pytest.fixture
def everything(tables):
    def everything():
        items = tables.scan(TableName="Users-prod")["Items"]
        return {item["UserId"]["S"]: item for item in items}

    return everything


def test_all_parts_are_written(tables, everything):
    tables.transact_write_items(TransactItems=[put("U1"), add_one("U2")])

    assert set(everything()) == {"U1", "U2"}


def test_a_failed_part_leaves_nothing_behind(tables, everything):
    tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U3"}, "Stamps": {"N": "7"}})
    before = everything()

    with pytest.raises(tables.exceptions.TransactionCanceledException) as cancelled:
        tables.transact_write_items(
            TransactItems=[
                put("U1"),
                add_one("U3"),
                add_one("U2"),
                put("U4", ConditionExpression="attribute_exists(UserId)"),
            ]
        )

    codes = [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]]
    assert codes == ["None", "None", "None", "ConditionalCheckFailed"]
    assert everything() == before


def test_a_deleted_item_comes_back_when_the_transaction_fails(tables, everything):
    tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}, "Team": {"S": "red"}})
    before = everything()
    delete = {"Delete": {"TableName": "Users-prod", "Key": {"UserId": {"S": "U1"}}}}

    with refused("TransactionCanceledException"):
        tables.transact_write_items(
            TransactItems=[delete, put("U2", ConditionExpression="attribute_exists(UserId)")]
        )

    assert everything() == before


def test_a_table_with_a_sort_key_is_restored_item_by_item(client):
    tables = client("dynamodb")
    tables.create_table(
        TableName="Stamps",
        KeySchema=[
            {"AttributeName": "UserId", "KeyType": "HASH"},
            {"AttributeName": "StampId", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "UserId", "AttributeType": "S"},
            {"AttributeName": "StampId", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )

    def stamp(stamp_id, **more):
        item = {"UserId": {"S": "U1"}, "StampId": {"S": stamp_id}}
        return {"Put": {"TableName": "Stamps", "Item": item, **more}}

    tables.transact_write_items(TransactItems=[stamp("s1")])
    with refused("TransactionCanceledException"):
        tables.transact_write_items(TransactItems=[stamp("s2"), stamp("s1", **NEW)])

    assert [i["StampId"]["S"] for i in tables.scan(TableName="Stamps")["Items"]] == ["s1"]
    assert tables.describe_table(TableName="Stamps")["Table"]["ItemCount"] == 1


def test_a_resend_with_the_same_token_is_answered_and_not_done_again(tables, everything):
    """Whoever won an award and lost the answer must not be told that the stamp exists already."""
    asked = {"TransactItems": [put("U1", **NEW), add_one("U2")], "ClientRequestToken": "t-1"}

    tables.transact_write_items(**asked)
    tables.transact_write_items(**asked)

    assert everything()["U2"]["Stamps"] == {"N": "1"}


def test_a_token_belongs_to_one_transaction(tables):
    tables.transact_write_items(TransactItems=[put("U1")], ClientRequestToken="t-1")

    with refused("IdempotentParameterMismatchException"):
        tables.transact_write_items(TransactItems=[put("U2")], ClientRequestToken="t-1")


def test_a_failed_transaction_may_be_tried_again_with_its_token(tables, everything):
    asked = {"TransactItems": [put("U1", **NEW)], "ClientRequestToken": "t-1"}
    tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})
    with refused("TransactionCanceledException"):
        tables.transact_write_items(**asked)
    tables.delete_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})

    tables.transact_write_items(**asked)

    assert set(everything()) == {"U1"}


def test_of_many_simultaneous_transactions_exactly_one_wins(tables):
    def attempt(number):
        try:
            tables.transact_write_items(
                TransactItems=[put("U1", team=f"team-{number}", **NEW), add_one("winners")]
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "won"

    with ThreadPoolExecutor(30) as pool:
        results = list(pool.map(attempt, range(30)))
    winners = tables.get_item(TableName="Users-prod", Key={"UserId": {"S": "winners"}})["Item"]

    assert sorted(set(results)) == ["TransactionCanceledException", "won"]
    assert results.count("won") == 1
    assert winners["Stamps"] == {"N": "1"}


def test_an_item_twice_in_one_transaction_is_refused(tables, everything):
    with refused("ValidationException", "multiple operations on one item"):
        tables.transact_write_items(TransactItems=[put("U1"), add_one("U1")])
    assert everything() == {}


def test_a_transaction_copies_no_table(aws, tables, everything, monkeypatch):
    """Moto's own way costs a second at 20,000 items; here only what is touched counts."""
    table = aws.moto.backend("dynamodb", "ap-northeast-1").tables["Users-prod"]
    copies = []
    copy = lambda self, _: copies.append(self.name) or self  # noqa: E731 - a method of moto's
    monkeypatch.setattr(type(table), "__deepcopy__", copy, raising=False)
    tables.transact_write_items(TransactItems=[put("U1"), add_one("U2")])
    with refused("TransactionCanceledException"):
        tables.transact_write_items(TransactItems=[put("U1", **NEW)])

    assert copies == []
    assert set(everything()) == {"U1", "U2"}


def test_backups_still_copy_the_table(tables, everything):
    tables.put_item(TableName="Users-prod", Item={"UserId": {"S": "U1"}})
    tables.transact_write_items(TransactItems=[put("U2")])
    backup = tables.create_backup(TableName="Users-prod", BackupName="before")
    tables.delete_item(TableName="Users-prod", Key={"UserId": {"S": "U1"}})

    tables.restore_table_from_backup(
        TargetTableName="Restored", BackupArn=backup["BackupDetails"]["BackupArn"]
    )

    restored = tables.scan(TableName="Restored")["Items"]
    assert {item["UserId"]["S"] for item in restored} == {"U1", "U2"}
    assert set(everything()) == {"U2"}


def test_tokens_are_forgotten_after_ten_minutes(aws, tables, everything):
    asked = {"TransactItems": [add_one("U1")], "ClientRequestToken": "t-1"}
    tables.transact_write_items(**asked)
    tokens = aws.moto.notes("dynamodb", "ap-northeast-1")["tokens"]
    tokens["t-1"] = (time.monotonic() - 601, *tokens["t-1"][1:])

    tables.transact_write_items(**asked)

    assert everything()["U1"]["Stamps"] == {"N": "2"}
