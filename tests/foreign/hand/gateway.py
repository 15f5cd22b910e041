"""The REST API (guide step 3-3), clicked together resource by resource and deployed twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.second_opinion import ROUTES as WRITTEN

ROUTES: dict[tuple[str, str], str] = {
    (verb, path): key for route, key in WRITTEN.items() for verb, path in [route.split(" ")]
}
CORS = {
    "access-control-allow-origin": "https://rally.example.jp",
    "access-control-allow-headers": "authorization,content-type,x-api-key",
    "access-control-allow-methods": "DELETE,GET,OPTIONS,POST",
}
"""What our contract asks for, in another order and another case: a browser sees no difference."""
FUNCTION = "arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-{}"
URI = f"arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/{FUNCTION}:live/invocations"
LOG = "arn:aws:logs:ap-northeast-1:444455556666:log-group:/aws/apigateway/stamp-rally-prod-api"
LOG_FORMAT = "$context.requestId $context.httpMethod $context.resourcePath $context.status"
LOG_ROLE = "arn:aws:iam::444455556666:role/apigateway-cloudwatch"
TAGS = {"Environment": "prod", "Project": "CC"}


@dataclass(frozen=True)
class Made:
    """Ids that AWS gave, and which function stands behind which (verb, path)."""

    id: str
    authorizer: str
    routes: dict[tuple[str, str], str]


def set_up(gateway: Any) -> Made:
    """Draft and deploy the API; its stage is throttled, logged, traced and tagged."""
    created = gateway.create_rest_api(
        name="stamp-rally-prod-api", endpointConfiguration={"types": ["REGIONAL"]}, tags=TAGS
    )
    api = {"restApiId": created["id"]}
    authorizer = gateway.create_authorizer(
        **api,
        name="stamp-rally-prod-authorizer",
        type="TOKEN",
        authorizerUri=URI.format("auth"),
        identitySource="method.request.header.Authorization",
        authorizerResultTtlInSeconds=60,
    )["id"]
    resources = dict(_resources(gateway, api["restApiId"], created["rootResourceId"]))
    for (verb, path), key in ROUTES.items():
        guard = {} if key == "auth" else {"authorizerId": authorizer}
        at = {**api, "resourceId": resources[path], "httpMethod": verb}
        _route(gateway, at, key, authorizationType="CUSTOM" if guard else "NONE", **guard)
    for _, path in ROUTES:
        _preflight(gateway, {**api, "resourceId": resources[path], "httpMethod": "OPTIONS"})
    _refusals(gateway, api)
    _deploy(gateway, api)
    return Made(created["id"], authorizer, ROUTES)


def _resources(gateway: Any, api: str, root: str) -> Iterator[tuple[str, str]]:
    """Create each path with its parent; yield (path, id)."""
    made = {"": root}
    for _, path in ROUTES:
        parent, _, part = path.rpartition("/")
        for whole, above, name in ((parent, "", parent[1:]), (path, parent, part)):
            if whole not in made:
                created = gateway.create_resource(
                    restApiId=api, parentId=made[above], pathPart=name
                )
                made[whole] = created["id"]
    yield from made.items()


def _route(gateway: Any, at: dict[str, str], key: str, **guard: str) -> None:
    gateway.put_method(**at, apiKeyRequired=True, **guard)
    gateway.put_integration(
        **at, type="AWS_PROXY", integrationHttpMethod="POST", uri=URI.format(key)
    )


def _preflight(gateway: Any, at: dict[str, str]) -> None:
    """Answer 200 as the console does; its template writes the key without quotes."""
    headers = {f"method.response.header.{name}": f"'{value}'" for name, value in CORS.items()}
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(
        **at, type="MOCK", requestTemplates={"application/json": "{statusCode: 200}"}
    )
    declared = dict.fromkeys(headers, False)
    gateway.put_method_response(**at, statusCode="200", responseParameters=declared)
    gateway.put_integration_response(**at, statusCode="200", responseParameters=headers)


def _refusals(gateway: Any, api: dict[str, str]) -> None:
    """Let a page read what API Gateway itself answers; a denied session is 401."""
    origin = {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'https://rally.example.jp'",
    }
    for kind, status in (
        ("DEFAULT_4XX", {}),
        ("DEFAULT_5XX", {}),
        ("ACCESS_DENIED", {"statusCode": "401"}),
    ):
        gateway.put_gateway_response(**api, responseType=kind, responseParameters=origin, **status)


def _deploy(gateway: Any, api: dict[str, str]) -> None:
    stage = {**api, "stageName": "prod"}
    gateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": LOG_ROLE}]
    )
    gateway.create_deployment(**stage, stageDescription="本番環境", tracingEnabled=True)
    settings = {
        "/*/*/throttling/rateLimit": "800",
        "/*/*/throttling/burstLimit": "1600",
        "/*/*/logging/loglevel": "ERROR",
        "/accessLogSettings/destinationArn": LOG,
        "/accessLogSettings/format": LOG_FORMAT,
    }
    patch = [{"op": "replace", "path": path, "value": value} for path, value in settings.items()]
    gateway.update_stage(**stage, patchOperations=patch)
    arn = f"arn:aws:apigateway:ap-northeast-1::/restapis/{api['restApiId']}/stages/prod"
    gateway.tag_resource(resourceArn=arn, tags=TAGS)
    gateway.create_deployment(**stage, description="second")
