"""Patches of methods and integrations, as other people's tools send them: nothing of ours does, and moto knows none."""

from collections.abc import Callable, Mapping
from typing import Any

from local.aws.request import Request, Response, json_response, refusal
from local.aws.server import LocalAws
from local.moto_fixes.apigateway_draft import method_of

METHOD = {
    "apiKeyRequired": "api_key_required",
    "authorizationType": "authorization_type",
    "authorizationScopes": "authorization_scopes",
    "authorizerId": "authorizer_id",
    "operationName": "operation_name",
    "requestModels": "request_models",
    "requestParameters": "request_parameters",
    "requestValidatorId": "request_validator_id",
}
INTEGRATION = {
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
RESPONSE = {
    "contentHandling": "content_handling",
    "responseParameters": "response_parameters",
    "responseTemplates": "response_templates",
    "selectionPattern": "selection_pattern",
}
ATTRIBUTES = {
    "UpdateMethod": METHOD,
    "UpdateIntegration": INTEGRATION,
    "UpdateIntegrationResponse": RESPONSE,
}
LISTS = frozenset({"authorizationScopes", "cacheKeyParameters"})
Patch = Mapping[str, str]


def patching(aws: LocalAws) -> Callable[[Request], Response | None]:
    """Return the extension of ``aws`` that applies them."""

    def extension(request: Request) -> Response | None:
        if request.service != "apigateway" or request.operation not in ATTRIBUTES:
            return None
        with aws.moto.lock("apigateway"):
            return _patched(request, _target(request, method_of(request, aws.moto)))

    return extension


def _target(request: Request, method: Any) -> Any:
    if request.operation == "UpdateMethod" or method is None:
        return method
    integration = method.method_integration
    if request.operation == "UpdateIntegration" or integration is None:
        return integration
    return (integration.integration_responses or {}).get(request.labels["statusCode"])


def _patched(request: Request, target: Any) -> Response:
    if target is None:
        return refusal(request, "NotFoundException", "Invalid identifier specified", 404)
    attributes = ATTRIBUTES[request.operation]
    for patch in request.parameters.get("patchOperations") or ():
        name, _, key = patch["path"].lstrip("/").partition("/")
        if name not in attributes:
            message = f"Invalid patch path {patch['path']}"
            return refusal(request, "BadRequestException", message)
        held = getattr(target, attributes[name])
        flag = request.operation == "UpdateMethod" and name == "requestParameters"
        value = _inside(held, name, key, patch, flag=flag) if key else _value(name, patch)
        setattr(target, attributes[name], value)
    return json_response(target.to_json())


def _value(name: str, patch: Patch) -> Any:
    value = None if patch["op"] == "remove" else patch.get("value")
    if name == "timeoutInMillis":
        return value and int(value)
    return value == "true" if name == "apiKeyRequired" else value


def _inside(held: Any, name: str, escaped: str, patch: Patch, *, flag: bool) -> Any:
    """Return the list or the map with an entry more, changed, or gone; a flag says whether a parameter is required."""
    key = escaped.replace("~1", "/").replace("~0", "~")
    removes, value = patch["op"] == "remove", patch.get("value", "")
    if name in LISTS:
        return [entry for entry in held or () if entry != key] + ([] if removes else [key])
    others = {entry: known for entry, known in (held or {}).items() if entry != key}
    return others if removes else {**others, key: value == "true" if flag else value}
