"""An answer that was cut, garbled, empty or replaced on its way is asked for again, and never taken for nothing."""

import gzip
import json
from binascii import crc32
from collections import Counter

import boto3
import pytest

from aws.door.clients import Aws
from aws.door.failures import ReadFailure
from aws.door.sessions import RetryPolicy
from aws.kinds import LEDGERS
from tests.loopback import Reply, answering

POLICY = json.dumps({"ARN": "arn:…", "Name": "token", "ResourcePolicy": '{"Statement": []}'})
WRAPPED = (
    "<GetPolicyResponse><GetPolicyResult><Policy><Arn>a</Arn></Policy></GetPolicyResult>"
    "</GetPolicyResponse>"
)
CALLS = {
    "secretsmanager": ("get_resource_policy", {"SecretId": "token"}, POLICY),
    "lambda": ("get_policy", {"FunctionName": "auth"}, '{"Policy": "{}", "RevisionId": "1"}'),
    "apigateway": ("get_account", {}, '{"throttleSettings": {"burstLimit": 5}}'),
    "iam": (
        "get_policy",
        {"PolicyArn": "arn:aws:iam::123456789012:policy/one"},
        WRAPPED,
    ),
    "s3": ("get_bucket_policy", {"Bucket": "images"}, '{"Statement": []}'),
}
"""One call for each protocol, and for a body that is a document of its own."""
HTML = b"<html><body>503 Service Unavailable</body></html>"


class SpoilingWire:
    """Answers every request; ``spoil`` says what becomes of a whole body: sent bytes, declared length."""

    def __init__(self):
        self.body, self.spoil, self.asked = b"", lambda body, _: (body, len(body)), 0
        self.headers = {}

    def answer(self):
        self.asked += 1
        sent, declared = self.spoil(self.body, self.asked)
        return Reply(sent, length=declared, headers=self.headers)


@pytest.fixture
def wire():
    state = SpoilingWire()
    with answering(lambda _: state.answer()) as state.url:
        yield state


@pytest.fixture
def session(wire, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore's pause before it asks again
    return boto3.Session("local", "local", region_name="ap-northeast-1")


@pytest.fixture
def ask(wire, session):
    def call(service):
        operation, parameters, body = CALLS[service]
        wire.body = body.encode()
        aws = Aws(session, "ap-northeast-1", RetryPolicy(attempts=3, rates={}))
        return aws.call(service, operation, **parameters), aws.calls

    return call


def cut(body, _):
    return body[: len(body) // 2], len(body)


def cut_unseen(body, _):
    return body[: len(body) // 2], len(body) // 2


def garbled(body, _):
    return bytes(byte ^ 0x55 for byte in body), len(body)


def empty(*_):
    return b"", 0


def html(*_):
    return HTML, len(HTML)


SPOILT = [cut, cut_unseen, garbled, empty, html]
DOCUMENTS = {"s3"}
"""The body is text of somebody's own, so that only a declared length can tell that it was cut."""


@pytest.mark.parametrize("service", CALLS)
def test_whole_answer_is_taken(ask, service):
    answer, calls = ask(service)

    assert answer
    assert calls.total() == 1


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("service", sorted(CALLS.keys() - DOCUMENTS))
def test_unreadable_answer_is_asked_for_again_and_then_told(ask, wire, service, spoil):
    wire.spoil = spoil

    with pytest.raises(ReadFailure, match=r"the answer (was cut|is garbled|is empty)|Connection"):
        ask(service)

    assert wire.asked == 3


def no_number(body, _):
    found = body[:-1] + b', "Period": NaN}'
    return found, len(found)


def marked(body, _):
    return b"\xef\xbb\xbf" + body, len(body) + 3


def in_utf_16(body, _):
    found = body.decode().encode("utf-16")
    return found, len(found)


def refused(*_):
    found = b'{"__type": "AccessDeniedException", "message": "no"}'
    return found, len(found)


def wrapped(body, _):
    found = b'{"data": ' + body + b"}"
    return found, len(found)


def nothing_said(body, _):
    found = json.dumps(dict.fromkeys(json.loads(body))).encode()
    return found, len(found)


@pytest.mark.parametrize("spoil", [no_number, marked, in_utf_16, refused, wrapped, nothing_said])
def test_json_that_aws_does_not_write_is_garbled(ask, wire, spoil):
    wire.spoil = spoil

    with pytest.raises(ReadFailure, match="the answer is garbled"):
        ask("lambda")


NONE_OF_ITS_TYPE = {
    "null among elements": ("secretsmanager", "list_secrets", '{"SecretList": [null]}'),
    "null among tables": ("dynamodb", "list_tables", '{"TableNames": ["a", null]}'),
    "null among policies": (
        "logs",
        "describe_resource_policies",
        '{"resourcePolicies": [null, {"policyName": "a"}]}',
    ),
    "number for text": ("secretsmanager", "list_secrets", '{"SecretList": [{"Name": 5}]}'),
    "word for a number": (
        "lambda",
        "get_account_settings",
        '{"AccountLimit": {"ConcurrentExecutions": "many"}}',
    ),
    "number beyond all": (
        "apigateway",
        "get_account",
        '{"throttleSettings": {"rateLimit": 1e999}}',
    ),
    "word for a time": (
        "secretsmanager",
        "list_secrets",
        '{"SecretList": [{"CreatedDate": "soon"}]}',
    ),
    "object for a list": ("logs", "describe_log_groups", '{"logGroups": {"logGroupName": "a"}}'),
    "text for a list": ("dynamodb", "list_tables", '{"TableNames": "a"}'),
    "list for an object": ("lambda", "get_account_settings", '{"AccountLimit": [1]}'),
    "switch that is neither on nor off": (
        "cloudwatch",
        "describe_alarms",
        '{"MetricAlarms": [{"ActionsEnabled": "maybe"}]}',
    ),
}
"""What stands in a whole answer -> service, operation, body."""


@pytest.fixture
def answered(wire, monkeypatch):
    """Ask for what is answered with a body and headers of one's own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
    monkeypatch.setattr("time.sleep", lambda _: None)
    session = boto3.Session("local", "local", region_name="ap-northeast-1")

    def ask(service, operation, body, **parameters):
        wire.body = body if isinstance(body, bytes) else body.encode()
        aws = Aws(session, "ap-northeast-1", RetryPolicy(attempts=2, rates={}))
        return aws.call(service, operation, **parameters)

    return ask


@pytest.mark.parametrize("what", sorted(NONE_OF_ITS_TYPE))
def test_what_is_not_of_its_type_is_unread_and_told_with_its_call(answered, what):
    service, operation, body = NONE_OF_ITS_TYPE[what]

    with pytest.raises(ReadFailure, match=f"^{service}:[A-Z].*: the answer is garbled"):
        answered(service, operation, body)


REST_XML = {
    "neither true nor false": b"<PublicAccessBlockConfiguration><BlockPublicAcls>perhaps"
    b"</BlockPublicAcls></PublicAccessBlockConfiguration>",
    "of another operation": b"<ListBucketResult><Name>images</Name></ListBucketResult>",
}


@pytest.mark.parametrize("what", sorted(REST_XML))
def test_xml_that_s3_does_not_write_is_garbled(answered, what):
    with pytest.raises(ReadFailure, match="the answer is garbled"):
        answered("s3", "get_public_access_block", REST_XML[what], Bucket="images")


@pytest.mark.parametrize("operation", ["get_bucket_website", "get_bucket_lifecycle_configuration"])
def test_answer_to_another_question_is_not_nothing(answered, operation):
    with pytest.raises(ReadFailure, match="the answer is garbled"):
        answered("s3", operation, REST_XML["of another operation"], Bucket="images")


def test_replacement_of_a_map_is_whole_with_null_in_it(answered):
    text = (
        '{"item": [{"responseType": "THROTTLED", "responseTemplates": {"application/json": null}}]}'
    )

    found = answered("apigateway", "get_gateway_responses", text, restApiId="abc123")

    assert found["items"][0]["responseTemplates"] == {"application/json": None}


def whole(body):
    return gzip.compress(body)


def cut_in_gzip(body):
    return gzip.compress(body)[:-12]


def other_sum(body):
    return gzip.compress(body)[:-8] + bytes(8)


@pytest.mark.parametrize("packed", [whole, cut_in_gzip, other_sum])
def test_body_that_is_packed_unasked_is_unread(answered, packed):
    with pytest.raises(ReadFailure, match="lambda:GetAccountSettings: the answer is garbled"):
        answered("lambda", "get_account_settings", packed(b'{"AccountLimit": {}}'))


ENDLESS = {
    "dynamodb": ("list_tables", '{"TableNames": ["abc"], "LastEvaluatedTableName": "abc"}'),
    "logs": ("describe_log_groups", '{"logGroups": [], "nextToken": "a"}'),
    "apigateway": ("get_rest_apis", '{"item": [], "position": "a"}'),
}


@pytest.mark.parametrize("service", sorted(ENDLESS))
def test_listing_that_leads_to_the_same_page_ends(wire, monkeypatch, service):
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
    operation, body = ENDLESS[service]
    wire.body = body.encode()
    session = boto3.Session("local", "local", region_name="ap-northeast-1")
    aws = Aws(session, "ap-northeast-1", RetryPolicy(attempts=1, rates={}))

    with pytest.raises(ReadFailure, match="PaginationError"):
        list(aws.pages(service, operation))

    assert wire.asked == 2


@pytest.mark.parametrize("spoil", [cut, empty])
def test_unreadable_document_is_asked_for_again_and_then_told(ask, wire, spoil):
    wire.spoil = spoil

    with pytest.raises(ReadFailure):
        ask("s3")

    assert wire.asked == 3


@pytest.mark.parametrize("service", CALLS)
def test_one_answer_that_was_cut_in_transit_is_made_good_by_the_next(ask, wire, service):
    wire.spoil = lambda body, asked: cut(body, asked) if asked == 1 else (body, len(body))

    answer, calls = ask(service)

    assert answer
    assert calls == Counter({next(iter(calls)): 2})


def test_answer_without_what_it_always_has_is_made_good_by_the_next(session, wire):
    wire.body = b'{"EventSourceMappings": []}'
    wire.spoil = lambda body, asked: (b"{}", 2) if asked == 1 else (body, len(body))
    retry = RetryPolicy(attempts=3, rates={})

    aws = Aws(session, "ap-northeast-1", retry, ledger=LEDGERS)

    assert aws.call("lambda", "list_event_source_mappings")["EventSourceMappings"] == []
    assert wire.asked == 2


def test_what_is_told_names_the_call_and_repeats_no_body(ask, wire):
    wire.spoil = html

    with pytest.raises(ReadFailure) as told:
        ask("secretsmanager")

    assert str(told.value) == "secretsmanager:GetResourcePolicy: the answer is garbled"


TABLES = '{"TableNames": ["Users"]}'


def test_checksum_of_the_answer_is_held_against_it(answered, wire):
    wire.headers = {"x-amz-crc32": str(crc32(TABLES.encode()))}

    assert answered("dynamodb", "list_tables", TABLES)["TableNames"] == ["Users"]


def test_answer_that_was_changed_is_asked_for_again_and_then_told(answered, wire):
    wire.headers = {"x-amz-crc32": str(crc32(TABLES.encode()))}

    with pytest.raises(ReadFailure, match="the answer was changed: its checksum is another"):
        answered("dynamodb", "list_tables", '{"TableNames": []}')
    assert wire.asked == 2


TRUNCATED = (
    "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>"
    "<IsTruncated>true</IsTruncated>"
    "</GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
)
SHORT = {
    "iam": (
        "get_account_authorization_details",
        {},
        TRUNCATED,
        "is truncated, but has no marker",
    ),
    "kms": (
        "list_grants",
        {"KeyId": "k"},
        '{"Grants": [], "Truncated": true}',
        "is truncated, but has no marker",
    ),
    "dynamodb": (
        "scan",
        {"TableName": "Users"},
        '{"Items": [], "Count": 1, "ScannedCount": 1}',
        "counts 1 items, but holds 0",
    ),
}


@pytest.mark.parametrize("service", SHORT)
def test_page_that_is_shorter_than_it_says_is_no_whole_listing(wire, session, service):
    operation, parameters, body, said = SHORT[service]
    wire.body = body.encode()
    aws = Aws(session, "ap-northeast-1", RetryPolicy(attempts=1, rates={}))

    with pytest.raises(ReadFailure, match=said):
        list(aws.pages(service, operation, **parameters))


def test_element_that_says_nothing_is_no_stranger(wire, session):
    wire.body = b'{"FunctionUrlConfigs": [{"FunctionArn": null, "AuthType": null}]}'
    aws = Aws(session, "ap-northeast-1", RetryPolicy(attempts=1, rates={}))

    with pytest.raises(ReadFailure, match="an element of FunctionUrlConfigs says nothing"):
        aws.call("lambda", "list_function_url_configs", FunctionName="auth")
