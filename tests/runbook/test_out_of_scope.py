"""No REST API is created beside another front of the functions, and no tables beside one table for all."""

import json

import pytest

from lambdas.packing import pack
from runbook.engine import Refused
from runbook.procedures import api, provision, tables

STAMPS, AWARD = "stamp-rally-prod-stamps", "stamp-rally-prod-award"
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


def create(empty, *names, **variables):
    """Create functions with these variables."""
    iam = empty.client("iam")
    role = iam.create_role(RoleName="rally", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    for name in names:
        empty.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Role=role,
            Handler="handler.handler",
            Code={"ZipFile": pack("stamps")},
            Environment={"Variables": variables},
        )


@pytest.fixture
def fronted(empty):
    """An account whose function may be invoked by an API; call it with the id of that API."""
    functions = empty.client("lambda")
    create(empty, STAMPS)

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


@pytest.mark.parametrize(
    "uri", ["{before}${{stageVariables.which}}:live", "{before}${{stageVariables.which}}"]
)
def test_http_api_is_known_by_the_variables_of_its_stage(fronted, empty, uri):
    client, desk = empty.client("apigatewayv2"), fronted("*")
    arn = desk.client("lambda").get_function(FunctionName=STAMPS)["Configuration"]["FunctionArn"]
    http = client.create_api(Name="rally-http", ProtocolType="HTTP")["ApiId"]
    client.create_integration(
        ApiId=http,
        IntegrationType="AWS_PROXY",
        IntegrationUri=uri.format(before=arn.removesuffix(STAMPS)),
        PayloadFormatVersion="2.0",
    )
    client.create_stage(ApiId=http, StageName="prod", StageVariables={"which": STAMPS})

    with pytest.raises(Refused, match="HTTP API rally-http invokes the functions"):
        desk.do(api.create_it_closed.action)


def test_http_api_whose_stage_variable_names_another_function_is_none_of_ours(fronted, empty):
    client, desk = empty.client("apigatewayv2"), fronted("*")
    arn = desk.client("lambda").get_function(FunctionName=STAMPS)["Configuration"]["FunctionArn"]
    http = client.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]
    client.create_integration(
        ApiId=http,
        IntegrationType="AWS_PROXY",
        IntegrationUri=f"{arn.removesuffix(STAMPS)}${{stageVariables.which}}",
        PayloadFormatVersion="2.0",
    )
    client.create_stage(ApiId=http, StageName="prod", StageVariables={"which": f"{STAMPS}-old"})
    desk.do(api.create_it_closed.action)

    assert len(desk.client("apigateway").get_rest_apis()["items"]) == 1


def test_function_url_in_front_of_the_functions_is_named_as_out_of_scope(empty):
    create(empty, STAMPS)
    made = empty.client("lambda").create_function_url_config(FunctionName=STAMPS, AuthType="NONE")

    with pytest.raises(Refused, match=f"function URL {made['FunctionUrl']} invokes the functions"):
        empty.do(api.create_it_closed.action)
    assert empty.client("apigateway").get_rest_apis()["items"] == []


def test_function_url_beside_a_rest_api_keeps_it_from_no_repair(empty):
    create(empty, STAMPS)
    empty.do(api.create_it_closed.action)
    empty.client("lambda").create_function_url_config(FunctionName=STAMPS, AuthType="NONE")

    assert empty.do(api.create_it_closed.action) == ()


def test_tables_beside_one_table_for_all_are_not_created(empty):
    one_table(empty, "Rally")
    create(empty, STAMPS, AWARD, TABLE_NAME="Rally")

    with pytest.raises(Refused, match="the functions keep their data in table Rally"):
        empty.do(tables.create_the_tables.action)
    with pytest.raises(Refused, match="one table for all is out of scope"):
        provision.ready(empty.context())
    assert empty.client("dynamodb").list_tables()["TableNames"] == ["Rally"]


@pytest.mark.parametrize(
    ("functions", "variables"),
    [
        ([STAMPS], {"TABLE_NAME": "Rally"}),
        ([STAMPS, AWARD], {"USERS_TABLE": "Rally", "STAMPS_TABLE": "Orders"}),
        ([STAMPS, AWARD], {"TABLE_NAME": "Nowhere"}),
    ],
    ids=["one function alone", "two tables", "a table that does not exist"],
)
def test_tables_that_functions_name_for_another_reason_keep_none_from_being_created(
    empty, functions, variables
):
    one_table(empty, "Rally")
    one_table(empty, "Orders")
    create(empty, *functions, **variables)
    empty.do(tables.create_the_tables.action)

    assert len(empty.client("dynamodb").list_tables()["TableNames"]) == 5


def one_table(empty, name):
    """Create a table that nobody planned."""
    empty.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
