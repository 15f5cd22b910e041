"""What a run wrote is deleted afterwards, proven by reading; what others own stays."""

import boto3
import pytest

from load.engine.admission import LoadRefused
from load.teardown import TableCleaner, used_users
from local.aws.server import LocalAws

TABLES = {"UserStamps-prod": ("UserId", "StampId"), "Users-prod": ("UserId",)}


@pytest.fixture
def dynamodb(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    # No mock_aws: it would wipe the state of every stack that this process serves.
    with LocalAws("555566667777", "ap-northeast-1") as aws:
        client = boto3.client("dynamodb", region_name="ap-northeast-1", endpoint_url=aws.endpoint)
        for table, keys in TABLES.items():
            client.create_table(
                TableName=table,
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": k, "AttributeType": "S"} for k in keys],
                BillingMode="PAY_PER_REQUEST",
            )
        yield client


@pytest.fixture
def cleaner(dynamodb):
    return TableCleaner(dynamodb, "UserStamps-prod", "Users-prod", pause=lambda _: None)


def put(client, user, *stamps):
    for stamp in stamps:
        item = {"UserId": {"S": user}, "StampId": {"S": stamp}}
        client.put_item(TableName="UserStamps-prod", Item=item)


def items(client, table="UserStamps-prod"):
    return sorted(item["UserId"]["S"] for item in client.scan(TableName=table)["Items"])


def test_stamps_and_counters_of_used_users_are_gone_and_others_stay(cleaner, dynamodb):
    put(dynamodb, "Uload-1", "STATUE-001", "#2026-W48", "#2026-11")
    put(dynamodb, "Uload-2", *(f"S-{number:03d}" for number in range(60)))
    put(dynamodb, "Usmoke-1", "STATUE-001")

    done = cleaner.clean(["Uload-1", "Uload-2", "Uload-1"])

    assert done == {"users": 2, "deleted": 63, "left": 0}
    assert items(dynamodb) == ["Usmoke-1"]


def test_logged_in_users_are_gone_from_the_table_of_users(cleaner, dynamodb):
    for user in ("Uload-login-0", "Usmoke-1"):
        dynamodb.put_item(TableName="Users-prod", Item={"UserId": {"S": user}})

    done = cleaner.clean([], ["Uload-login-0", "Uload-login-1"])

    assert done == {"users": 2, "deleted": 1, "left": 0}
    assert items(dynamodb, "Users-prod") == ["Usmoke-1"]


def test_id_that_could_be_a_person_s_is_never_deleted(cleaner, dynamodb):
    person = "U" + "0123456789abcdef" * 2
    put(dynamodb, person, "STATUE-001")

    with pytest.raises(LoadRefused, match="could be a real person's id; nothing is deleted"):
        cleaner.clean(["Uload-1", person])

    assert items(dynamodb) == [person]


class Reluctant:
    """DynamoDB that leaves the first of each batch unprocessed, so many times."""

    def __init__(self, client, times):
        self.client, self.times = client, times

    def __getattr__(self, name):
        return getattr(self.client, name)

    def batch_write_item(self, RequestItems):  # noqa: N803 - AWS's name
        if not self.times:
            return self.client.batch_write_item(RequestItems=RequestItems)
        self.times -= 1
        table, requests = next(iter(RequestItems.items()))
        if requests[1:]:
            self.client.batch_write_item(RequestItems={table: requests[1:]})
        return {"UnprocessedItems": {table: requests[:1]}}


def test_unprocessed_deletions_are_sent_again(dynamodb):
    put(dynamodb, "Uload-1", "A", "B", "C")
    pauses = []
    cleaner = TableCleaner(Reluctant(dynamodb, 3), "UserStamps-prod", "Users-prod", pauses.append)

    assert cleaner.clean(["Uload-1"])["left"] == 0
    assert pauses == [0.05, 0.1, 0.2]


def test_what_could_not_be_deleted_is_told_as_left(dynamodb):
    put(dynamodb, "Uload-1", "A", "B")
    cleaner = TableCleaner(Reluctant(dynamodb, 10), "UserStamps-prod", "Users-prod", lambda _: None)

    assert cleaner.clean(["Uload-1"])["left"] == 1


def test_users_are_read_from_the_list_of_used_pairs(tmp_path):
    file = tmp_path / "used.jsonl"
    file.write_text('["Uload-1", "A"]\n["Uload-2", "A"]\n')

    assert used_users(file) == ["Uload-1", "Uload-2"]
    assert used_users(tmp_path / "none.jsonl") == []


class Straggler:
    """DynamoDB into which an award comes late, after the first cleaning."""

    def __init__(self, client):
        self.client, self.pauses = client, []

    def pause(self, seconds):
        self.pauses.append(seconds)

    def __getattr__(self, name):
        return getattr(self.client, name)

    def batch_write_item(self, RequestItems):  # noqa: N803 - AWS's name
        answer = self.client.batch_write_item(RequestItems=RequestItems)
        if not self.pauses:
            put(self.client, "Uload-1", "LATE")
        return answer


def test_award_that_is_written_after_the_cleaning_is_cleaned_as_well(dynamodb):
    put(dynamodb, "Uload-1", "A", "B")
    late = Straggler(dynamodb)
    cleaner = TableCleaner(late, "UserStamps-prod", "Users-prod", late.pause)

    assert cleaner.clean_patiently(["Uload-1"]) == {"users": 1, "deleted": 3, "left": 0}
    assert late.pauses == [10.0]
