"""Defects of what nobody planned: in the API, at its stage, and in front of it: DEP-34 to DEP-36."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws.api import surplus
from aws.api.document import ApiDocument
from aws.api.integration import StaticAnswer
from aws.kinds.domain import BasePath
from aws.kinds.rest_api import BINARY, COMPRESSION, KEY_SOURCE, Deployment
from aws.kinds.usage_plan import UsagePlan
from aws.words import Words
from tests.defects.changes import added, both, edited, told
from tests.defects.defect import Break, Defect
from tests.defects.documents import Change, document, drafted, refusal, with_method
from tests.healthy import identity
from tests.healthy.api_document import AUTHORIZER, CORS
from tests.healthy.edge import API, API_ID, stages
from tests.healthy.edge import DOMAIN as NAME
from tests.healthy.identity import allow

LATER = Deployment(id="n3w5tg", created=datetime(2026, 11, 24, 7, 0, tzinfo=UTC))

LOGIN, AWARD = "POST /auth/verify", "POST /stamps/award"
ROLE = "arn:aws:iam::444455556666:role/stamp-rally-prod-award-role"


def _method(what: str, fact: Words, found: str, route: str = AWARD, **more: Any) -> Defect:
    breaks = document(with_method(route, surplus={fact.en: found}))
    return Defect(id=f"DEP-34:{what}", breaks=breaks, **more)


def _authorizer(what: str, fact: Words, found: str, **more: Any) -> Defect:
    def changed(api: ApiDocument) -> ApiDocument:
        one = replace(api.authorizers[AUTHORIZER], surplus={fact.en: found})
        return replace(api, authorizers={AUTHORIZER: one})

    return Defect(id=f"DEP-34:{what}", breaks=document(changed), **more)


def _whole(what: str, **fields: Any) -> Defect:
    return Defect(
        id=f"DEP-34:{what}", breaks=edited("served", "prod", lambda one: replace(one, **fields))
    )


def _answered(section: str, name: str, operation: str, **answer: Any) -> Break:
    """Let the answer that tells of an item tell more than is planned."""
    call = f"apigateway:{operation}"
    return edited(section, name, lambda one: replace(one, unplanned=told(call, answer)))


def _of_api(**members: Any) -> Break:
    call, answer = "apigateway:GetRestApis", {"items": [{"name": API, **members}]}
    return edited("rest_apis", API, lambda one: (replace(one[0], unplanned=told(call, answer)),))


def _headed(headers: Mapping[str, str]) -> Break:
    return refusal("ACCESS_DENIED", StaticAnswer(status="401", headers=CORS | headers))


def _undeployed(what: str, change: Change, **more: Any) -> Defect:
    return Defect(id=f"DEP-34:{what}", breaks=drafted(change), **more)


def _usage_plan(*places: str) -> Break:
    plan = UsagePlan(
        id="p9",
        name="partners",
        rate=5000.0,
        burst=5000,
        quota=None,
        period=None,
        stages=places,
        keys=("p4rtn3rk3y",),
    )
    return added("usage_plans", "partners", plan)


def _policy_on(*resources: str, **denied: Any) -> Break:
    """Let everybody call these parts of the API, and say nothing of the others, which is a no; ``denied`` is a Deny beside it."""
    call = allow("execute-api:Invoke", [*resources], Principal="*")
    statements = call, {**call, "Effect": "Deny", **denied}
    policy = identity.document(*statements[: 1 + bool(denied)])
    return edited("rest_apis", API, lambda one: (replace(one[0], policy=policy),))


IN_THE_API = (
    _method(
        "model-of-synthetic-ids", surplus.MODELS, "application/json=Login", LOGIN, leaves_a_go=True
    ),
    _method("body-validated", surplus.VALIDATION, "body", leaves_a_go=True),
    _method(
        "parameters-validated", surplus.VALIDATION, "parameters", "GET /stamps", leaves_a_go=True
    ),
    _method("acts-as-a-role", surplus.CREDENTIALS, ROLE),
    _method("acts-as-the-caller", surplus.CREDENTIALS, "arn:aws:iam::*:user/*"),
    _method("by-a-vpc-link", surplus.CONNECTION, "VPC_LINK 3kd8a1", leaves_a_go=True),
    _method(
        "asynchronous",
        surplus.MAPPED,
        "integration.request.header.X-Amz-Invocation-Type='Event'",
        leaves_a_go=True,
    ),
    _method("body-rewritten", surplus.REQUEST_TEMPLATES, "application/json={}", leaves_a_go=True),
    _method("answer-rewritten", surplus.ANSWER_TEMPLATES, "application/json={}"),
    _method(
        "header-rewritten",
        surplus.ANSWER_PARAMETERS,
        "method.response.header.X='1'",
        leaves_a_go=True,
    ),
    _method("unmapped-refused", surplus.PASSTHROUGH, "NEVER", leaves_a_go=True),
    _method("body-to-binary", surplus.CONTENT, "CONVERT_TO_BINARY", leaves_a_go=True),
    _method("tls-unverified", surplus.TLS, "on"),
    _method("answer-streamed", surplus.TRANSFER, "STREAM", leaves_a_go=True),
    _method("led-to-a-target", surplus.TARGET, "arn:aws:elasticloadbalancing:x", leaves_a_go=True),
    _method(
        "cache-shared",
        surplus.NAMESPACE,
        "/ranking/weekly",
        "GET /ranking/monthly",
        leaves_a_go=True,
    ),
    _method("scopes", surplus.SCOPES, "rally/award", leaves_a_go=True),
    _authorizer("authorizer-acts-as-a-role", surplus.CREDENTIALS, ROLE),
    _authorizer("only-some-tokens", surplus.EXPRESSION, "^Bearer test-.*$", leaves_a_go=True),
    replace(_whole("binary", surplus={BINARY.en: "*/*"}), leaves_a_go=True),
    replace(_whole("compression", surplus={COMPRESSION.en: "1024"}), leaves_a_go=True),
    replace(_whole("keys-by-authorizer", surplus={KEY_SOURCE.en: "AUTHORIZER"}), leaves_a_go=True),
    replace(
        _whole(
            "policy-that-bars",
            surplus={
                surplus.POLICY.en: '{"Statement": [{"Effect": "Deny", "Principal": "*", '
                '"Action": "execute-api:Invoke", "Resource": "*"}]}'
            },
        ),
        leaves_a_go=True,
    ),
    replace(
        _whole("key-that-nobody-knows", unknown=("POST /stamps/award: x-amazon-apigateway-new",)),
        leaves_a_go=True,
    ),
    _undeployed(
        "model-in-the-draft",
        with_method(LOGIN, surplus={surplus.MODELS.en: "application/json=Login"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-34:binary-in-the-draft",
        breaks=_of_api(binaryMediaTypes=["image/png"]),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-34:refusal-sets-a-cookie",
        breaks=_headed({"Set-Cookie": "a=b; Domain=example.jp"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-34:refusal-is-kept-for-a-day",
        breaks=_headed({"Cache-Control": "public, max-age=86400"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-34:refusal-repeats-the-session",
        breaks=_headed({"Vary": "method.request.header.Authorization"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-34:refusal-tells-the-api-key",
        breaks=refusal(
            "ACCESS_DENIED",
            StaticAnswer(
                status="401",
                headers=CORS,
                templates={"application/json": '{"key": "$context.identity.apiKey"}'},
            ),
        ),
    ),
    Defect(
        id="DEP-34:refusal-with-credentials",
        breaks=_headed({"Access-Control-Allow-Credentials": "true"}),
    ),
)
AT_THE_STAGE = (
    Defect(
        id="DEP-35:second-stage",
        breaks=added("stages", "v2", replace(stages()["prod"], name="v2", settings={})),
    ),
    Defect(
        id="DEP-35:second-stage-with-the-newest-deployment",
        breaks=both(
            added("stages", "v2", replace(stages()["prod"], name="v2", deployment_id=LATER.id)),
            edited("deployments", "stamp-rally-prod-api", lambda found: (LATER, *found)),
        ),
    ),
    Defect(
        id="DEP-35:stage-of-dev",
        breaks=added("stages", "dev", replace(stages()["prod"], name="dev")),
    ),
    Defect(
        id="DEP-35:web-acl",
        breaks=_answered(
            "stages",
            "prod",
            "GetStages",
            item=[
                {
                    "stageName": "prod",
                    "webAclArn": "arn:aws:wafv2:ap-northeast-1:444455556666:regional/webacl/geo/1",
                }
            ],
        ),
        leaves_a_go=True,
    ),
)
IN_FRONT = (
    Defect(id="DEP-20:only-reads-are-allowed", breaks=_policy_on("execute-api:/prod/GET/*")),
    Defect(id="DEP-20:another-stage-is-allowed", breaks=_policy_on("execute-api:/dev/*")),
    Defect(
        id="DEP-20:refuses-calls-after-the-season",
        breaks=_policy_on(
            "*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2027-03-31T00:00:00Z"}}
        ),
    ),
    Defect(
        id="DEP-36:another-domain",
        grade="major",
        breaks=added(
            "api_mappings",
            "old.rally.example.jp",
            (BasePath(path="", api_id=API_ID, stage="prod"),),
        ),
    ),
    Defect(
        id="DEP-36:key-of-a-partner",
        breaks=edited(
            "usage_plans",
            "stamp-rally-prod-usage-plan",
            lambda plan: replace(plan, keys=(*plan.keys, "p4rtn3rk3y")),
        ),
    ),
    Defect(id="DEP-36:another-usage-plan", breaks=_usage_plan(f"{API_ID}:prod")),
    Defect(
        id="DEP-40:mutual-tls",
        breaks=_answered(
            "domains",
            NAME,
            "GetDomainName",
            domainName=NAME,
            mutualTlsAuthentication={"truststoreUri": "s3://truststore/ca.pem"},
        ),
        leaves_a_go=True,
    ),
)
DEFECTS = (*IN_THE_API, *AT_THE_STAGE, *IN_FRONT)

SOUND: dict[str, Break] = {
    "refusal that tells when to come back": _headed(
        {
            "Retry-After": "5",
            "Strict-Transport-Security": "max-age=63072000",
            "Cache-Control": "no-store, max-age=0",
            "X-Request-Id": "context.requestId",
        }
    ),
    "policy that lets everybody in": edited(
        "served",
        "prod",
        lambda one: replace(
            one,
            surplus={
                surplus.POLICY.en: '{"Statement": [{"Effect": "Allow", "Principal": "*", '
                '"Action": "execute-api:Invoke", "Resource": "*"}]}'
            },
        ),
    ),
    "policy that lets everybody call all of the stage": _policy_on("execute-api:/prod/*"),
    "policy that lets everybody call all there is": _policy_on(
        f"arn:aws:execute-api:ap-northeast-1:444455556666:{API_ID}/*/*/*"
    ),
    "policy that refuses a path of nobody": _policy_on("*", Resource="execute-api:/prod/*/admin/*"),
    "policy that refuses another account": _policy_on("*", Principal={"AWS": "111122223333"}),
    "policy that refused calls before a date": _policy_on(
        "*", Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}
    ),
    "policy that refuses networks": _policy_on("*", Condition={"Null": {"aws:SourceVpc": "false"}}),
    "usage plan of another API": _usage_plan("zz81xkq0pd:prod"),
}
"""Other ways to be right: nothing may turn red."""
