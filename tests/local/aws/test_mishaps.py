"""Another process may tell the local API to answer badly: the calls that it means, as often as it says."""

import json

import pytest

from tests.local.aws.refusals import refused

REFUSED = {
    "status": 400,
    "body": json.dumps({"__type": "ThrottlingException", "message": "too often"}),
}
TABLES = {"operation": "dynamodb:ListTables", "holds": ""}


@pytest.fixture
def told(aws):
    """Return what tells mishaps; none is left for other tests."""
    yield lambda *mishaps: aws.receive("POST", "/local/mishaps", {}, json.dumps(mishaps).encode())
    aws.receive("POST", "/local/mishaps", {}, b"[]")


def test_operation_is_answered_so_until_that_is_taken_back(client, told):
    told({**TABLES, **REFUSED})
    for _ in range(2):
        with refused("ThrottlingException", "too often"):
            client("dynamodb").list_tables()
    told()

    assert client("dynamodb").list_tables()["TableNames"] == []


def test_operation_is_answered_so_as_often_as_told(client, told):
    told({**TABLES, **REFUSED, "times": 1})
    with refused("ThrottlingException", "too often"):
        client("dynamodb").list_tables()

    assert client("dynamodb").list_tables()["TableNames"] == []


def test_other_calls_are_answered_as_ever(client, told):
    told({**TABLES, **REFUSED, "holds": "Users"}, {**TABLES, **REFUSED, "lacks": "Limit"})

    assert client("dynamodb").list_tables(Limit=5)["TableNames"] == []
    assert client("sns").list_topics()["Topics"] == []


def test_what_was_delivered_is_done_though_its_answer_is_another_one(client, told):
    told({"operation": "sns:CreateTopic", "holds": "alarms", "delivered": True, "status": 500})
    with refused("500", ""):
        client("sns").create_topic(Name="alarms")
    told()

    (topic,) = client("sns").list_topics()["Topics"]
    assert topic["TopicArn"].endswith(":alarms")
