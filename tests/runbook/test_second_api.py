"""Beside an HTTP API that invokes the functions, no REST API is created."""

import json

import pytest

from lambdas.packing import pack
from runbook.engine import Refused
from runbook.procedures import api

STAMPS = "stamp-rally-prod-stamps"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "lambda.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@pytest.fixture
def fronted(empty):
    """An account whose function may be invoked by an API; call it with the id of that API."""
    role = empty.client("iam").create_role(RoleName="stamps", AssumeRolePolicyDocument=TRUST)
    functions = empty.client("lambda")
    functions.create_function(
        FunctionName=STAMPS,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="handler.handler",
        Code={"ZipFile": pack("stamps")},
    )

    def allowed(id_):
        account = empty.environment.account
        functions.add_permission(
            FunctionName=STAMPS,
            StatementId="http",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:ap-northeast-1:{account}:{id_}/*/*/stamps",
        )
        return empty

    return allowed


def test_http_api_in_front_of_the_functions_is_named_as_out_of_scope(fronted, empty):
    http = empty.client("apigatewayv2").create_api(Name="rally-http", ProtocolType="HTTP")
    desk = fronted(http["ApiId"])

    with pytest.raises(Refused, match="HTTP API rally-http invokes the functions"):
        desk.do(api.create_it_closed.action)
    assert desk.client("apigateway").get_rest_apis()["items"] == []


@pytest.mark.parametrize("id_", ["*", "?*"])
def test_http_api_that_a_permission_for_any_api_admits_is_known_by_what_it_calls(
    fronted, empty, id_
):
    client, desk = empty.client("apigatewayv2"), fronted(id_)
    function = desk.client("lambda").get_function(FunctionName=STAMPS)["Configuration"]
    http = client.create_api(Name="rally-http", ProtocolType="HTTP")["ApiId"]
    client.create_integration(
        ApiId=http,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"{function['FunctionArn']}:live",
        PayloadFormatVersion="2.0",
    )

    with pytest.raises(Refused, match="HTTP API rally-http invokes the functions"):
        desk.do(api.create_it_closed.action)


def test_http_api_of_another_team_is_none_of_ours_though_a_permission_admits_any(fronted, empty):
    client, desk = empty.client("apigatewayv2"), fronted("*")
    other = client.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]
    client.create_integration(
        ApiId=other, IntegrationType="HTTP_PROXY", IntegrationUri="https://orders.example.jp"
    )
    desk.do(api.create_it_closed.action)

    assert len(desk.client("apigateway").get_rest_apis()["items"]) == 1


def test_permission_of_an_api_that_is_gone_keeps_none_from_being_created(fronted):
    desk = fronted("gone123456")
    desk.do(api.create_it_closed.action)

    assert len(desk.client("apigateway").get_rest_apis()["items"]) == 1


def test_http_api_of_another_team_keeps_none_from_being_created(fronted, empty):
    empty.client("apigatewayv2").create_api(Name="orders", ProtocolType="HTTP")
    desk = fronted("gone123456")
    desk.do(api.create_it_closed.action)

    assert len(desk.client("apigateway").get_rest_apis()["items"]) == 1
