"""API Gateway's draft: what moto drops when it is written, and the conflicts that it does not see."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, json_response, refusal
from local.gateway.export import DEFAULT_TIMEOUT_MS


def api_of(request: Request, moto: Moto) -> Any:
    """Find moto's ``RestAPI`` that a call is about, or None."""
    apis = moto.backend("apigateway", request.region).apis
    return apis.get(request.labels.get("restApiId", ""))


def method_of(request: Request, moto: Moto) -> Any:
    """Find moto's ``Method`` that a call is about, or None."""
    api = api_of(request, moto)
    resource = api and api.resources.get(request.labels.get("resourceId", ""))
    return resource and resource.resource_methods.get(request.labels.get("httpMethod", ""))


def conflict(request: Request, message: str) -> Response:
    return refusal(request, "ConflictException", message, 409)


@completing
def create_rest_api(request: Request, moto: Moto, response: Response) -> Response:
    """Keep binaryMediaTypes, which moto forgets."""
    document = response.document
    api = moto.backend("apigateway", request.region).apis[document["id"]]
    api.binaryMediaTypes = list(request.parameters.get("binaryMediaTypes") or ())
    return response.with_document(document | {"binaryMediaTypes": api.binaryMediaTypes})


def create_resource(request: Request, moto: Moto) -> Response:
    """Refuse a second resource of the same name under the same parent: a step whose answer was lost meets that."""
    api, part = api_of(request, moto), request.parameters.get("pathPart")
    siblings = (
        resource.path_part
        for resource in (api.resources.values() if api else ())
        if resource.parent_id == request.labels.get("parentId")
    )
    if part in siblings:
        message = f"Another resource with the same parent already has this name: {part}"
        return conflict(request, message)
    return moto(request)


def put_method(request: Request, moto: Moto) -> Response:
    """Refuse a method that exists (moto would silently drop its integration), or no authorizer."""
    if method_of(request, moto):
        return conflict(request, "Method already exists for this resource")
    api, authorizer = api_of(request, moto), request.parameters.get("authorizerId")
    if api and authorizer and authorizer not in api.authorizers:
        return refusal(request, "BadRequestException", "Invalid authorizer ID specified")
    return moto(request)


def put_method_response(request: Request, moto: Moto) -> Response:
    method = method_of(request, moto)
    if method and request.labels["statusCode"] in method.method_responses:
        return conflict(request, "Response already exists for this resource")
    return moto(request)


@completing
def put_integration(request: Request, moto: Moto, response: Response) -> Response:
    """Keep cacheKeyParameters, and fill in the defaults that AWS fills in."""
    integration = method_of(request, moto).method_integration
    integration.cache_key_parameters = list(request.parameters.get("cacheKeyParameters") or ())
    integration.passthrough_behaviour = integration.passthrough_behaviour or "WHEN_NO_MATCH"
    integration.timeout_in_millis = integration.timeout_in_millis or DEFAULT_TIMEOUT_MS
    integration.cache_namespace = integration.cache_namespace or request.labels["resourceId"]
    return response.with_document(integration.to_json())


@completing
def create_authorizer(request: Request, moto: Moto, response: Response) -> Response:
    """Keep identityValidationExpression, which moto misspells and loses."""
    authorizer = api_of(request, moto).authorizers[response.document["id"]]
    authorizer.identity_validation_expression = request.parameters.get(
        "identityValidationExpression"
    )
    return response.with_document(authorizer.to_json())


@completing
def get_resources(request: Request, _: Moto, response: Response) -> Response:
    """Leave out what methods are, unless ``embed=methods`` asks for it."""
    if "methods" in parse_qs(request.query).get("embed", ()):
        return response
    document = response.document
    for resource in document["item"]:
        if "resourceMethods" in resource:
            resource["resourceMethods"] = {verb: {} for verb in resource["resourceMethods"]}
    return response.with_document(document)


Patch = Mapping[str, str]
"""``op``, ``path``, and mostly ``value``."""

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


def applied(target: Any, attributes: Mapping[str, str], patches: Iterable[Patch]) -> None:
    """Apply patches to one of moto's objects."""
    for patch in patches:
        name, *below = (_unescaped(part) for part in patch["path"].lstrip("/").split("/"))
        value = _value(name, patch)
        if below:
            value = _inside(getattr(target, attributes[name]), "/".join(below), patch)
        setattr(target, attributes[name], value)


def _value(name: str, patch: Patch) -> Any:
    value = None if patch["op"] == "remove" else patch.get("value")
    if name == "minimumCompressionSize":
        return None if value in (None, "-1") else int(value)
    return value == "true" if name == "disableExecuteApiEndpoint" else value


def _inside(member: Any, key: str, patch: Patch) -> Any:
    if isinstance(member, dict):  # endpointConfiguration
        kept_map = {entry: value for entry, value in member.items() if entry != key}
        return kept_map if patch["op"] == "remove" else {**kept_map, key: patch.get("value", "")}
    others = [entry for entry in member or () if entry != key]
    return others if patch["op"] == "remove" else [*others, key]


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def update_domain_name(request: Request, moto: Moto) -> Response:
    domain = moto.backend("apigateway", request.region).domain_names[request.labels["domainName"]]
    applied(domain, _DOMAIN, request.parameters.get("patchOperations") or ())
    return json_response(domain.to_json())


def update_rest_api(request: Request, moto: Moto) -> Response:
    """Correct the patches that moto gets wrong or forgets, and leave the others to it."""
    mine: list[Patch] = []
    others: list[Patch] = []
    for patch in request.parameters.get("patchOperations") or ():
        first, *below = patch["path"].lstrip("/").split("/")
        ours = first in _API and below[:1] != ["types"]
        (mine if ours else others).append(patch)
    if mine and (api := api_of(request, moto)):
        applied(api, _API, mine)
    return moto(request.with_parameters({"patchOperations": others}))
