"""API Gateway's draft: what moto drops when it is written, and the conflicts that it does not see."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response

_DEFAULT_TIMEOUT_MS = 29_000


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


def create_rest_api(request: Request, moto: Moto) -> Response:
    """Keep binaryMediaTypes, which moto forgets."""
    response = moto(request)
    if not response.succeeded:
        return response
    document = response.document
    api = moto.backend("apigateway", request.region).apis[document["id"]]
    api.binaryMediaTypes = list(request.parameters.get("binaryMediaTypes") or ())
    return response.with_document(document | {"binaryMediaTypes": api.binaryMediaTypes})


def create_resource(request: Request, moto: Moto) -> Response:
    """Refuse a second resource of the same name under the same parent."""
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


def put_integration(request: Request, moto: Moto) -> Response:
    """Keep cacheKeyParameters, and fill in the defaults that AWS fills in."""
    response = moto(request)
    if not response.succeeded:
        return response
    integration = method_of(request, moto).method_integration
    integration.cache_key_parameters = list(request.parameters.get("cacheKeyParameters") or ())
    integration.passthrough_behaviour = integration.passthrough_behaviour or "WHEN_NO_MATCH"
    integration.timeout_in_millis = integration.timeout_in_millis or _DEFAULT_TIMEOUT_MS
    integration.cache_namespace = integration.cache_namespace or request.labels["resourceId"]
    return response.with_document(integration.to_json())


def create_authorizer(request: Request, moto: Moto) -> Response:
    """Keep identityValidationExpression, which moto misspells and loses."""
    response = moto(request)
    if not response.succeeded:
        return response
    authorizer = api_of(request, moto).authorizers[response.document["id"]]
    authorizer.identity_validation_expression = request.parameters.get(
        "identityValidationExpression"
    )
    return response.with_document(authorizer.to_json())


def get_resources(request: Request, moto: Moto) -> Response:
    """Leave out what methods are, unless ``embed=methods`` asks for it."""
    response = moto(request)
    if not response.succeeded or "methods" in parse_qs(request.query).get("embed", ()):
        return response
    document = response.document
    for resource in document["item"]:
        if "resourceMethods" in resource:
            resource["resourceMethods"] = {verb: {} for verb in resource["resourceMethods"]}
    return response.with_document(document)


FIXES: Mapping[tuple[str, str], Fix] = {
    ("apigateway", "CreateAuthorizer"): create_authorizer,
    ("apigateway", "CreateResource"): create_resource,
    ("apigateway", "CreateRestApi"): create_rest_api,
    ("apigateway", "GetResources"): get_resources,
    ("apigateway", "PutIntegration"): put_integration,
    ("apigateway", "PutMethod"): put_method,
    ("apigateway", "PutMethodResponse"): put_method_response,
}
