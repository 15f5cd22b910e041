"""The API: itself, its draft, what its stage serves and allows, the usage plan; and its domain."""

from aws.api.document import ApiDocument, Authorizer, Integration, Method
from aws.api.integration import StaticAnswer
from aws.dns import Resolution
from aws.kinds.certificate import Certificate
from aws.kinds.domain import BasePath, CustomDomain
from aws.kinds.rest_api import Deployment, MethodSetting, RestApi, Stage
from aws.kinds.usage_plan import ApiKey, GatewayAccount, OwnLimit, UsagePlan
from aws.way_back import DeploymentBack
from runbook.procedures import api, throttling
from tests.runbook.facts.answer import (
    BY_ROW,
    DETACHED,
    FREE,
    NAMED,
    OF_AWS,
    Otherwise,
    Repaired,
    Stays,
)

API, PLAN = "stamp-rally-prod-api", "stamp-rally-prod-usage-plan"
ROUTE, PREFLIGHT = ("/stamps", "GET"), ("/stamps", "OPTIONS")
BY_ITSELF = (api.create_it_closed.action,)
BY_DRAFT = (api.draw_up_the_api.action,)
BY_DEPLOYMENT = (api.draw_up_the_api.action, api.deploy_it.action)
BY_STAGE = (api.set_up_its_stage.action,)
BY_THROTTLING = tuple(
    finding.action for finding in (throttling.limit_every_method, throttling.create_the_usage_plan)
)
BY_ACCOUNT = (api.let_it_write_logs.action,)
DOMAIN = Otherwise("tests/runbook/test_domain.py")


def id_of(gateway):
    return next(item["id"] for item in gateway.get_rest_apis()["items"] if item["name"] == API)


def patched(*patch):
    def harm(client):
        gateway = client("apigateway")
        gateway.update_rest_api(restApiId=id_of(gateway), patchOperations=[*patch])

    return harm


def replaced(path, value):
    return {"op": "replace", "path": path, "value": value}


def staged(*patch):
    def harm(client):
        gateway = client("apigateway")
        gateway.update_stage(restApiId=id_of(gateway), stageName="prod", patchOperations=[*patch])

    return harm


def untagged(path):
    def harm(client):
        gateway = client("apigateway")
        arn = f"arn:aws:apigateway:ap-northeast-1::/restapis/{id_of(gateway)}{path}"
        gateway.untag_resource(resourceArn=arn, tagKeys=["Environment"])

    return harm


def at(gateway, path, verb):
    pages = gateway.get_paginator("get_resources").paginate(restApiId=id_of(gateway))
    by_path = {item["path"]: item["id"] for page in pages for item in page["items"]}
    return {"restApiId": id_of(gateway), "resourceId": by_path[path], "httpMethod": verb}


def integrated(method, **changes):
    """Return the fault of a method whose integration was put anew, with these changes."""

    def harm(client):
        gateway = client("apigateway")
        place = at(gateway, *method)
        found = gateway.get_integration(**place)
        uri = {"uri": found["uri"]} if "uri" in found else {}
        given = {"type": found["type"], "integrationHttpMethod": "POST", **uri, **changes}
        gateway.put_integration(**place, **given)

    return harm


def method_made(method, **changes):
    def harm(client):
        gateway = client("apigateway")
        place = at(gateway, *method)
        found = gateway.get_method(**place)
        gateway.delete_method(**place)
        given = {"authorizationType": "NONE", "apiKeyRequired": False, **changes}
        gateway.put_method(**place, **given)
        behind = found["methodIntegration"]
        gateway.put_integration(
            **place, type=behind["type"], integrationHttpMethod="POST", uri=behind["uri"]
        )

    return harm


def without(method):
    return lambda client: client("apigateway").delete_method(**at(client("apigateway"), *method))


def authorizing(*patch):
    def harm(client):
        gateway = client("apigateway")
        (found,) = gateway.get_authorizers(restApiId=id_of(gateway))["items"]
        gateway.update_authorizer(
            restApiId=id_of(gateway), authorizerId=found["id"], patchOperations=[*patch]
        )

    return harm


def answering(method, pattern="", **changes):
    def harm(client):
        gateway = client("apigateway")
        place = {**at(gateway, *method), "statusCode": "200"}
        found = gateway.get_integration_response(**place)
        headers = {**found["responseParameters"], **changes}
        gateway.put_integration_response(
            **place, responseParameters=headers, selectionPattern=pattern
        )

    return harm


def gateway_response(**given):
    def harm(client):
        gateway = client("apigateway")
        gateway.put_gateway_response(restApiId=id_of(gateway), responseType="UNAUTHORIZED", **given)

    return harm


def of_api(harm):
    return Repaired(
        harm=harm, by=BY_ITSELF, section="rest_apis", item=API, of=lambda found: found[0]
    )


def of_draft(harm, of, **more):
    return Repaired(harm=harm, by=BY_DRAFT, section="draft", item=API, of=of, **more)


def method_of(verb_and_path):
    return lambda document: document.methods[verb_and_path]


def integration_of(verb_and_path):
    return lambda document: document.methods[verb_and_path].integration


def authorizer_of(document):
    (found,) = document.authorizers.values()
    return found


def of_route(harm):
    return of_draft(harm, method_of("GET /stamps"))


def of_integration(harm, method="GET /stamps"):
    return of_draft(harm, integration_of(method))


def of_authorizer(harm):
    return of_draft(harm, authorizer_of)


def of_gateway_response(harm, **more):
    return of_draft(harm, lambda document: document.gateway_responses["UNAUTHORIZED"], **more)


def opened(headers):
    """Whether the front end may read an answer; which other headers it bears is nobody's promise."""
    return headers["Access-Control-Allow-Origin"] == "https://rally.example.jp"


def of_stage(harm, **more):
    return Repaired(harm=harm, by=BY_STAGE, section="stages", item="prod", **more)


def of_every_method(harm, **more):
    return Repaired(
        harm=harm,
        by=BY_STAGE,
        section="stages",
        item="prod",
        of=lambda stage: stage.settings["*/*"],
        **more,
    )


def of_plan(harm, **more):
    return Repaired(harm=harm, by=BY_THROTTLING, section="usage_plans", item=PLAN, **more)


def planned(*patch):
    def harm(client):
        gateway = client("apigateway")
        (plan,) = gateway.get_usage_plans()["items"]
        patches = [
            {**entry, "path": entry["path"].format(**plan["apiStages"][0])} for entry in patch
        ]
        gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patches)

    return harm


def off_the_stage(client):
    gateway = client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]
    (stage,) = plan["apiStages"]
    value = f"{stage['apiId']}:{stage['stage']}"
    patch = [{"op": "remove", "path": "/apiStages", "value": value}]
    gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=patch)


def keyless(client):
    gateway = client("apigateway")
    (plan,) = gateway.get_usage_plans()["items"]
    for key in gateway.get_usage_plan_keys(usagePlanId=plan["id"])["items"]:
        gateway.delete_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"])


def disabled(client):
    gateway = client("apigateway")
    (key,) = gateway.get_api_keys()["items"]
    gateway.update_api_key(apiKey=key["id"], patchOperations=[replaced("/enabled", "false")])


def redeployed(client):
    gateway = client("apigateway")
    made = gateway.create_deployment(restApiId=id_of(gateway), description="by hand")
    staged(replaced("/deploymentId", made["id"]))(client)


OWN = "/apiStages/{apiId}:{stage}/throttle/~1stamps/GET/"
ORIGIN = "method.response.header.Access-Control-Allow-Origin"
METHODS = "method.response.header.Access-Control-Allow-Methods"
WIDE = planned(replaced(f"{OWN}rateLimit", "9000"), replaced(f"{OWN}burstLimit", "9000"))


def of_own_limits(**more):
    return of_plan(
        WIDE,
        within=lambda found: [(one.rate, one.burst) for one in found] == [(1000, 2000)],
        **more,
    )


def own_limits(plan):
    return plan.own_limits


ANSWERS = {
    RestApi: {
        **dict.fromkeys(("id", "created"), NAMED),
        "endpoint_types": of_api(
            patched(replaced("/endpointConfiguration/types/REGIONAL", "PRIVATE"))
        ),
        "execute_api_disabled": Otherwise(
            "closed where there is a domain: see test_states_of_no_call.py"
        ),
        "policy": DETACHED,
        "tags": of_api(untagged("")),
        "unplanned": DETACHED,
    },
    ApiDocument: {
        "methods": of_draft(without(ROUTE), lambda document: document),
        "authorizers": of_authorizer(
            authorizing(replaced("/identitySource", "method.request.header.X"))
        ),
        "gateway_responses": of_gateway_response(
            gateway_response(statusCode="403"),
            within=lambda found: found.status == "401" and opened(found.headers),
        ),
        "surplus": DETACHED,
        "unknown": DETACHED,
    },
    Method: {
        "path": NAMED,
        "verb": NAMED,
        "authorizer": of_route(method_made(ROUTE, apiKeyRequired=True)),
        "api_key_required": of_route(method_made(ROUTE)),
        "integration": of_route(integrated(ROUTE, type="HTTP_PROXY", uri="https://example.com")),
        "surplus": DETACHED,
    },
    Integration: {
        "kind": of_integration(integrated(ROUTE, type="AWS")),
        "uri": of_integration(
            integrated(ROUTE, uri="arn:aws:apigateway:ap-northeast-1:lambda:path/x")
        ),
        "http_method": of_integration(integrated(ROUTE, integrationHttpMethod="GET")),
        "timeout_ms": of_integration(integrated(ROUTE, timeoutInMillis=3000)),
        "cache_key_parameters": Otherwise("nothing is cached: see Stage"),
        "request_templates": of_integration(
            integrated(PREFLIGHT, requestTemplates={"application/json": '{"statusCode": 404}'}),
            "OPTIONS /stamps",
        ),
        "answers": of_integration(answering(PREFLIGHT, **{ORIGIN: "'*'"}), "OPTIONS /stamps"),
    },
    DeploymentBack: dict.fromkeys(
        ("deployment", "authorization", "keys", "document", "policies"), BY_ROW
    ),
    StaticAnswer: {
        "status": of_gateway_response(gateway_response(statusCode="403")),
        "headers": of_gateway_response(
            gateway_response(statusCode="401", responseParameters={}), within=opened
        ),
        "templates": of_gateway_response(
            gateway_response(statusCode="401", responseTemplates={"application/json": "{}"})
        ),
        "pattern": of_integration(answering(PREFLIGHT, pattern="5.."), "OPTIONS /stamps"),
    },
    Authorizer: {
        "name": NAMED,
        "kind": FREE,
        "uri": of_authorizer(
            authorizing(replaced("/authorizerUri", "arn:aws:apigateway:x:lambda:path/y"))
        ),
        "identity_source": of_authorizer(
            authorizing(replaced("/identitySource", "method.request.header.X"))
        ),
        "ttl_s": of_authorizer(authorizing(replaced("/authorizerResultTtlInSeconds", "3600"))),
        "id": NAMED,
        "surplus": DETACHED,
    },
    Stage: {
        "deployment_id": Repaired(
            harm=redeployed,
            by=BY_DEPLOYMENT,
            section="stages",
            item="prod",
            within=bool,
        ),
        "updated": OF_AWS,
        "description": of_stage(staged(replaced("/description", "test"))),
        "variables": FREE,
        "settings": of_stage(
            staged(replaced("/~1stamps/GET/throttling/rateLimit", "9000")),
            within=lambda found: max(one.rate or 0 for one in found.values()) <= 1000,
        ),
        "cache_enabled": of_stage(staged(replaced("/cacheClusterEnabled", "true"))),
        "access_log_arn": of_stage(
            staged(
                replaced(
                    "/accessLogSettings/destinationArn",
                    "arn:aws:logs:ap-northeast-1:777788889999:log-group:/elsewhere",
                )
            )
        ),
        "access_log_format": of_stage(
            staged(replaced("/accessLogSettings/format", "$context.authorizer.principalId"))
        ),
        "tracing": of_stage(staged(replaced("/tracingEnabled", "false"))),
        "canary_percent": of_stage(staged(replaced("/canarySettings/percentTraffic", "10"))),
        "canary_deployment": Otherwise(
            "which one decides nothing while it is open: the share is judged, and `roll_forward` leads off a closed one"
        ),
        "tags": of_stage(untagged("/stages/prod")),
        "unplanned": DETACHED,
    },
    MethodSetting: {
        "rate": of_every_method(staged(replaced("/*/*/throttling/rateLimit", "9000"))),
        "burst": of_every_method(staged(replaced("/*/*/throttling/burstLimit", "9000"))),
        "caching": of_every_method(staged(replaced("/*/*/caching/enabled", "true"))),
        "data_trace": of_every_method(staged(replaced("/*/*/logging/dataTrace", "true"))),
        "logging_level": of_every_method(staged(replaced("/*/*/logging/loglevel", "OFF"))),
    },
    Deployment: dict.fromkeys(("id", "created", "description"), OF_AWS),
    UsagePlan: {
        "id": NAMED,
        "rate": of_plan(planned(replaced("/throttle/rateLimit", "9000"))),
        "burst": of_plan(planned(replaced("/throttle/burstLimit", "9000"))),
        "quota": of_plan(planned(replaced("/quota/limit", "9000000"))),
        "period": of_plan(planned(replaced("/quota/period", "MONTH"))),
        "offset": of_plan(planned(replaced("/quota/offset", "99999"))),
        "stages": of_plan(off_the_stage),
        "keys": of_plan(keyless),
        "own_limits": of_own_limits(),
    },
    OwnLimit: {
        "method": NAMED,
        "rate": of_own_limits(of=own_limits),
        "burst": of_own_limits(of=own_limits),
    },
    ApiKey: {
        "id": NAMED,
        "enabled": Repaired(
            harm=disabled, by=BY_THROTTLING, section="api_keys", item="stamp-rally-prod-api-key"
        ),
    },
    GatewayAccount: {
        "log_role_arn": Repaired(
            harm=lambda client: client("apigateway").update_account(
                patchOperations=[replaced("/cloudwatchRoleArn", "")]
            ),
            by=BY_ACCOUNT,
            section="gateway_account",
            item="account",
        ),
        "rate": BY_ROW,
        "burst": BY_ROW,
    },
    CustomDomain: {
        **dict.fromkeys(
            (
                "endpoint_types",
                "security_policy",
                "certificate_arn",
                "mappings",
                "routing",
                "rules",
            ),
            DOMAIN,
        ),
        "status": OF_AWS,
        "target": OF_AWS,
        "unplanned": DETACHED,
    },
    BasePath: dict.fromkeys(("path", "api_id", "stage"), DOMAIN),
    Certificate: dict.fromkeys(
        ("arn", "status", "names", "not_before", "not_after", "renewal", "renews", "distrusted"),
        DOMAIN,
    ),
    Resolution: dict.fromkeys(("addresses", "target_addresses", "elsewhere"), DOMAIN),
}
STRICTER = {
    "a narrower limit of the stage stays": Stays(
        change=staged(replaced("/*/*/throttling/rateLimit", "900")), by=BY_STAGE
    ),
    "a narrower usage plan stays": Stays(
        change=planned(replaced("/throttle/rateLimit", "900")), by=BY_THROTTLING
    ),
    "a narrower limit of a method in the usage plan stays": Stays(
        change=planned(replaced(f"{OWN}rateLimit", "200")), by=BY_THROTTLING
    ),
    "an answer of the authorizer that is kept for a shorter time stays": Stays(
        change=authorizing(replaced("/authorizerResultTtlInSeconds", "0")), by=BY_DRAFT
    ),
    "a preflight that allows less, yet all that is needed, stays": Stays(
        change=answering(PREFLIGHT, **{METHODS: "'GET,OPTIONS'"}), by=BY_DRAFT
    ),
    "another format of the access log that tells nothing private stays": Stays(
        change=staged(replaced("/accessLogSettings/format", "$context.requestId $context.status")),
        by=BY_STAGE,
    ),
}
