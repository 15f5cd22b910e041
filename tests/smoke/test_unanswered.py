"""What smoke asks of whom, and gets no whole answer to, is unknown in the end: it neither waits for ever nor takes it for nothing."""

import boto3
import pytest

from aws.section import NotTestable
from smoke.aws import AWAY, clients
from smoke.calls import get
from smoke.client import Client
from smoke.line import LineClient
from smoke.logs import Logs
from smoke.test_front_end import fetched
from tests.loopback import ENDLESS, Reply, answering, sending

ASKED = {
    "smoke.client": lambda url: Client(url, "https://rally.example.jp").answer(get("/stamps")),
    "smoke.line": lambda url: LineClient(endpoint=url).bot("token"),
    "smoke.test_front_end": fetched,
}
"""Module -> how it asks over HTTP."""
FILTERED = {"logGroupName": "/aws/lambda/auth", "filterPattern": "id"}
QUERIED = {"TableName": "Users", "KeyConditionExpression": "UserId = :id"}
READ = {
    "filter_log_events": ("logs", FILTERED, b'{"events": []}'),
    "get_function": (
        "lambda",
        {"FunctionName": "auth"},
        b'{"Configuration": {"FunctionName": "auth"}}',
    ),
    "get_secret_value": ("secretsmanager", {"SecretId": "token"}, b'{"SecretString": "{}"}'),
    "query": ("dynamodb", QUERIED, b'{"Items": [], "Count": 0}'),
}
"""Operation -> service, what is asked, and an answer that holds nothing."""
SPOILT = {
    "cut": lambda body: Reply(body[:-4], length=len(body)),
    "cut unnoticed": lambda body: Reply(body[:-4]),
    "empty": lambda _: Reply(b""),
    "without a member": lambda _: Reply(b"{}"),
    "of somebody else": lambda _: Reply(b"<html>Sign in</html>"),
}


@pytest.mark.parametrize("module", sorted(ASKED))
@pytest.mark.parametrize("what", sorted(ENDLESS))
def test_answer_that_never_ends_is_left_behind(what, module, monkeypatch):
    monkeypatch.setattr(f"{module}.TIMEOUT_S", (0.3, 0.7))

    with sending(ENDLESS[what]) as url, pytest.raises(NotTestable, match="NoAnswerError"):
        ASKED[module](url)


@pytest.fixture
def aws(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore's pause before it asks again

    def at(url):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        return clients(boto3.Session("local", "local", region_name="ap-northeast-1"))

    return at


@pytest.mark.parametrize("what", sorted(ENDLESS))
def test_answer_of_aws_that_never_ends_is_left_behind(what, aws, monkeypatch):
    monkeypatch.setattr("smoke.aws.LONGEST_S", 0.3)

    with sending(ENDLESS[what]) as url, pytest.raises(AWAY, match=r"no answer within 0\.3 s"):
        aws(url)("secretsmanager").get_secret_value(SecretId="token")


@pytest.mark.parametrize("operation", sorted(READ))
def test_answer_that_holds_nothing_is_one(operation, aws):
    service, asked, body = READ[operation]

    with answering(lambda _: Reply(body)) as url:
        assert getattr(aws(url)(service), operation)(**asked)


@pytest.mark.parametrize("operation", sorted(READ))
@pytest.mark.parametrize("how", sorted(SPOILT))
def test_spoilt_answer_of_aws_is_not_taken_for_nothing(how, operation, aws):
    service, asked, body = READ[operation]

    with answering(lambda _: SPOILT[how](body)) as url, pytest.raises(AWAY):
        getattr(aws(url)(service), operation)(**asked)


def test_logs_that_arrive_spoilt_do_not_prove_that_they_hold_no_token(aws):
    with answering(lambda _: Reply(b"{}")) as url:
        logs = Logs(client=aws(url)("logs"), within_s=1)

        with pytest.raises(NotTestable, match="can't be read"):
            logs.present("/aws/lambda/auth", "eyJ", 0.0)
