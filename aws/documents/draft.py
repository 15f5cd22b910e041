"""The canonical form of the draft: resources, authorizers and gateway responses as listed."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws.api import ApiDocument, Authorizer, Method
from aws.documents import normal

Raw = Mapping[str, Any]


def canonical(
    *, resources: Iterable[Raw], authorizers: Iterable[Raw], gateway_responses: Iterable[Raw]
) -> ApiDocument:
    """Take the entries of get_resources (methods embedded), get_authorizers, get_gateway_responses."""
    by_id = {raw["id"]: raw for raw in authorizers}
    return normal.document(
        methods=[
            _method(resource["path"], verb, raw, by_id)
            for resource in resources
            for verb, raw in resource.get("resourceMethods", {}).items()
        ],
        authorizers={
            raw["name"]: _authorizer(raw) for raw in by_id.values() if "authorizerUri" in raw
        },
        gateway_responses={
            raw["responseType"]: normal.gateway_response(raw["responseType"], raw)
            for raw in gateway_responses
            if not raw.get("defaultResponse", False)
        },
    )


def _method(path: str, verb: str, raw: Raw, authorizers: Mapping[str, Raw]) -> Method:
    behind = raw.get("methodIntegration")
    return Method(
        path=path,
        verb=verb,
        authorizer=_guard(raw, authorizers),
        api_key_required=raw.get("apiKeyRequired", False),
        integration=normal.integration(behind, behind.get("integrationResponses", {}).values())
        if behind
        else None,
    )


def _guard(raw: Raw, authorizers: Mapping[str, Raw]) -> str | None:
    """Name who lets callers in; an authorizer that is gone keeps its id as a name."""
    kind = raw.get("authorizationType", "NONE")
    if kind == "NONE":
        return None
    if kind == "AWS_IAM":
        return "AWS_IAM"
    name: str = authorizers.get(raw["authorizerId"], {}).get("name", raw["authorizerId"])
    return f"COGNITO:{name}" if kind == "COGNITO_USER_POOLS" else name


def _authorizer(raw: Raw) -> Authorizer:
    return Authorizer(
        id=raw["id"],
        name=raw["name"],
        kind=raw["type"].upper(),
        uri=raw["authorizerUri"],
        identity_source=normal.identity_source(raw.get("identitySource", "")),
        ttl_s=raw.get("authorizerResultTtlInSeconds", normal.DEFAULT_TTL_S),
    )
