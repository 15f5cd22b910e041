"""Steps 2-4 and 3-3: an API like dev's, CORS for LIFF's own host, deployed once. Step 5 is left out."""

from typing import Any

ROUTES = {
    ("auth", "verify"): {"POST": "auth"},
    ("stamps",): {"GET": "stamps"},
    ("stamps", "award"): {"POST": "award"},
    ("gps", "verify"): {"POST": "gps-verify"},
    ("notify",): {"POST": "notify"},
    ("ranking", "weekly"): {"GET": "ranking"},
    ("ranking", "monthly"): {"GET": "ranking"},
    ("richmenu", "list"): {"GET": "richmenu"},
    ("richmenu", "set"): {"POST": "richmenu"},
    ("richmenu", "unset"): {"DELETE": "richmenu"},
}
FUNCTION = "arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-{}"
URI = f"arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
ORIGIN = "https://liff.line.me"
"""What step 3-3 gives for production."""


def usage_plan(gateway: Any) -> None:
    """Step 2-4, before there is an API that the plan could name."""
    plan = gateway.create_usage_plan(
        name="stamp-rally-prod-usage-plan",
        throttle={"rateLimit": 1000.0, "burstLimit": 2000},
        quota={"limit": 100000, "period": "DAY"},
    )
    key = gateway.create_api_key(name="stamp-rally-prod-api-key", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")


def set_up(gateway: Any, functions: Any) -> None:
    """Step 3-3. The rich menu's paths were copied from dev with their ``*``."""
    created = gateway.create_rest_api(name="stamp-rally-prod-api")
    api = {"restApiId": created["id"]}
    made = {(): created["rootResourceId"]}
    for parts, verbs in ROUTES.items():
        for depth in range(1, len(parts) + 1):
            path = parts[:depth]
            made[path] = made.get(path) or _resource(gateway, api, made[path[:-1]], path[-1])
        at = {**api, "resourceId": made[parts]}
        for verb, function in verbs.items():
            _route(gateway, {**at, "httpMethod": verb}, function)
            _let_in(functions, function, f"{created['id']}/*/{verb}/{'/'.join(parts)}")
        origin = "*" if parts[0] == "richmenu" else ORIGIN
        _preflight(gateway, {**at, "httpMethod": "OPTIONS"}, origin)
    gateway.create_deployment(**api, stageName="prod", stageDescription="本番環境")


def _resource(gateway: Any, api: dict[str, str], parent: str, part: str) -> str:
    return str(gateway.create_resource(**api, parentId=parent, pathPart=part)["id"])


def _route(gateway: Any, at: dict[str, str], function: str) -> None:
    """Whoever calls is let in, as in dev."""
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=URI.format(function)
    )


def _let_in(functions: Any, function: str, called: str) -> None:
    """Add what the console adds when an integration is saved."""
    functions.add_permission(
        FunctionName=f"stamp-rally-prod-{function}",
        StatementId=called.replace("/", "-").replace("*", "any"),
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:ap-northeast-1:444455556666:{called}",
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
