"""Steps 2-4 and 3-3: an API like dev's, CORS for LIFF's own host, deployed once. Step 5 is left out."""

from typing import Any

from tests.foreign.letter.place import PROD, GuideColumn
from tests.second_opinion import ROUTES


def usage_plan(gateway: Any) -> None:
    """Step 2-4, before there is an API that the plan could name."""
    plan = gateway.create_usage_plan(
        name="stamp-rally-prod-usage-plan",
        throttle={"rateLimit": 1000.0, "burstLimit": 2000},
        quota={"limit": 100000, "period": "DAY"},
    )
    key = gateway.create_api_key(name="stamp-rally-prod-api-key", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")


def set_up(gateway: Any, functions: Any, place: GuideColumn = PROD) -> None:
    """Step 3-3. The rich menu's paths were copied from dev with their ``*``."""
    created = gateway.create_rest_api(name=f"{place.prefix}-api")
    api = {"restApiId": created["id"]}
    made = {(): created["rootResourceId"]}
    for route, function in ROUTES.items():
        verb, served = route.split(" /")
        parts = tuple(served.split("/"))
        for depth in range(1, len(parts) + 1):
            path = parts[:depth]
            made[path] = made.get(path) or _resource(gateway, api, made[path[:-1]], path[-1])
        at = {**api, "resourceId": made[parts]}
        _route(gateway, {**at, "httpMethod": verb}, place, function)
        _let_in(functions, place, function, f"{created['id']}/*/{verb}/{served}")
        origin = "*" if parts[0] == "richmenu" else place.origin
        _preflight(gateway, {**at, "httpMethod": "OPTIONS"}, origin)
    gateway.create_deployment(**api, stageName=place.stage, stageDescription="本番環境")


def _resource(gateway: Any, api: dict[str, str], parent: str, part: str) -> str:
    return str(gateway.create_resource(**api, parentId=parent, pathPart=part)["id"])


def _route(gateway: Any, at: dict[str, str], place: GuideColumn, function: str) -> None:
    """Whoever calls is let in, as in dev."""
    called = place.arn("lambda", f"function:{place.function(function)}")
    uri = f"arn:aws:apigateway:{place.region}:lambda:path/2015-03-31/functions/{called}/invocations"
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)


def _let_in(functions: Any, place: GuideColumn, function: str, called: str) -> None:
    """Add what the console adds when an integration is saved."""
    functions.add_permission(
        FunctionName=place.function(function),
        StatementId=called.replace("/", "-").replace("*", "any"),
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=place.arn("execute-api", called),
    )


def _preflight(gateway: Any, at: dict[str, str], origin: str) -> None:
    headers = {
        "method.response.header.Access-Control-Allow-Origin": f"'{origin}'",
        "method.response.header.Access-Control-Allow-Headers": "'Content-Type,Authorization'",
        "method.response.header.Access-Control-Allow-Methods": "'GET,POST,OPTIONS,DELETE'",
    }
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(
        **at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
    )
    declared = dict.fromkeys(headers, False)
    gateway.put_method_response(**at, statusCode="200", responseParameters=declared)
    gateway.put_integration_response(**at, statusCode="200", responseParameters=headers)
