"""Lambda authorizers: when they are asked, what they are told, and what is remembered."""

import pytest
from moto.apigateway.models import Stage

from tests.local.gateway.stand_ins import (
    ACCOUNT,
    API,
    AUTH,
    REGION,
    STAGE,
    STAMPS,
    answered,
    guarded,
    plane,
    policy,
    snapshot,
    token_authorizer,
)

INVOKE = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{API}/prod"
BEARER = {"Authorization": "Bearer one"}
TWO_ROUTES = snapshot(guarded("/stamps"), guarded("/stamps/award", "POST"))


@pytest.fixture
def answering(serve):
    """A stage whose authorizer always answers the same."""

    def stage(answer, served=TWO_ROUTES, **more):
        return serve(served, handlers={AUTH: lambda _: answered(answer)}, **more)

    return stage


def asked(stage):
    return stage.functions.events_of(AUTH)


def test_authorizer_is_told_the_token_and_the_method(answering):
    stage = answering(policy("Allow"))

    stage.call(path="/stamps?userId=U1", headers=BEARER)

    assert asked(stage) == [
        {"type": "TOKEN", "authorizationToken": "Bearer one", "methodArn": f"{INVOKE}/GET/stamps"}
    ]


def test_allowed_caller_is_known_to_the_function(answering):
    context = {"role": "guest", "age": 7, "staff": True, "none": None}
    stage = answering(policy("Allow", context=context))

    assert stage.call(headers=BEARER).status_code == 200
    authorizer = stage.functions.events_of(STAMPS)[-1]["requestContext"]["authorizer"]
    assert authorizer == {
        "principalId": "U-someone",
        "integrationLatency": 0,
        "role": "guest",
        "age": "7",
        "staff": "true",
    }


@pytest.mark.parametrize("headers", [{}, {"Authorization": ""}])
def test_missing_token_is_a_401_and_nobody_is_asked(answering, headers):
    stage = answering(policy("Allow"))

    refused = stage.call(headers=headers)

    assert (refused.status_code, refused.json()) == (401, {"message": "Unauthorized"})
    assert refused.headers["x-amzn-ErrorType"] == "UnauthorizedException"
    assert not stage.functions.events


def test_token_that_does_not_match_the_expression_is_a_401_and_nobody_is_asked(answering):
    strict = token_authorizer(identity_validation_expression=r"Bearer [\w.-]+")
    stage = answering(policy("Allow"), snapshot(guarded(), authorizer=strict))

    assert stage.call(headers={"Authorization": "Basic x"}).status_code == 401
    assert not asked(stage)
    assert stage.call(headers=BEARER).status_code == 200


def conditional(effect):
    """Return an answer whose policy has a condition, of which the gateway knows nothing."""
    answer = policy(effect)
    (statement,) = answer["policyDocument"]["Statement"]
    statement["Condition"] = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    return answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (policy("Deny"), "User is not authorized to access this resource with an explicit deny"),
        (policy("Allow", "arn:aws:s3:::b"), "User is not authorized to access this resource"),
        (conditional("Allow"), "User is not authorized to access this resource"),
        (conditional("Deny"), "User is not authorized to access this resource"),
    ],
)
def test_denied_caller_is_a_403(answering, answer, message):
    stage = answering(answer)

    refused = stage.call(headers=BEARER)

    assert (refused.status_code, refused.json()) == (403, {"Message": message})
    assert refused.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert not stage.functions.events_of(STAMPS)


def test_verdict_is_remembered_for_its_ttl(answering, clock):
    stage = answering(policy("Allow"))
    stage.statuses(3, headers=BEARER)
    clock.seconds += 299
    within = stage.statuses(1, headers=BEARER), len(asked(stage))

    clock.seconds += 1
    stage.call(headers=BEARER)

    assert within == ([200], 1)
    assert len(asked(stage)) == 2


def test_refusal_is_remembered_too(answering):
    stage = answering(policy("Deny"))

    assert stage.statuses(3, headers=BEARER) == [403] * 3
    assert len(asked(stage)) == 1


def test_every_token_is_asked_about_by_itself(answering):
    stage = answering(policy("Allow"))

    stage.call(headers=BEARER)
    stage.call(headers={"Authorization": "Bearer two"})

    assert [event["authorizationToken"] for event in asked(stage)] == ["Bearer one", "Bearer two"]


def test_ttl_of_zero_remembers_nothing(answering):
    forgetful = token_authorizer(authorizer_result_ttl=0)
    stage = answering(policy("Allow"), snapshot(guarded(), authorizer=forgetful))

    stage.statuses(3, headers=BEARER)

    assert len(asked(stage)) == 3


def test_remembered_policy_for_one_route_refuses_the_next_route(answering):
    """The trap of a policy whose Resource is ``event["methodArn"]``."""
    stage = answering(policy("Allow", f"{INVOKE}/GET/stamps"))

    assert stage.call(headers=BEARER).status_code == 200
    assert stage.call("POST", "/stamps/award", headers=BEARER).status_code == 403
    assert len(asked(stage)) == 1


def test_remembered_policy_for_the_whole_stage_allows_the_next_route(answering):
    stage = answering(policy("Allow", f"{INVOKE}/*"))

    assert stage.call(headers=BEARER).status_code == 200
    assert stage.call("POST", "/stamps/award", headers=BEARER).status_code == 200
    assert len(asked(stage)) == 1


def test_request_authorizer_sees_the_request_but_its_body(answering):
    by_request = token_authorizer(
        kind="REQUEST",
        identity_source="method.request.header.Authorization,method.request.querystring.userId",
    )
    stage = answering(policy("Allow"), snapshot(guarded(), authorizer=by_request))

    assert stage.call(headers=BEARER).status_code == 401
    assert stage.call(path="/stamps?userId=U1", headers=BEARER).status_code == 200
    [event] = asked(stage)
    assert (event["type"], event["methodArn"]) == ("REQUEST", f"{INVOKE}/GET/stamps")
    assert event["queryStringParameters"] == {"userId": "U1"}
    assert event["headers"]["Authorization"] == "Bearer one"
    assert "body" not in event


def test_request_authorizer_without_a_cache_is_asked_even_without_identity(answering):
    by_request = token_authorizer(kind="REQUEST", authorizer_result_ttl=0)
    stage = answering(policy("Allow"), snapshot(guarded(), authorizer=by_request))

    assert stage.call().status_code == 200
    assert len(asked(stage)) == 1


def test_authorizer_may_be_named_by_a_stage_variable(answering):
    uri = token_authorizer().authorizer_uri.replace(":live/", ":${stageVariables.alias}/")
    served = snapshot(guarded(), authorizer=token_authorizer(authorizer_uri=uri))
    stage = answering(policy("Allow"), served, plane=plane(Stage(STAGE, "d1", {"alias": "live"})))

    assert stage.call(headers=BEARER).status_code == 200
