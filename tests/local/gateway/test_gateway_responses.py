"""Errors that the gateway makes itself: with CORS only where the deployed API says so.

A browser shows a front end nothing of an answer without CORS headers. So a missing gateway response
has to be visible here, or the row that judges it could never turn red.
"""

import pytest
from moto.apigateway.models import Stage

from tests.local.gateway.stand_ins import (
    AUTH,
    ORIGIN,
    STAGE,
    STAMPS,
    Invoked,
    answered,
    gateway_response,
    guarded,
    limited,
    method,
    plane,
    policy,
    snapshot,
    with_cors,
)

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
BROKEN = answered("not an answer")
BEARER = {"headers": {"Authorization": "Bearer x"}}
NONE_LEFT = limited(**{"*/*": (0, 0)})
CRASH = Invoked(b'{"errorMessage": "boom"}', function_error="Unhandled")

ERRORS = {
    "unknown path": (403, "DEFAULT_4XX", {"path": "/nothing"}, {}),
    "no session": (401, "DEFAULT_4XX", {"path": "/guarded"}, {}),
    "denied": (
        403,
        "DEFAULT_4XX",
        {"path": "/guarded", **BEARER},
        {AUTH: answered(policy("Deny"))},
    ),
    "authorizer fails": (500, "DEFAULT_5XX", {"path": "/guarded", **BEARER}, {AUTH: CRASH}),
    "no key": (403, "DEFAULT_4XX", {"path": "/keyed"}, {}),
    "function fails": (502, "DEFAULT_5XX", {}, {STAMPS: BROKEN}),
    "too large": (413, "DEFAULT_4XX", {"verb": "POST", "data": bytes(10 * 1024 * 1024 + 1)}, {}),
}


def api(**more):
    keyed = method("/keyed", api_key_required=True)
    return snapshot(method(), method(verb="POST"), guarded("/guarded"), keyed, **more)


@pytest.fixture
def provoke(serve):
    def call(error, **more):
        status, _, request, answers = ERRORS[error]
        handlers = {arn: lambda _, answer=answer: answer for arn, answer in answers.items()}
        reply = serve(api(**more), handlers=handlers).call(**request)
        assert reply.status_code == status
        return reply

    return call


@pytest.mark.parametrize("error", ERRORS)
def test_gateway_error_has_no_cors_headers_of_its_own(provoke, error):
    assert ALLOW_ORIGIN not in provoke(error).headers


@pytest.mark.parametrize("error", ERRORS)
def test_gateway_error_has_the_cors_headers_of_its_default_response(provoke, error):
    default = ERRORS[error][1]

    assert provoke(error, responses=with_cors(default)).headers[ALLOW_ORIGIN] == ORIGIN


@pytest.mark.parametrize("error", ERRORS)
def test_default_response_says_nothing_for_the_other_class_of_errors(provoke, error):
    other = {"DEFAULT_4XX": "DEFAULT_5XX", "DEFAULT_5XX": "DEFAULT_4XX"}[ERRORS[error][1]]

    assert ALLOW_ORIGIN not in provoke(error, responses=with_cors(other)).headers


def test_throttled_request_has_the_cors_headers_of_its_default_response(serve):
    stage = serve(api(responses=with_cors("DEFAULT_4XX")), plane=plane(NONE_LEFT))

    reply = stage.call()

    assert (reply.status_code, reply.headers[ALLOW_ORIGIN]) == (429, ORIGIN)


def test_preflight_alone_does_not_give_errors_their_cors_headers(serve):
    stage = serve(api(responses=with_cors("DEFAULT_4XX")), handlers={STAMPS: lambda _: BROKEN})

    assert ALLOW_ORIGIN not in stage.call().headers


def test_specific_response_takes_the_place_of_the_default_one(provoke):
    silent = gateway_response("UNAUTHORIZED")

    reply = provoke("no session", responses=with_cors("DEFAULT_4XX") | silent)

    assert ALLOW_ORIGIN not in reply.headers


def test_specific_response_may_change_the_status(serve):
    served = api(responses=gateway_response("ACCESS_DENIED", 401))
    stage = serve(served, handlers={AUTH: lambda _: answered(policy("Deny"))})

    assert stage.call(path="/guarded", **BEARER).status_code == 401
    assert stage.call(path="/nothing").status_code == 403


def test_status_of_a_default_response_is_that_of_every_error_of_its_class(serve):
    stage = serve(api(responses=gateway_response("DEFAULT_4XX", 418)))

    assert stage.call(path="/nothing").status_code == 418
    assert stage.call(path="/guarded").status_code == 418


def test_template_is_filled_with_the_error_and_its_context(serve):
    template = (
        '{"error":"$context.error.responseType","message":$context.error.messageString,'
        '"again":"$context.error.message","id":"$context.requestId","stage":"$context.stage",'
        '"alias":"$stageVariables.alias","from":"$method.request.header.X-From","none":"$context.no"}'
    )
    answer = gateway_response("DEFAULT_4XX", response_templates={"application/json": template})
    stage = serve(api(responses=answer), plane=plane(Stage(STAGE, "d1", {"alias": "live"})))

    reply = stage.call(path="/nothing", headers={"X-From": "rally"})

    assert reply.json() == {
        "error": "MISSING_AUTHENTICATION_TOKEN",
        "message": "Missing Authentication Token",
        "again": "Missing Authentication Token",
        "id": reply.headers["x-amzn-RequestId"],
        "stage": "prod",
        "alias": "live",
        "from": "rally",
        "none": "",
    }


def test_customised_response_without_a_template_has_the_message(provoke):
    reply = provoke("denied", responses=with_cors("DEFAULT_4XX"))

    message = "User is not authorized to access this resource with an explicit deny"
    assert reply.json() == {"message": message}


def test_message_of_a_failing_authorizer_is_null(provoke):
    assert provoke("authorizer fails", responses=with_cors("DEFAULT_5XX")).json() == {
        "message": None
    }
    assert provoke("authorizer fails").json() == {"message": None}


def test_parameter_may_repeat_what_the_caller_sent(serve):
    parameters = {
        "gatewayresponse.header.X-Id": "context.requestId",
        "gatewayresponse.header.X-Echo": "method.request.header.X-From",
        "gatewayresponse.header.X-Query": "method.request.querystring.q",
        "gatewayresponse.header.X-None": "method.request.header.X-Absent",
    }
    stage = serve(api(responses=gateway_response("DEFAULT_4XX", response_parameters=parameters)))

    reply = stage.call(path="/nothing?q=1", headers={"X-From": "rally"})

    assert reply.headers["X-Id"] == reply.headers["x-amzn-RequestId"]
    assert (reply.headers["X-Echo"], reply.headers["X-Query"]) == ("rally", "1")
    assert "X-None" not in reply.headers


def test_template_is_chosen_by_what_the_caller_accepts(serve):
    templates = {"application/json": "{}", "text/plain": "no"}
    stage = serve(api(responses=gateway_response("DEFAULT_4XX", response_templates=templates)))

    plain = stage.call(path="/nothing", headers={"Accept": "text/plain"})
    json = stage.call(path="/nothing", headers={"Accept": "text/html"})

    assert (plain.text, plain.headers["Content-Type"]) == ("no", "text/plain")
    assert (json.text, json.headers["Content-Type"]) == ("{}", "application/json")
