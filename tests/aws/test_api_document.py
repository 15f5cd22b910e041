"""Draft and export: the same API compares equal, any difference that a caller meets does not."""

import json
from copy import deepcopy

import pytest

from aws.api.document import Authorizer, from_draft, from_export
from aws.api.integration import StaticAnswer, unquoted
from aws.api.recorded import LEFT_OUT, as_recorded
from tests.aws.answers.api_document import AUTH, DRAFT, EXPORT

CORS = {
    "Access-Control-Allow-Origin": "https://rally.example.jp",
    "Access-Control-Allow-Methods": "GET,OPTIONS",
}


def of_draft(change=lambda _: None):
    items = deepcopy({name: answer["items"] for name, answer in DRAFT.items()})
    change(items)
    return from_draft(
        resources=items["apigateway:GetResources"],
        authorizers=items["apigateway:GetAuthorizers"],
        gateway_responses=items["apigateway:GetGatewayResponses"],
    )


def of_export(change=lambda _: None):
    raw = deepcopy(EXPORT)
    change(raw)
    return from_export(raw)


def behind(raw, path, verb):
    return raw["paths"][path][verb]["x-amazon-apigateway-integration"]


def authorizer(raw):
    return raw["components"]["securitySchemes"]["session"]["x-amazon-apigateway-authorizer"]


def _answered_by(raw, pattern):
    answers = behind(raw, "/spots", "options")["responses"]
    answers[pattern] = answers.pop("default")


CHANGES = {
    "route gone": lambda raw: raw["paths"].pop("/login"),
    "method gone": lambda raw: raw["paths"]["/spots"].pop("options"),
    "open to all": lambda raw: raw["paths"]["/spots"]["get"].update(security=[{"api_key": []}]),
    "no key asked": lambda raw: raw["paths"]["/spots"]["get"].update(security=[{"session": []}]),
    "another function": lambda raw: behind(raw, "/spots", "get").update(
        uri=AUTH.replace("auth", "x")
    ),
    "alias left out": lambda raw: behind(raw, "/spots", "get").update(
        uri=AUTH.replace(":live", "")
    ),
    "not by POST": lambda raw: behind(raw, "/spots", "get").update(httpMethod="GET"),
    "not by proxy": lambda raw: behind(raw, "/spots", "get").update(type="aws"),
    "another time-out": lambda raw: behind(raw, "/spots", "get").update(timeoutInMillis=1000),
    "cached for all": lambda raw: behind(raw, "/spots", "get").update(cacheKeyParameters=[]),
    "another origin": lambda raw: behind(raw, "/spots", "options")["responses"]["default"].update(
        responseParameters={"method.response.header.Access-Control-Allow-Origin": "'*'"}
    ),
    "answer to one status alone": lambda raw: _answered_by(raw, "200"),
    "another status": lambda raw: behind(raw, "/spots", "options")["responses"]["default"].update(
        statusCode="200"
    ),
    "authorizer elsewhere": lambda raw: authorizer(raw).update(authorizerUri=AUTH + "x"),
    "cached authorizer": lambda raw: authorizer(raw).pop("authorizerResultTtlInSeconds"),
    "another header": lambda raw: raw["components"]["securitySchemes"]["session"].update(
        name="Token"
    ),
    "no gateway CORS": lambda raw: raw["x-amazon-apigateway-gateway-responses"].pop("DEFAULT_4XX"),
    "denied is 403": lambda raw: raw["x-amazon-apigateway-gateway-responses"]["ACCESS_DENIED"].pop(
        "statusCode"
    ),
}


def test_same_api_is_equal():
    assert of_draft() == of_export()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_difference_that_a_caller_meets_is_seen(change):
    assert of_export(change) != of_draft()


def test_methods_name_who_lets_callers_in():
    methods = of_export().methods

    assert {name: method.authorizer for name, method in methods.items()} == {
        "GET /spots": "session",
        "OPTIONS /spots": None,
        "ANY /login": None,
        "GET /inside": "AWS_IAM",
    }
    assert [name for name, method in methods.items() if method.api_key_required] == ["GET /spots"]


def test_pool_of_users_that_lets_callers_in_is_named_as_one():
    pool = {"x-amazon-apigateway-authtype": "cognito_user_pools"}
    export = of_export(lambda raw: raw["components"]["securitySchemes"]["sigv4"].update(pool))

    assert export.methods["GET /inside"].authorizer == "COGNITO:sigv4"


def test_authorizer_that_aws_gives_no_name_is_none_that_was_planned():
    draft = of_draft(lambda items: items["apigateway:GetAuthorizers"][0].pop("name"))

    assert draft.authorizers.keys() == {"a1"}
    assert draft.methods["GET /spots"].authorizer == "a1"
    assert draft != of_export()


def test_authorizer_has_an_id_in_the_draft_which_does_not_count():
    expected = Authorizer(
        name="session",
        kind="TOKEN",
        uri=AUTH,
        identity_source="method.request.header.Authorization",
        ttl_s=60,
    )

    assert of_draft().authorizers == of_export().authorizers == {"session": expected}
    assert of_draft().authorizers["session"].id == "a1"


def test_preflight_is_a_static_answer_without_quotes():
    assert of_export().methods["OPTIONS /spots"].integration.answers == {
        "204": StaticAnswer(status="204", headers=CORS)
    }


def test_gateway_responses_are_those_that_somebody_set():
    assert {kind: response.status for kind, response in of_draft().gateway_responses.items()} == {
        "DEFAULT_4XX": "",
        "ACCESS_DENIED": "401",
        "THROTTLED": "429",
    }


def test_echo_of_the_callers_origin_keeps_its_mapping():
    assert unquoted("method.request.header.Origin") == "method.request.header.Origin"
    assert unquoted("'https://a.example'") == "https://a.example"


def test_authorizer_that_is_gone_leaves_its_id_as_a_name():
    document = of_draft(lambda items: items["apigateway:GetAuthorizers"].clear())

    assert document.methods["GET /spots"].authorizer == "a1"
    assert document.authorizers == {}


def test_sources_of_a_request_authorizer_are_spelled_one_way():
    def request(raw):
        authorizer(raw).update(
            type="request", identitySource="method.request.header.A, method.request.querystring.b"
        )

    assert of_export(request).authorizers["session"].identity_source == (
        "method.request.header.A,method.request.querystring.b"
    )


@pytest.mark.parametrize("raw", [{}, {"message": "nothing here"}])
def test_something_else_is_no_export(raw):
    with pytest.raises(KeyError, match="paths"):
        from_export(raw)


def test_draft_and_export_of_the_same_api_are_equal(found):
    assert found.draft["rally-api"] == found.served["prod"]
    assert set(found.served["prod"].methods) == {
        "GET /spots",
        "OPTIONS /spots",
        "ANY /login",
        "GET /inside",
    }


def with_texts(text):
    """Return the export, its GET calling elsewhere, with a text wherever API Gateway takes any."""
    raw = deepcopy(EXPORT)
    raw["info"]["description"] = raw["x-amazon-apigateway-documentation"] = text
    raw["components"]["schemas"]["Spot"] = {"default": text}
    raw["paths"]["/spots"]["get"] |= {"summary": text, "description": text}
    behind(raw, "/spots", "get").update(
        type="http",
        requestParameters={
            "integration.request.header.Authorization": f"'Bearer {text}'",
            "integration.request.querystring.spot": "method.request.querystring.id",
        },
        requestTemplates={"application/json": f'{{"key": "{text}"}}'},
    )
    return raw


def test_record_of_an_export_holds_no_text_that_an_integration_alone_is_given():
    recorded = as_recorded(with_texts("kept-from-all-others"))

    assert "kept-from-all-others" not in json.dumps(recorded)
    assert from_export(recorded).methods["GET /spots"].surplus == {
        "request parameters": (
            f"integration.request.header.Authorization={LEFT_OUT},"
            " integration.request.querystring.spot=method.request.querystring.id"
        ),
        "request templates": f"application/json={LEFT_OUT}",
    }


def test_record_of_an_export_says_all_else_that_the_export_says():
    whole, recorded = from_export(EXPORT), from_export(as_recorded(EXPORT))

    assert recorded == whole
    assert (recorded.surplus, recorded.unknown) == (whole.surplus, whole.unknown)
    assert [each.surplus for each in recorded.methods.values()] == [
        each.surplus for each in whole.methods.values()
    ]
