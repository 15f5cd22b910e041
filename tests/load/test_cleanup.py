"""What a run wrote is deleted afterwards, proven by reading; what others own stays."""

import boto3
import pytest

from aws.items import KeyedTable
from load.engine.admission import LoadRefused
from load.teardown import emptied, used_users
from local.aws.server import LocalAws

TABLE, KEYS = "UserStamps-prod", ("UserId", "StampId")


@pytest.fixture
def dynamodb(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # No mock_aws: it would wipe the state of every stack that this process serves.
    with LocalAws("555566667777", "ap-northeast-1") as aws:
        client = boto3.client("dynamodb", region_name="ap-northeast-1", endpoint_url=aws.endpoint)
        client.create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(KEYS, ("HASH", "RANGE"), strict=True)
            ],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in KEYS],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


def table_of(client):
    return KeyedTable(dynamodb=client, name=TABLE, keys=KEYS)


def put(client, user, *stamps):
    for stamp in stamps:
        item = {"UserId": {"S": user}, "StampId": {"S": stamp}}
        client.put_item(TableName=TABLE, Item=item)


def items(client):
    return sorted(item["UserId"]["S"] for item in client.scan(TableName=TABLE)["Items"])


def test_stamps_and_counters_of_used_users_are_gone_and_others_stay(dynamodb):
    put(dynamodb, "Uload-1", "STATUE-001", "#2026-W48", "#2026-11")
    put(dynamodb, "Uload-2", *(f"S-{number:03d}" for number in range(60)))
    put(dynamodb, "Usmoke-1", "STATUE-001")

    done = emptied(table_of(dynamodb), ["Uload-1", "Uload-2", "Uload-1"])

    assert done == {"users": 2, "deleted": 63, "left": 0, "stamps": 61}
    assert items(dynamodb) == ["Usmoke-1"]


def test_id_that_could_be_a_person_s_is_never_deleted(dynamodb):
    person = "U" + "0123456789abcdef" * 2
    put(dynamodb, person, "STATUE-001")

    with pytest.raises(LoadRefused, match="could be a real person's id; nothing is deleted"):
        emptied(table_of(dynamodb), ["Uload-1", person])

    assert items(dynamodb) == [person]


class KeepsItems:
    """DynamoDB that takes a deletion for done and keeps the item."""

    def __init__(self, client):
        self.client = client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def delete_item(self, TableName, Key):  # noqa: N803 - AWS's names
        assert TableName == TABLE
        if Key["StampId"]["S"] != "A":
            self.client.delete_item(TableName=TableName, Key=Key)


def test_what_could_not_be_deleted_is_told_as_left(dynamodb):
    put(dynamodb, "Uload-1", "A", "B")
    pauses = []

    done = emptied(table_of(KeepsItems(dynamodb)), ["Uload-1"], pauses.append)

    assert done == {"users": 1, "deleted": 1, "left": 1, "stamps": 2}
    assert pauses == [10.0] * 3


def test_users_are_read_from_the_list_of_used_ones(tmp_path):
    file = tmp_path / "used.txt"
    file.write_text("Uload-1\nUload-2\nUload-1\n")

    assert used_users(file) == {"Uload-1", "Uload-2"}
    assert used_users(tmp_path / "none.txt") == set()


class Straggler:
    """DynamoDB into which an award comes late, after the first cleaning."""

    def __init__(self, client):
        self.client, self.pauses = client, []

    def pause(self, seconds):
        self.pauses.append(seconds)

    def __getattr__(self, name):
        return getattr(self.client, name)

    def delete_item(self, **asked):
        self.client.delete_item(**asked)
        if not self.pauses:
            put(self.client, "Uload-1", "LATE")


def test_award_that_is_written_after_the_cleaning_is_cleaned_as_well(dynamodb):
    put(dynamodb, "Uload-1", "A", "B")
    late = Straggler(dynamodb)

    done = emptied(table_of(late), ["Uload-1"], late.pause)

    assert done == {"users": 1, "deleted": 3, "left": 0, "stamps": 3}
    assert late.pauses == [10.0]
