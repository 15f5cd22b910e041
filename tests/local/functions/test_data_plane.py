"""Lambda's Invoke, as boto3 sees it on the local AWS API."""

import pytest
from botocore.exceptions import ClientError

from tests.local.functions.account import WRITE_LOGS

ECHO = "def handler(event, context):\n    print('seen')\n    return event"


def test_invoke_answers_with_payload_and_version(account, name):
    account.deploy(name, ECHO)
    version = account.publish(name)

    answer = account.lambda_.invoke(FunctionName=name, Qualifier="live", Payload=b'{"a": 1}')

    assert answer["Payload"].read() == b'{"a": 1}'
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, version)
    assert "FunctionError" not in answer


def test_function_error_is_still_a_200(account, name):
    account.deploy(name, "def handler(event, context): raise ValueError('x')")

    answer = account.lambda_.invoke(FunctionName=account.arn(name))

    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")


def test_dry_run_runs_nothing(account, name):
    account.deploy(name, ECHO, may=[WRITE_LOGS])

    answer = account.lambda_.invoke(FunctionName=name, InvocationType="DryRun")

    assert answer["StatusCode"] == 204
    assert account.log(f"/aws/lambda/{name}") is None


def test_event_that_is_no_json_is_refused(account, name):
    account.deploy(name, ECHO)

    with pytest.raises(ClientError) as refusal:
        account.lambda_.invoke(FunctionName=name, Payload=b"{not json")

    assert refusal.value.response["Error"]["Code"] == "InvalidRequestContentException"


def test_unknown_function_is_boto3s_not_found(account):
    with pytest.raises(account.lambda_.exceptions.ResourceNotFoundException):
        account.lambda_.invoke(FunctionName="nothing-here")


def test_throttled_function_is_boto3s_too_many_requests(account, name):
    account.deploy(name, ECHO)
    account.reserve(name, 0)

    with pytest.raises(ClientError) as refusal:
        account.lambda_.invoke(FunctionName=name)

    assert refusal.value.response["Error"]["Code"] == "TooManyRequestsException"
