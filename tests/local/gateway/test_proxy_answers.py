"""What a function's answer becomes, and what becomes of a function that gives none."""

import base64
import inspect
import threading

import pytest
from moto.apigateway.models import Integration

from local.gateway.gateway import INTEGRATION_LIMIT_S, Gateway
from tests.local.gateway.stand_ins import (
    ACCOUNT,
    API,
    REGION,
    STAMPS,
    Invoked,
    answered,
    lambda_uri,
    method,
    snapshot,
)

FAULT = {"message": "Internal server error"}


@pytest.fixture
def reply_to(serve):
    def reply(invoked, **more):
        return serve(snapshot(method(), **more), handlers={STAMPS: lambda _: invoked}).call()

    return reply


def test_answer_is_passed_on(reply_to):
    answer = {
        "statusCode": 409,
        "headers": {"Content-Type": "text/plain", "X-A": "b"},
        "body": "あ",
    }

    reply = reply_to(answered(answer))

    assert (reply.status_code, reply.content) == (409, "あ".encode())
    assert (reply.headers["Content-Type"], reply.headers["X-A"]) == ("text/plain", "b")
    assert "x-amzn-ErrorType" not in reply.headers


def test_answer_is_json_unless_it_says_otherwise(reply_to):
    assert reply_to(answered({"statusCode": 200})).headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [200, "201", 299.0, 503])
def test_status_is_whatever_reads_as_an_integer(reply_to, status):
    assert reply_to(answered({"statusCode": status})).status_code == int(status)


def test_headers_of_both_maps_are_merged(reply_to):
    answer = {"headers": {"X-A": "1", "X-B": True}, "multiValueHeaders": {"X-A": ["1", "2"]}}

    reply = reply_to(answered({"statusCode": 200, **answer}))

    assert (reply.headers["X-A"], reply.headers["X-B"]) == ("1, 2", "true")


def test_header_that_the_gateway_owns_is_renamed(reply_to):
    headers = {"WWW-Authenticate": "Bearer", "Content-Length": "999", "Date": "never"}

    reply = reply_to(answered({"statusCode": 401, "headers": headers, "body": "{}"}))

    assert reply.headers["x-amzn-Remapped-WWW-Authenticate"] == "Bearer"
    assert reply.headers["Content-Length"] == "2"


def test_base64_body_is_decoded_only_for_a_binary_media_type(reply_to):
    text = base64.b64encode(b"\x89PNG").decode()
    answer = {"headers": {"Content-Type": "image/png"}, "body": text, "isBase64Encoded": True}

    as_text = reply_to(answered({"statusCode": 200, **answer}))
    as_bytes = reply_to(answered({"statusCode": 200, **answer}), binaryMediaTypes=["*~1*"])

    assert (as_text.content, as_bytes.content) == (text.encode(), b"\x89PNG")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "text",
        ["list"],
        {"statusCode": 200, "cookies": []},
        {"statusCode": "ok"},
        {"statusCode": [200]},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"ok": True}},
        {"statusCode": 200, "headers": ["X-A"]},
        {"statusCode": 200, "headers": {"X-A": 1}},
        {"statusCode": 200, "headers": {"X-A": "a\r\nX-B: b"}},
        {"statusCode": 200, "multiValueHeaders": {"X-A": "1"}},
        {"statusCode": 200, "isBase64Encoded": "true"},
    ],
)
def test_malformed_answer_is_a_502_without_a_word_of_it(reply_to, answer):
    reply = reply_to(answered(answer))

    assert (reply.status_code, reply.json()) == (502, FAULT)
    assert reply.headers["x-amzn-ErrorType"] == "InternalServerErrorException"


def test_answer_that_is_no_json_is_a_502(reply_to):
    assert reply_to(Invoked(b"<html>")).status_code == 502


def test_function_that_raised_is_a_502_without_its_words(reply_to):
    error = {"errorType": "KeyError", "errorMessage": "TOKEN_SECRET_KEY"}

    reply = reply_to(answered(error, function_error="Unhandled"))

    assert (reply.status_code, reply.json()) == (502, FAULT)


def test_throttled_function_is_a_500_and_never_a_429(reply_to):
    reply = reply_to(
        answered({"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded"}, status=429)
    )

    assert (reply.status_code, reply.json()) == (500, FAULT)


def test_function_whose_role_cannot_be_assumed_is_a_500_without_a_word_of_it(reply_to):
    reply = reply_to(answered({"Message": "role/stamp-rally-prod-stamps-role"}, status=403))

    assert (reply.status_code, reply.json()) == (500, FAULT)


def test_function_that_does_not_exist_is_a_500(reply_to):
    assert reply_to(answered({"Message": "Function not found"}, status=404)).status_code == 500


def test_function_that_gives_no_permission_is_a_500_and_is_not_invoked(serve):
    asked = []
    stage = serve(snapshot(method()), may_invoke=lambda *question: asked.append(question))

    refused = stage.call()

    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/prod/GET/stamps"
    assert (refused.status_code, refused.json()) == (500, FAULT)
    assert asked == [(STAMPS, "apigateway.amazonaws.com", source)]
    assert not stage.functions.events


def test_function_that_is_not_invoked_by_post_is_a_500(serve):
    by_get = Integration("AWS_PROXY", lambda_uri(STAMPS), "GET")
    stage = serve(snapshot(method(integration=by_get)))

    assert stage.call().status_code == 500
    assert not stage.functions.events


def test_function_that_takes_too_long_is_a_504(serve):
    released = threading.Event()
    handlers = {STAMPS: lambda _: released.wait(5)}
    stage = serve(snapshot(method()), handlers=handlers, integration_limit_s=0.05)

    late = stage.call()
    released.set()

    assert (late.status_code, late.json()) == (504, {"message": "Endpoint request timed out"})


def test_limit_is_the_29_seconds_of_api_gateway():
    limit = inspect.signature(Gateway).parameters["integration_limit_s"]

    assert limit.default == INTEGRATION_LIMIT_S == 29


def test_method_may_shorten_the_limit(serve):
    released = threading.Event()
    short = Integration("AWS_PROXY", lambda_uri(STAMPS), "POST", timeout_in_millis="50")
    stage = serve(
        snapshot(method(integration=short)), handlers={STAMPS: lambda _: released.wait(5)}
    )

    late = stage.call()
    released.set()

    assert late.status_code == 504
