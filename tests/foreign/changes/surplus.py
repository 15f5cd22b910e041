"""What people attach to an API, its stage and its usage plans, and what leads to it beside the plan."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes.change import Change, Client, Kept, change, harmless, named
from tests.foreign.changes.gateway import API, OTHER_RELEASE, api_of, at, deployed, patched
from tests.foreign.hand import edge
from tests.foreign.hand.gateway import CORS, LOG_FORMAT

DRAFT, STAGES, PLANS = ["draft", "rest_apis"], ["stages"], ["usage_plans"]
ROLE = "arn:aws:iam::444455556666:role/stamp-rally-prod-award-role"
AWARD, STAMPS = ("POST", "/stamps/award"), ("GET", "/stamps")


def live(keep: Kept) -> Kept:
    """Deploy what is kept."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        with keep(client), deployed(client):
            yield

    return kept


def integrated(path: str, value: str, back: str = "", *, route=AWARD) -> Kept:
    """Patch an integration; without a value to go back to, what was added is removed."""
    return lambda client: _patch(
        client, "update_integration", at(client, *route), path, value, back
    )


def asked(path: str, value: str, back: str = "", *, route=AWARD) -> Kept:
    return lambda client: _patch(client, "update_method", at(client, *route), path, value, back)


def of_api(path: str, value: str, back: str = "") -> Kept:
    return lambda client: _patch(client, "update_rest_api", api_of(client), path, value, back)


def staged(path: str, value: str, back: str = "") -> Kept:
    return lambda client: _patch(
        client, "update_stage", {**api_of(client), "stageName": "prod"}, path, value, back
    )


def preflight(header: str, value: str) -> Kept:
    path = f"/responseParameters/method.response.header.{header}"
    back = f"'{CORS.get(header, '')}'" if header in CORS else ""

    def keep(client: Client) -> Any:
        where = {**at(client, "OPTIONS", "/stamps"), "statusCode": "200"}
        return _patch(client, "update_integration_response", where, path, f"'{value}'", back)

    return keep


def computed(text: str) -> Kept:
    """Let a template of the preflight compute its answer."""

    def keep(client: Client) -> Any:
        where = {**at(client, "OPTIONS", "/stamps"), "statusCode": "200"}
        path = "/responseTemplates/application~1json"
        return _patch(client, "update_integration_response", where, path, text, "")

    return keep


def authorizer(path: str, value: str, back: str = "") -> Kept:
    def keep(client: Client) -> Any:
        rest = api_of(client)
        found = client("apigateway").get_authorizers(**rest)["items"][0]["id"]
        where = {**rest, "authorizerId": found}
        return _patch(client, "update_authorizer", where, path, value, back)

    return keep


def planned(path: str, value: str, back: str) -> Kept:
    def keep(client: Client) -> Any:
        plans = client("apigateway").get_usage_plans()["items"]
        ours = next(plan["id"] for plan in plans if plan["name"] == "stamp-rally-prod-usage-plan")
        return patched(client, "update_usage_plan", {"usagePlanId": ours}, path, value, back)

    return keep


@contextmanager
def _patch(client, update, where, path, value, back) -> Iterator[None]:
    call = getattr(client("apigateway"), update)
    op = "replace" if back or update == "update_stage" else "add"
    call(**where, patchOperations=[{"op": op, "path": path, "value": value}])
    yield
    undone = {"op": "replace", "value": back} if back else {"op": "remove"}
    call(**where, patchOperations=[{"path": path, **undone}])


def validated(*, attach: bool = True, route=AWARD, **looks: bool) -> Kept:
    """Make a validator and, unless told otherwise, let a route name it."""

    @contextmanager
    def keep(client: Client) -> Iterator[None]:
        api, rest = client("apigateway"), api_of(client)
        made = api.create_request_validator(**rest, name="checks", **looks)["id"]
        if attach:
            with asked("/requestValidatorId", made, route=route)(client):
                yield
        else:
            yield
        api.delete_request_validator(**rest, requestValidatorId=made)

    return keep


def refusal(header: str, value: str) -> Kept:
    """Let a gateway response carry one more header."""

    @contextmanager
    def keep(client: Client) -> Iterator[None]:
        api, kind = client("apigateway"), {**api_of(client), "responseType": "ACCESS_DENIED"}
        before = api.get_gateway_response(**kind)["responseParameters"]
        more = before | {f"gatewayresponse.header.{header}": f"'{value}'"}
        api.put_gateway_response(**kind, statusCode="401", responseParameters=more)
        yield
        api.put_gateway_response(**kind, statusCode="401", responseParameters=before)

    return keep


@contextmanager
def second_stage(client: Client) -> Iterator[None]:
    api, rest = client("apigateway"), api_of(client)
    now = api.get_stage(**rest, stageName="prod")["deploymentId"]
    api.create_stage(**rest, stageName="v2", deploymentId=now)
    yield
    api.delete_stage(**rest, stageName="v2")


@contextmanager
def another_api(client: Client) -> Iterator[dict[str, str]]:
    api = client("apigateway")
    made = {"restApiId": api.create_rest_api(name="somebody-elses")["id"]}
    root = api.get_resources(**made)["items"][0]["id"]
    method = {**made, "resourceId": root, "httpMethod": "GET"}
    api.put_method(**method, authorizationType="NONE")
    api.put_integration(**method, type="MOCK")
    api.create_deployment(**made, stageName="live")
    yield made
    api.delete_rest_api(**made)


@contextmanager
def usage_plan(client: Client, api_id: str, stage: str, **more: Any) -> Iterator[None]:
    api, stages = client("apigateway"), [{"apiId": api_id, "stage": stage}]
    plan = api.create_usage_plan(name="partners", apiStages=stages, **more)
    yield
    gone = [{"op": "remove", "path": "/apiStages", "value": f"{api_id}:{stage}"}]
    api.update_usage_plan(usagePlanId=plan["id"], patchOperations=gone)
    api.delete_usage_plan(usagePlanId=plan["id"])


def plan_for_partners(client: Client) -> Any:
    return usage_plan(client, api_of(client)["restApiId"], "prod")


@contextmanager
def plan_of_another_api(client: Client) -> Iterator[None]:
    with another_api(client) as other, usage_plan(client, other["restApiId"], "live"):
        yield


@contextmanager
def _domain(client: Client, api_id: str, stage: str) -> Iterator[None]:
    api, name = client("apigateway"), {"domainName": "old.rally.example.jp"}
    arn = api.get_domain_name(domainName=edge.DOMAIN)["regionalCertificateArn"]
    api.create_domain_name(**name, regionalCertificateArn=arn)
    api.create_base_path_mapping(**name, restApiId=api_id, stage=stage)
    yield
    api.delete_base_path_mapping(**name, basePath="(none)")
    api.delete_domain_name(**name)


def old_name(client: Client) -> Any:
    return _domain(client, api_of(client)["restApiId"], "prod")


@contextmanager
def deep_path_of_a_name(client: Client) -> Iterator[None]:
    """Map a path of two levels, which only API Gateway's second API can, and tells."""
    mapped = {"ApiId": api_of(client)["restApiId"], "Stage": "prod"}
    with another_api(client) as other, _domain(client, other["restApiId"], "live"):
        api, name = client("apigatewayv2"), {"DomainName": "old.rally.example.jp"}
        made = api.create_api_mapping(**name, **mapped, ApiMappingKey="v1/stamps")
        yield
        api.delete_api_mapping(**name, ApiMappingId=made["ApiMappingId"])


@contextmanager
def name_of_another_api(client: Client) -> Iterator[None]:
    with another_api(client) as other, _domain(client, other["restApiId"], "live"):
        yield


@contextmanager
def spare_model(client: Client) -> Iterator[None]:
    api, rest = client("apigateway"), api_of(client)
    api.create_model(**rest, name="Spare", contentType="application/json", schema="{}")
    yield
    api.delete_model(**rest, modelName="Spare")


@contextmanager
def nameless_key(client: Client) -> Iterator[None]:
    made = client("apigateway").create_api_key()["id"]
    yield
    client("apigateway").delete_api_key(apiKey=made)


def shared_cache(client: Client) -> Any:
    """Let two paths keep their answers under one name: that of the other's resource."""
    where = at(client, *STAMPS)
    other, own = at(client, *AWARD)["resourceId"], where["resourceId"]
    return patched(client, "update_integration", where, "/cacheNamespace", other, own)


@contextmanager
def bound(client: Client) -> Iterator[None]:
    """Let a validator hold the body of a login to its model."""
    with DESCRIBED(client), validated(route=LOGIN, validateRequestBody=True)(client):
        yield


@contextmanager
def nothing(_: Client) -> Iterator[None]:
    yield


LOGIN = ("POST", "/auth/verify")
DESCRIBED = asked("/requestModels/application~1json", "Login", route=LOGIN)
EVENT = integrated("/requestParameters/integration.request.header.X-Amz-Invocation-Type", "'Event'")
TEMPLATE = integrated("/requestTemplates/application~1json", '{"body": 1}')
CREDENTIALS, NEVER = integrated("/credentials", ROLE), ("/passthroughBehavior", "NEVER")
BINARY, TO_BINARY = of_api("/binaryMediaTypes/*~1*", ""), ("/contentHandling", "CONVERT_TO_BINARY")
TIMEOUT = "/timeoutInMillis"
RATE, BURST = "/*/*/throttling/rateLimit", "/*/*/throttling/burstLimit"
ALLOWED = "$context.responseOverride.header.Access-Control-Allow-Origin"
ASKED = f'#set({ALLOWED} = $input.params("Origin"))'
METHODS, HEADERS = "access-control-allow-methods", "access-control-allow-headers"
LOG, ATTACHED = "/accessLogSettings/format", ["DEP-34"]

HARM: tuple[tuple[str, list[str], list[str], Kept], ...] = (
    ("model binds the login", ATTACHED, DRAFT, bound),
    ("body is validated", ATTACHED, DRAFT, validated(validateRequestBody=True)),
    ("parameters are validated", ATTACHED, DRAFT, validated(validateRequestParameters=True)),
    ("route acts as a role", ATTACHED, DRAFT, CREDENTIALS),
    ("route answers before it is done", ATTACHED, DRAFT, EVENT),
    ("body is rewritten", ATTACHED, DRAFT, TEMPLATE),
    ("bodies of other types are refused", ATTACHED, DRAFT, integrated(*NEVER, "WHEN_NO_MATCH")),
    ("body becomes binary", ATTACHED, DRAFT, integrated(*TO_BINARY)),
    ("route goes through a VPC", ATTACHED, DRAFT, integrated("/connectionType", "VPC_LINK")),
    ("scopes are asked for", ATTACHED, DRAFT, asked("/authorizationScopes/award", "")),
    ("all bodies are binary", ATTACHED, DRAFT, BINARY),
    ("answers are compressed", ATTACHED, DRAFT, of_api("/minimumCompressionSize", "1024", "-1")),
    ("authorizer names the key", ATTACHED, DRAFT, of_api("/apiKeySource", "AUTHORIZER", "HEADER")),
    ("cache is shared by paths", ATTACHED, DRAFT, shared_cache),
    ("refusal sets a cookie", ["DEP-22", "DEP-34"], API, refusal("Set-Cookie", "a=b")),
    ("preflight sets a cookie", ["DEP-22", "DEP-34"], API, preflight("set-cookie", "a=b")),
    ("bound login is live", [*ATTACHED, *OTHER_RELEASE], API, live(bound)),
    ("role is live", [*ATTACHED, *OTHER_RELEASE], API, live(CREDENTIALS)),
    (
        "validation is live",
        [*ATTACHED, *OTHER_RELEASE],
        API,
        live(validated(validateRequestBody=True)),
    ),
    (
        "integration gives up after three seconds",
        ["DEP-37", *OTHER_RELEASE],
        API,
        live(integrated(TIMEOUT, "3000", "29000")),
    ),
    ("preflight allows who asks", [*ATTACHED, *OTHER_RELEASE], API, live(computed(ASKED))),
    (
        "page may send any header",
        ["DEP-25", *OTHER_RELEASE],
        API,
        live(preflight(HEADERS, "authorization,content-type,x-api-key,x-admin")),
    ),
    ("second stage serves the API", ["DEP-35"], STAGES, second_stage),
    ("stage is throttled for a test", ["DEP-37"], STAGES, staged(RATE, "20", "800")),
    ("burst is that of a test", ["DEP-37"], STAGES, staged(BURST, "10", "1600")),
    ("plan is that of a test", ["DEP-37"], PLANS, planned("/throttle/rateLimit", "100", "1000")),
    ("quota is by the month", ["SEC-30"], PLANS, planned("/quota/period", "MONTH", "DAY")),
    ("partners have a plan", ["DEP-36"], PLANS, plan_for_partners),
    ("old name leads to the API", ["DEP-36"], ["api_mappings"], old_name),
    ("deep path of a name leads to the API", ["DEP-36"], ["api_mappings"], deep_path_of_a_name),
    ("log has no request id", ["DEP-29"], STAGES, staged(LOG, "$context.status", LOG_FORMAT)),
)
CHANGES: tuple[Change, ...] = tuple(
    change(*rows, reads=reads)(named(name, keep)) for name, rows, reads, keep in HARM
)

CLF = (
    "$context.identity.sourceIp $context.identity.caller $context.identity.user"
    ' [$context.requestTime]"$context.httpMethod $context.resourcePath $context.protocol"'
    " $context.status $context.responseLength $context.requestId $context.extendedRequestId"
)
JSON = (
    '{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp",'
    ' "caller":"$context.identity.caller", "user":"$context.identity.user" }'
)
XML = '<request id="$context.requestId"> <user>$context.identity.user</user> </request>'
CSV = "$context.identity.sourceIp,$context.identity.caller,$context.status,$context.requestId"
CONSOLE = "Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token"

GREEN: tuple[tuple[str, list[str], Kept], ...] = (
    (
        "session is remembered for half as long",
        API,
        live(authorizer("/authorizerResultTtlInSeconds", "30", "60")),
    ),
    (
        "session is looked at each time",
        API,
        live(authorizer("/authorizerResultTtlInSeconds", "0", "60")),
    ),
    ("stage is throttled a little more", STAGES, staged(RATE, "500", "800")),
    ("stage has a smaller burst", STAGES, staged(BURST, "800", "1600")),
    ("usage plan is narrower", PLANS, planned("/throttle/rateLimit", "500", "1000")),
    ("usage plan has a smaller burst", PLANS, planned("/throttle/burstLimit", "900", "2000")),
    ("quota is smaller", PLANS, planned("/quota/limit", "50000", "100000")),
    ("preflight is the console's", API, live(preflight(HEADERS, CONSOLE))),
    ("preflight names the path's methods", API, live(preflight(METHODS, "GET,OPTIONS"))),
    ("preflight names HEAD", API, live(preflight(METHODS, "GET,HEAD,OPTIONS"))),
    ("preflight is remembered", API, live(preflight("access-control-max-age", "600"))),
    ("log is in CLF", STAGES, staged(LOG, CLF, LOG_FORMAT)),
    ("log is in JSON", STAGES, staged(LOG, JSON, LOG_FORMAT)),
    ("log is in XML", STAGES, staged(LOG, XML, LOG_FORMAT)),
    ("log is in CSV", STAGES, staged(LOG, CSV, LOG_FORMAT)),
    ("integration waits ten seconds", API, live(integrated(TIMEOUT, "10000", "29000"))),
    ("bodies stay text", API, live(integrated("/contentHandling", "CONVERT_TO_TEXT"))),
    (
        "bodies pass without a template",
        API,
        integrated("/passthroughBehavior", "WHEN_NO_TEMPLATES", "WHEN_NO_MATCH"),
    ),
    ("method has a name", API, asked("/operationName", "award")),
    ("key of nobody has no name", ["api_keys"], nameless_key),
    ("another API has a plan", PLANS, plan_of_another_api),
    ("another API has a name", ["api_mappings"], name_of_another_api),
    ("model binds nobody", API, spare_model),
    ("login is described by a model", API, live(DESCRIBED)),
    ("validator binds nobody", API, validated(attach=False, validateRequestBody=True)),
    ("validator looks at nothing", API, validated(validateRequestBody=False)),
    ("refusal says when to come back", API, live(refusal("Retry-After", "5"))),
    ("API is described", ["rest_apis"], of_api("/description", "the rally", "the stamp rally")),
    ("preflight has an empty body", API, live(computed("{}"))),
    ("metrics are detailed", STAGES, staged("/*/*/metrics/enabled", "true", "false")),
    ("stage has a variable", STAGES, staged("/variables/colour", "green")),
    ("same API is deployed again", API, live(nothing)),
)
DECIDED: tuple[tuple[str, list[str], list[str], Kept], ...] = (
    ("all bodies are binary", ATTACHED, DRAFT, BINARY),
    ("login has a model", ATTACHED, API, live(bound)),
    ("stage for partners", ["DEP-35"], STAGES, second_stage),
    ("plan for partners", ["DEP-36"], PLANS, plan_for_partners),
    ("old name stays", ["DEP-36"], ["api_mappings"], old_name),
    ("award is called seldom", ["DEP-37"], STAGES, staged(RATE, "130", "800")),
    ("quota by the month", ["SEC-30"], PLANS, planned("/quota/period", "MONTH", "DAY")),
    ("preflight chooses an origin", ATTACHED, API, live(computed(f"#if(1 == 2){ASKED}#end"))),
    ("pages may PUT", ["DEP-25"], API, live(preflight(METHODS, "GET,OPTIONS,PUT"))),
)
HARMLESS: tuple[Change, ...] = (
    *(harmless(reads=reads)(named(name, keep)) for name, reads, keep in GREEN),
    *(
        harmless(reads=reads, decides=rows)(named(name, keep))
        for name, rows, reads, keep in DECIDED
    ),
)
