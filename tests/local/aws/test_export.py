"""GetExport writes what the stage serves, as API Gateway writes it."""

import json

import pytest

from tests.api_patches import patching
from tests.local.aws.account import ACCOUNT, REGION, refused

ALL = {"parameters": {"extensions": "apigateway"}}


@pytest.fixture
def exported(api):
    api.deploy()
    return json.loads(api.export(**ALL, accepts="application/json"))


def test_the_document_names_itself_and_its_server(exported, api):
    server = exported["servers"][0]

    assert exported["openapi"] == "3.0.1"
    assert exported["info"]["title"] == "stamp-rally-prod-api"
    assert server["url"] == f"https://{api.id}.execute-api.{REGION}.amazonaws.com/{{basePath}}"
    assert server["variables"] == {"basePath": {"default": "prod"}}


def test_a_proxied_route_shows_integration_and_authorizer(exported, api):
    route = exported["paths"]["/stamps"]["get"]

    assert route["security"] == [{"session": []}]
    assert route["parameters"] == [
        {"name": "userId", "in": "query", "required": True, "schema": {"type": "string"}}
    ]
    assert route["x-amazon-apigateway-integration"] == {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": api.uri("stamps"),
        "passthroughBehavior": "when_no_match",
    }


def test_a_mock_route_shows_its_static_answer(exported, api):
    route = exported["paths"]["/stamps"]["options"]

    assert "security" not in route
    assert route["responses"]["200"]["headers"] == {
        "Access-Control-Allow-Origin": {"schema": {"type": "string"}}
    }
    assert route["x-amazon-apigateway-integration"] == {
        "type": "mock",
        "responses": {
            "default": {
                "statusCode": "200",
                "responseParameters": {
                    "method.response.header.Access-Control-Allow-Origin": api.ORIGIN
                },
            }
        },
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "passthroughBehavior": "when_no_match",
    }


def test_the_authorizer_is_a_security_scheme(exported, api):
    assert exported["components"]["securitySchemes"]["session"] == {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "token",
            "authorizerUri": api.uri("auth"),
            "identityValidationExpression": "^Bearer .+$",
            "identitySource": "method.request.header.Authorization",
            "authorizerResultTtlInSeconds": 60,
        },
    }


def test_customised_gateway_responses_are_shown_and_no_others(exported, api):
    responses = exported["x-amazon-apigateway-gateway-responses"]

    assert set(responses) == {"ACCESS_DENIED", "DEFAULT_4XX"}
    assert responses["ACCESS_DENIED"]["statusCode"] == 401
    assert responses["DEFAULT_4XX"]["responseParameters"] == {
        "gatewayresponse.header.Access-Control-Allow-Origin": api.ORIGIN
    }
    assert "statusCode" not in responses["DEFAULT_4XX"]


def test_the_export_is_of_the_deployment_and_not_of_the_draft(api):
    api.deploy()
    before = api.export(**ALL)

    api.gateway.delete_method(**api.options)

    assert api.export(**ALL) == before


def test_an_api_key_and_cache_keys_are_shown(aws, api):
    aws.extensions.append(patching(aws))
    api.gateway.update_method(
        **api.get, patchOperations=[{"op": "replace", "path": "/apiKeyRequired", "value": "true"}]
    )
    api.gateway.put_integration(
        **api.get,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=api.uri("stamps"),
        cacheKeyParameters=["method.request.querystring.userId"],
        timeoutInMillis=10_000,
    )
    api.deploy()
    document = json.loads(api.export(**ALL))
    route = document["paths"]["/stamps"]["get"]

    assert route["security"] == [{"session": []}, {"api_key": []}]
    assert document["components"]["securitySchemes"]["api_key"] == {
        "type": "apiKey",
        "name": "x-api-key",
        "in": "header",
    }
    integration = route["x-amazon-apigateway-integration"]
    assert integration["cacheKeyParameters"] == ["method.request.querystring.userId"]
    assert integration["cacheNamespace"] == api.resource
    assert integration["timeoutInMillis"] == 10_000


def test_what_cannot_be_exported_is_refused(api):
    with refused("NotFoundException", "stage"):
        api.export()
    api.deploy()
    with refused("BadRequestException", "No API exporter for type 'raml'"):
        api.export("raml")


def test_a_policy_is_exported_as_an_object(client, api):
    policy = {"Version": "2012-10-17", "Statement": []}
    api.gateway.update_rest_api(
        **api.of_api,
        patchOperations=[{"op": "replace", "path": "/policy", "value": json.dumps(policy)}],
    )
    api.deploy()

    assert json.loads(api.export(**ALL))["x-amazon-apigateway-policy"] == policy
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT
