"""The canonical form of a stage's export: OpenAPI 3.0 with API Gateway's own extensions."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws.api import ApiDocument, Authorizer, Method
from aws.documents import normal

Raw = Mapping[str, Any]

ANY = "x-amazon-apigateway-any-method"
VERBS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", "trace", ANY})
"""Keys of a path that are methods; others (parameters, summary) describe all of them."""


def canonical(raw: Raw) -> ApiDocument:
    """Take an export as parsed from JSON; raise KeyError or AttributeError where it is none."""
    schemes: Raw = raw.get("components", {}).get("securitySchemes", {})
    responses: Raw = raw.get("x-amazon-apigateway-gateway-responses", {})
    return normal.document(
        methods=[
            _method(path, verb, operation, schemes)
            for path, operations in raw["paths"].items()
            for verb, operation in operations.items()
            if verb in VERBS
        ],
        authorizers={
            name: _authorizer(name, scheme)
            for name, scheme in schemes.items()
            if "authorizerUri" in scheme.get("x-amazon-apigateway-authorizer", {})
        },
        gateway_responses={
            kind: normal.gateway_response(kind, response) for kind, response in responses.items()
        },
    )


def _method(path: str, verb: str, raw: Raw, schemes: Raw) -> Method:
    behind = raw.get("x-amazon-apigateway-integration")
    asked = [name for requirement in raw.get("security", ()) for name in requirement]
    return Method(
        path=path,
        verb="ANY" if verb == ANY else verb.upper(),
        authorizer=next(_guards(asked, schemes), None),
        api_key_required=any(_is_api_key(schemes.get(name, {})) for name in asked),
        integration=normal.integration(behind, behind.get("responses", {}).values())
        if behind
        else None,
    )


def _guards(asked: list[str], schemes: Raw) -> Iterator[str]:
    for name in asked:
        scheme = schemes.get(name, {})
        kind = scheme.get("x-amazon-apigateway-authtype", "")
        if kind == "awsSigv4":
            yield "AWS_IAM"
        elif kind == "cognito_user_pools":
            yield f"COGNITO:{name}"
        elif not _is_api_key(scheme):
            yield name


def _is_api_key(scheme: Raw) -> bool:
    """Tell an API key from an authorizer: both are ``apiKey`` to OpenAPI, the latter has a type."""
    known = "x-amazon-apigateway-authtype" in scheme or "x-amazon-apigateway-authorizer" in scheme
    return bool(scheme) and not known and scheme.get("name", "").lower() == "x-api-key"


def _authorizer(name: str, scheme: Raw) -> Authorizer:
    raw = scheme["x-amazon-apigateway-authorizer"]
    # A TOKEN authorizer's header stands in the scheme itself, a REQUEST authorizer's sources do not.
    header = f"method.request.header.{scheme['name']}"
    token = raw["type"].upper() == "TOKEN"
    return Authorizer(
        name=name,
        kind=raw["type"].upper(),
        uri=raw["authorizerUri"],
        identity_source=normal.identity_source(header if token else raw.get("identitySource", "")),
        ttl_s=int(raw.get("authorizerResultTtlInSeconds", normal.DEFAULT_TTL_S)),
    )
