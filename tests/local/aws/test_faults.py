"""Faults make AWS as bad as it can be, in its own words."""

import pytest

from tests.faults import answering, conflicting, delayed, denied, failing, throttled
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
