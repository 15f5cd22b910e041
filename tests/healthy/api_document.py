"""The deployed API in canonical form, as its export and its draft both come out: literals, no plan."""

from aws.api.document import ApiDocument, Authorizer, Integration, Method
from aws.api.integration import StaticAnswer
from tests.second_opinion import ROUTES

LAMBDA = "arn:aws:apigateway:ap-northeast-1:lambda:path/2015-03-31/functions/"
FUNCTION = "arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-"
AUTHORIZER = "stamp-rally-prod-authorizer"
CORS = {
    "Access-Control-Allow-Origin": "https://rally.example.jp",
    "Access-Control-Allow-Headers": "Content-Type,Authorization,X-Api-Key",
    "Access-Control-Allow-Methods": "GET,POST,OPTIONS,DELETE",
}
REFUSALS = {
    "DEFAULT_4XX": ("", "REQUEST_REFUSED"),
    "DEFAULT_5XX": ("", "INTERNAL_ERROR"),
    "UNAUTHORIZED": ("401", "UNAUTHORIZED"),
    "ACCESS_DENIED": ("401", "UNAUTHORIZED"),
    "THROTTLED": ("429", "THROTTLED"),
    "QUOTA_EXCEEDED": ("429", "THROTTLED"),
}
"""Response type -> status (empty: AWS's own) and error code."""


def uri(key: str, qualifier: str = ":live") -> str:
    return f"{LAMBDA}{FUNCTION}{key}{qualifier}/invocations"


def document(authorizer_id: str | None) -> ApiDocument:
    """Return the whole API; an export knows no ids, a draft does."""
    routes = {route: _method(route, key) for route, key in ROUTES.items()}
    paths = dict.fromkeys(method.path for method in routes.values())
    preflights = {f"OPTIONS {path}": _preflight(path) for path in paths}
    return ApiDocument(
        methods=routes | preflights,
        authorizers={
            AUTHORIZER: Authorizer(
                name=AUTHORIZER,
                kind="TOKEN",
                uri=uri("auth"),
                identity_source="method.request.header.Authorization",
                ttl_s=60,
                id=authorizer_id,
            )
        },
        gateway_responses={kind: _refusal(*answer) for kind, answer in REFUSALS.items()},
    )


def _method(route: str, key: str) -> Method:
    verb, path = route.split(" ")
    return Method(
        path=path,
        verb=verb,
        authorizer=None if path == "/auth/verify" else AUTHORIZER,
        api_key_required=True,
        integration=Integration(kind="AWS_PROXY", uri=uri(key), http_method="POST"),
    )


def _preflight(path: str) -> Method:
    return Method(
        path=path,
        verb="OPTIONS",
        authorizer=None,
        api_key_required=False,
        integration=Integration(
            kind="MOCK",
            request_templates={"application/json": '{"statusCode": 204}'},
            answers={"204": StaticAnswer(status="204", headers=CORS)},
        ),
    )


def _refusal(status: str, code: str) -> StaticAnswer:
    body = (
        f'{{"ok": false, "error": "{code}", "error_code": "{code}", '
        '"message": "$context.error.message"}'
    )
    return StaticAnswer(status=status, headers=CORS, templates={"application/json": body})
