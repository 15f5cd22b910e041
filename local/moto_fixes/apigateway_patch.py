"""API Gateway's patches of the draft, which moto mostly lacks: JSON Patch on one kind of object each."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response
from local.moto_fixes.apigateway_draft import api_of, method_of

Patch = Mapping[str, str]
"""``op``, ``path``, and mostly ``value``."""

_METHOD = {
    "apiKeyRequired": "api_key_required",
    "authorizationType": "authorization_type",
    "authorizationScopes": "authorization_scopes",
    "authorizerId": "authorizer_id",
    "operationName": "operation_name",
    "requestModels": "request_models",
    "requestParameters": "request_parameters",
    "requestValidatorId": "request_validator_id",
}
_INTEGRATION = {
    "cacheKeyParameters": "cache_key_parameters",
    "cacheNamespace": "cache_namespace",
    "connectionType": "connection_type",
    "contentHandling": "content_handling",
    "credentials": "credentials",
    "httpMethod": "http_method",
    "passthroughBehavior": "passthrough_behaviour",
    "requestParameters": "request_parameters",
    "requestTemplates": "request_templates",
    "timeoutInMillis": "timeout_in_millis",
    "uri": "uri",
}
_RESPONSE = {
    "contentHandling": "content_handling",
    "responseParameters": "response_parameters",
    "responseTemplates": "response_templates",
    "selectionPattern": "selection_pattern",
}
_API = {
    "binaryMediaTypes": "binaryMediaTypes",
    "disableExecuteApiEndpoint": "disableExecuteApiEndpoint",
    "endpointConfiguration": "endpoint_configuration",
    "minimumCompressionSize": "minimum_compression_size",
}
_DOMAIN = {
    "regionalCertificateArn": "regional_certificate_arn",
    "regionalCertificateName": "regional_certificate_name",
    "securityPolicy": "security_policy",
}
_FLAGS = frozenset({"apiKeyRequired", "disableExecuteApiEndpoint"})
_NUMBERS = frozenset({"minimumCompressionSize", "timeoutInMillis"})
_LISTS = frozenset({"authorizationScopes", "binaryMediaTypes", "cacheKeyParameters"})
_REQUIRED = frozenset({"requestParameters"})
"""Of a method: these say of each name whether it must be there."""


def applied(
    target: Any,
    attributes: Mapping[str, str],
    patches: Iterable[Patch],
    flags: frozenset[str] = frozenset(),
) -> str:
    """Apply patches to one of moto's objects; return the first path that it does not have.

    ``flags`` are the members that map names to booleans, which patches write as text.
    """
    for patch in patches:
        name, *rest = (_unescaped(part) for part in patch["path"].lstrip("/").split("/"))
        if name not in attributes:
            return patch["path"]
        value = _value(name, patch)
        if rest:
            held = getattr(target, attributes[name])
            value = _inside(held, name, "/".join(rest), patch, flag=name in flags)
        setattr(target, attributes[name], value)
    return ""


def _value(name: str, patch: Patch) -> Any:
    value = None if patch["op"] == "remove" else patch.get("value")
    if name in _NUMBERS:
        return None if value in (None, "-1") else int(value)
    return value == "true" if name in _FLAGS else value


def _inside(held: Any, name: str, key: str, patch: Patch, *, flag: bool) -> Any:
    if name in _LISTS:
        kept = [entry for entry in held or () if entry != key]
        return kept if patch["op"] == "remove" else [*kept, key]
    kept_map = {entry: value for entry, value in (held or {}).items() if entry != key}
    value = patch.get("value", "")
    given = value == "true" if flag else value
    return kept_map if patch["op"] == "remove" else {**kept_map, key: given}


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def _patching(
    find: Callable[[Request, Moto], Any],
    attributes: Mapping[str, str],
    flags: frozenset[str] = frozenset(),
) -> Fix:
    def fix(request: Request, moto: Moto) -> Response:
        target = find(request, moto)
        if target is None:
            return refusal(request, "NotFoundException", "Invalid identifier specified", 404)
        patches = request.parameters.get("patchOperations") or ()
        if wrong := applied(target, attributes, patches, flags):
            return refusal(request, "BadRequestException", f"Invalid patch path {wrong}")
        return json_response(target.to_json())

    return fix


def _integration(request: Request, moto: Moto) -> Any:
    method = method_of(request, moto)
    return method and method.method_integration


def _integration_response(request: Request, moto: Moto) -> Any:
    integration = _integration(request, moto)
    responses = (integration and integration.integration_responses) or {}
    return responses.get(request.labels["statusCode"])


def _domain(request: Request, moto: Moto) -> Any:
    domains = moto.backend("apigateway", request.region).domain_names
    return domains.get(request.labels["domainName"])


def update_rest_api(request: Request, moto: Moto) -> Response:
    """Correct the patches that moto gets wrong or forgets, and leave the others to it."""
    mine: list[Patch] = []
    others: list[Patch] = []
    for patch in request.parameters.get("patchOperations") or ():
        first, *rest = patch["path"].lstrip("/").split("/")
        ours = first in _API and rest[:1] != ["types"]
        (mine if ours else others).append(patch)
    if mine and (api := api_of(request, moto)):
        applied(api, _API, mine)
    return moto(request.with_parameters({"patchOperations": others}))


FIXES: Mapping[tuple[str, str], Fix] = {
    ("apigateway", "UpdateDomainName"): _patching(_domain, _DOMAIN),
    ("apigateway", "UpdateIntegration"): _patching(_integration, _INTEGRATION),
    ("apigateway", "UpdateIntegrationResponse"): _patching(_integration_response, _RESPONSE),
    ("apigateway", "UpdateMethod"): _patching(method_of, _METHOD, _REQUIRED),
    ("apigateway", "UpdateRestApi"): update_rest_api,
}
