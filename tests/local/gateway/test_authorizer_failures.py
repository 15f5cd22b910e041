"""Lambda authorizers that fail: a 500 that says nothing, remembers nothing, and lets nobody through."""

import threading

import pytest

from tests.local.gateway.stand_ins import (
    ACCOUNT,
    API,
    AUTH,
    REGION,
    Invoked,
    answered,
    guarded,
    method,
    policy,
    snapshot,
)

BEARER = {"Authorization": "Bearer one"}


@pytest.fixture
def answering(serve):
    """A stage whose authorizer always answers the same."""

    def stage(invoked):
        return serve(snapshot(guarded()), handlers={AUTH: lambda _: invoked})

    return stage


def asked(stage):
    return stage.functions.events_of(AUTH)


def test_authorizer_that_raises_unauthorized_is_a_401(answering):
    error = {"errorType": "Exception", "errorMessage": "Unauthorized"}
    stage = answering(answered(error, function_error="Unhandled"))

    assert stage.statuses(2, headers=BEARER) == [401, 401]
    assert len(asked(stage)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        answered({"errorMessage": "no such secret"}, function_error="Unhandled"),
        answered({"Message": "Function not found"}, status=404),
        Invoked(b"<html>"),
        answered(None),
        answered({}),
        answered({"principalId": "U1"}),
        answered({"principalId": "U1", "policyDocument": {}}),
        answered({"principalId": "U1", "policyDocument": {"Statement": [{"Effect": "Allow"}]}}),
        answered(policy("Maybe")),
        answered(policy("Allow", context={"roles": ["a"]})),
    ],
)
def test_failing_authorizer_is_a_500_without_a_word_of_it_and_is_not_remembered(answering, answer):
    stage = answering(answer)

    refused = stage.call(headers=BEARER)
    stage.call(headers=BEARER)

    assert (refused.status_code, refused.json()) == (500, {"message": None})
    assert refused.headers["x-amzn-ErrorType"] == "AuthorizerConfigurationException"
    assert len(asked(stage)) == 2


def test_throttled_authorizer_is_a_500(answering):
    refused = answering(answered({"message": "Rate Exceeded"}, status=429)).call(headers=BEARER)

    assert refused.status_code == 500
    assert refused.headers["x-amzn-ErrorType"] == "AuthorizerFailureException"


def test_authorizer_that_takes_too_long_is_a_500(serve):
    released = threading.Event()
    stage = serve(
        snapshot(guarded()), handlers={AUTH: lambda _: released.wait(5)}, integration_limit_s=0.05
    )

    late = stage.call(headers=BEARER)
    released.set()

    assert late.status_code == 500
    assert late.headers["x-amzn-ErrorType"] == "AuthorizerFailureException"


def test_authorizer_that_gives_no_permission_is_a_500_and_is_not_invoked(serve):
    questions = []
    stage = serve(snapshot(guarded()), may_invoke=lambda *question: questions.append(question))

    assert stage.call(headers=BEARER).status_code == 500
    source = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/authorizers/auth1"
    assert questions == [(AUTH, "apigateway.amazonaws.com", source)]
    assert not stage.functions.events


@pytest.mark.parametrize(
    ("authorization", "authorizer_id", "status"),
    [("AWS_IAM", None, 403), ("CUSTOM", "gone", 500), ("COGNITO_USER_POOLS", "auth1", 500)],
)
def test_authorization_that_is_not_served_locally_refuses(
    serve, authorization, authorizer_id, status
):
    locked = method(authorization=authorization, authorizer_id=authorizer_id)
    stage = serve(snapshot(locked))

    assert stage.call(headers=BEARER).status_code == status
    assert not stage.functions.events
