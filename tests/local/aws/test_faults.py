"""Faults make AWS as bad as it can be, in its own words; another process may ask for a bad answer, as often as it says."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from local.aws.faults import answering, conflicting, delayed, denied, failing, throttled
from tests.local.aws.account import refused


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("dynamodb", "list_tables", "AccessDeniedException"),
        ("iam", "list_roles", "AccessDenied"),
        ("s3", "list_buckets", "AccessDenied"),
        ("apigateway", "get_rest_apis", "AccessDeniedException"),
        ("cloudwatch", "describe_alarms", "AccessDeniedException"),
        ("lambda", "list_functions", "AccessDeniedException"),
    ],
)
def test_a_denied_operation_is_refused_in_the_words_of_its_service(
    aws, client, service, call, code
):
    aws.faults.append(denied("*:List*", "*:Get*", "*:Describe*"))

    with refused(code, "not authorized to perform"):
        getattr(client(service), call)()


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("dynamodb", "list_tables", "ThrottlingException"),
        ("apigateway", "get_rest_apis", "TooManyRequestsException"),
        ("lambda", "list_functions", "TooManyRequestsException"),
        ("iam", "list_roles", "Throttling"),
        ("logs", "describe_log_groups", "ThrottlingException"),
    ],
)
def test_a_throttled_operation_is_refused_in_the_words_of_its_service(
    aws, client, service, call, code
):
    aws.faults.append(throttled("*"))

    with refused(code, "Rate exceeded"):
        getattr(client(service), call)()


def test_a_fault_leaves_other_operations_alone(aws, client):
    aws.faults.append(denied("dynamodb:List*"))

    assert client("sns").list_topics()["Topics"] == []


def test_a_fault_may_strike_only_so_often(aws, client):
    aws.faults.append(failing("dynamodb:ListTables", times=2))
    tables = client("dynamodb")

    with refused("InternalServerError"):
        tables.list_tables()
    with refused("InternalServerError"):
        tables.list_tables()
    assert tables.list_tables()["TableNames"] == []


def test_any_error_code_of_aws_can_be_answered(aws, client):
    aws.faults.append(answering("ResourceInUseException", "dynamodb:UpdateTable"))

    with refused("ResourceInUseException"):
        client("dynamodb").update_table(TableName="Users-prod", DeletionProtectionEnabled=True)


def test_a_conflict_cancels_a_transaction_with_a_reason_per_item(aws, client, users):
    aws.faults.append(conflicting(times=1))
    tables = client("dynamodb")
    item = {"TableName": users, "Item": {"UserId": {"S": "U1"}}}
    other = {"TableName": users, "Item": {"UserId": {"S": "U2"}}}

    with pytest.raises(tables.exceptions.TransactionCanceledException) as cancelled:
        tables.transact_write_items(TransactItems=[{"Put": item}, {"Put": other}])

    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["TransactionConflict", "None"]
    tables.transact_write_items(TransactItems=[{"Put": item}, {"Put": other}])


def test_a_delay_waits_and_then_lets_the_call_through(aws, client):
    waited = []
    aws.faults.append(delayed(50, sleep=waited.append))

    client("dynamodb").list_tables()

    assert waited == [0.05]


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


def test_calls_that_wait_for_each_other_are_answered_as_ever(client, told):
    told({**TABLES, "gathers": 2})
    tables = client("dynamodb")
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(tables.list_tables)
        with pytest.raises(TimeoutError):
            first.result(timeout=0.2)
        second = threads.submit(tables.list_tables)

    assert first.result()["TableNames"] == second.result()["TableNames"] == []
    assert tables.list_tables()["TableNames"] == []
