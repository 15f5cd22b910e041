"""MOCK integrations: the preflight answers, exactly as far as the deployed API declares them."""

import pytest
from moto.apigateway.models import Integration

from tests.local.gateway.stand_ins import ORIGIN, answer, declared, method, mock, snapshot

PARAMETERS = {
    "method.response.header.Access-Control-Allow-Origin": f"'{ORIGIN}'",
    "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
}
DECLARED = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers")
OK = answer("200", response_parameters=PARAMETERS)
JSON = "application/json"


def preflight(*, template='{"statusCode": 200}', responses=None, headers=None, **more):
    integration = mock(template, {"200": OK} if responses is None else responses, **more)
    shown = declared(_200=DECLARED) if headers is None else headers
    return snapshot(method(verb="OPTIONS", integration=integration, responses=shown))


def test_preflight_answers_with_the_static_headers(serve):
    reply = serve(preflight()).call("OPTIONS", headers={"Origin": "https://elsewhere.example"})

    assert (reply.status_code, reply.content) == (200, b"")
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert reply.headers["Access-Control-Allow-Headers"] == "Content-Type,Authorization"


def test_header_that_the_method_response_does_not_declare_is_not_sent(serve):
    headers = declared(_200=("Access-Control-Allow-Headers",))

    reply = serve(preflight(headers=headers)).call("OPTIONS")

    assert "Access-Control-Allow-Origin" not in reply.headers
    assert reply.headers["Access-Control-Allow-Headers"] == "Content-Type,Authorization"


@pytest.mark.parametrize(
    "template", ['{"statusCode": 204}', "{statusCode: 204}", '{"statusCode":204 }']
)
def test_request_template_chooses_the_response(serve, template):
    responses = {"200": OK, "204": answer("204")}
    headers = declared(_200=DECLARED, _204=())

    reply = serve(preflight(template=template, responses=responses, headers=headers)).call(
        "OPTIONS"
    )

    assert reply.status_code == 204
    assert "Content-Length" not in reply.headers


def test_response_is_chosen_by_its_pattern(serve):
    responses = {"200": OK, "204": answer("204", pattern="2.4")}
    headers = declared(_200=DECLARED, _204=())
    served = preflight(template='{"statusCode": 214}', responses=responses, headers=headers)

    assert serve(served).call("OPTIONS").status_code == 204


def test_only_response_is_the_default_one(serve):
    assert serve(preflight(template='{"statusCode": 418}')).call("OPTIONS").status_code == 200


def test_body_is_the_template_with_its_variables(serve):
    template = '{"stage":"$context.stage","by":"$context.httpMethod"}'
    body = answer("200", response_templates={JSON: template})

    reply = serve(preflight(responses={"200": body})).call("OPTIONS")

    assert reply.json() == {"stage": "prod", "by": "OPTIONS"}


@pytest.mark.parametrize(
    "defect",
    [
        {"template": "{}"},
        {"template": ""},
        {"template": '#if(true){"statusCode": 200}#end'},
        {"responses": {}},
        {"responses": {"200": answer("200", pattern="5..")}},
        {"headers": {}},
    ],
)
def test_misconfigured_mock_is_a_500(serve, defect):
    reply = serve(preflight(**defect)).call("OPTIONS")

    assert (reply.status_code, reply.json()) == (500, {"message": "Internal server error"})


def test_content_type_without_a_template_lets_the_body_through_to_a_500(serve):
    reply = serve(preflight()).call("OPTIONS", data="x", headers={"Content-Type": "text/plain"})

    assert reply.status_code == 500


@pytest.mark.parametrize("passthrough", ["NEVER", "WHEN_NO_TEMPLATES"])
def test_content_type_without_a_template_may_be_refused(serve, passthrough):
    reply = serve(preflight(passthrough_behavior=passthrough)).call(
        "OPTIONS", data="x", headers={"Content-Type": "text/plain"}
    )

    assert (reply.status_code, reply.json()) == (415, {"message": "Unsupported Media Type"})


@pytest.mark.parametrize("integration", [None, Integration("HTTP_PROXY", "", "GET")])
def test_integration_that_is_not_served_locally_is_a_500(serve, integration):
    assert serve(snapshot(method(integration=integration))).call().status_code == 500
