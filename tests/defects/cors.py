"""Defects of what a browser is told: DEP-25 and DEP-26."""

from dataclasses import replace

from aws.api.document import ApiDocument
from aws.api.integration import StaticAnswer
from tests.defects.changes import both
from tests.defects.defect import Break, Defect
from tests.defects.documents import (
    document,
    integrated,
    preflight,
    refusal,
    with_method,
    without_method,
)
from tests.healthy.api_document import CORS


def _answer(status: str, headers: dict[str, str]) -> StaticAnswer:
    return StaticAnswer(status=status, headers=headers)


def _lowered(api: ApiDocument) -> ApiDocument:
    answers = {
        kind: replace(response, headers={k.lower(): v for k, v in response.headers.items()})
        for kind, response in api.gateway_responses.items()
    }
    return replace(api, gateway_responses=answers)


def _origin(origin: str) -> Break:
    return lambda snapshot: replace(
        snapshot, environment=replace(snapshot.environment, origin=origin)
    )


DEFECTS: tuple[Defect, ...] = (
    Defect(id="DEP-25:absent", breaks=document(without_method("OPTIONS /stamps"))),
    Defect(id="DEP-25:star", breaks=preflight("/stamps", Access_Control_Allow_Origin="*")),
    Defect(
        id="DEP-25:origin-of-liff",
        breaks=preflight("/stamps", Access_Control_Allow_Origin="https://liff.line.me"),
    ),
    Defect(
        id="DEP-25:origin-with-a-slash",
        breaks=preflight("/notify", Access_Control_Allow_Origin="https://rally.example.jp/"),
    ),
    Defect(
        id="DEP-25:origin-over-http",
        breaks=preflight("/notify", Access_Control_Allow_Origin="http://rally.example.jp"),
    ),
    Defect(
        id="DEP-25:echo",
        breaks=preflight("/stamps", Access_Control_Allow_Origin="method.request.header.Origin"),
    ),
    Defect(id="DEP-25:no-origin", breaks=preflight("/stamps", Access_Control_Allow_Origin=None)),
    Defect(
        id="DEP-25:no-authorization",
        breaks=preflight("/stamps", Access_Control_Allow_Headers="Content-Type,X-Api-Key"),
    ),
    Defect(id="DEP-25:every-header", breaks=preflight("/stamps", Access_Control_Allow_Headers="*")),
    Defect(
        id="DEP-25:another-header",
        breaks=preflight(
            "/stamps",
            Access_Control_Allow_Headers="Content-Type,Authorization,X-Api-Key,X-Impersonate",
        ),
    ),
    Defect(
        id="DEP-25:no-delete",
        breaks=preflight("/richmenu/unset", Access_Control_Allow_Methods="GET,POST,OPTIONS"),
    ),
    Defect(
        id="DEP-25:one-more-method",
        breaks=preflight("/stamps", Access_Control_Allow_Methods="GET,POST,OPTIONS,DELETE,PUT"),
    ),
    Defect(
        id="DEP-25:guarded",
        breaks=document(with_method("OPTIONS /stamps", authorizer="stamp-rally-prod-authorizer")),
    ),
    Defect(
        id="DEP-25:asks-for-a-key",
        breaks=document(with_method("OPTIONS /stamps", api_key_required=True)),
    ),
    Defect(id="DEP-25:by-a-function", breaks=integrated("OPTIONS /stamps", kind="AWS_PROXY")),
    Defect(
        id="DEP-25:mock-without-a-status",
        breaks=integrated("OPTIONS /stamps", request_templates={}),
    ),
    Defect(
        id="DEP-25:answers-another-status",
        breaks=integrated(
            "OPTIONS /stamps",
            answers={"200": StaticAnswer(status="200", headers=CORS, pattern="5..")},
        ),
    ),
    Defect(
        id="DEP-25:answers-500",
        breaks=integrated(
            "OPTIONS /stamps",
            request_templates={"application/json": '{"statusCode": 500}'},
            answers={"500": _answer("500", CORS)},
        ),
    ),
    Defect(id="DEP-25:decided-for-everybody", breaks=_origin("*"), also=frozenset({"PREP-07"})),
    Defect(id="DEP-26:default-4xx-unset", breaks=refusal("DEFAULT_4XX", None)),
    Defect(id="DEP-26:default-5xx-unset", breaks=refusal("DEFAULT_5XX", None)),
    Defect(
        id="DEP-26:star",
        breaks=refusal("DEFAULT_5XX", _answer("", CORS | {"Access-Control-Allow-Origin": "*"})),
    ),
    Defect(id="DEP-26:denied-without-cors", breaks=refusal("ACCESS_DENIED", _answer("401", {}))),
    Defect(id="DEP-26:filtered-without-cors", breaks=refusal("WAF_FILTERED", _answer("403", {}))),
    Defect(
        id="DEP-26:denied-is-403",
        breaks=refusal("ACCESS_DENIED", _answer("403", CORS)),
        leaves_a_go=True,
    ),
    Defect(id="DEP-26:throttled-is-200", breaks=refusal("THROTTLED", _answer("200", CORS))),
    Defect(id="DEP-26:fault-of-ours-is-200", breaks=refusal("DEFAULT_5XX", _answer("200", CORS))),
    Defect(id="DEP-26:quota-is-503", breaks=refusal("QUOTA_EXCEEDED", _answer("503", CORS))),
    Defect(id="DEP-26:denied-unset", breaks=refusal("ACCESS_DENIED", None), leaves_a_go=True),
)
SOUND: dict[str, Break] = {
    "preflight in other words": preflight(
        "/stamps",
        Access_Control_Allow_Headers="x-api-key, authorization, content-type",
        Access_Control_Allow_Methods="DELETE, GET, OPTIONS, POST",
    ),
    "headers that the console allows": preflight(
        "/stamps",
        Access_Control_Allow_Headers="Content-Type,X-Amz-Date,Authorization,X-Api-Key,"
        "X-Amz-Security-Token",
    ),
    "methods of the path alone": preflight("/stamps", Access_Control_Allow_Methods="GET,OPTIONS"),
    "HEAD beside GET": preflight(
        "/stamps", Access_Control_Allow_Methods="GET,HEAD,OPTIONS,POST,DELETE"
    ),
    "header names in lower case": document(_lowered),
    "MOCK as another tool writes it": integrated(
        "OPTIONS /stamps", request_templates={"application/json": "{ statusCode: 204 }"}
    ),
    "MOCK as CDK writes it": integrated(
        "OPTIONS /stamps", request_templates={"application/json": "{ statusCode: 200 }"}
    ),
    "responses that inherit": both(refusal("THROTTLED", None), refusal("UNAUTHORIZED", None)),
}
"""Other ways to be right: nothing may turn red."""
