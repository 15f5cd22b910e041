"""GetExport: a deployment as the OpenAPI 3.0 document that API Gateway itself would write, in JSON.

It is written from moto's draft of the API (``RestAPI``) at the moment of the deployment.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.request import Request, Response, refusal

_API_KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
_EMPTY_MODEL = {"title": "Empty Schema", "type": "object"}
DEFAULT_TIMEOUT_MS = 29_000
DEFAULT_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
"""What a gateway response says unless it is told otherwise."""
_DEFAULT_TTL_SECONDS = 300


def exported(request: Request, document: Mapping[str, Any], stage: str) -> Response:
    """Answer GetExport of a stage that serves this document, with all extensions; Swagger, which nothing here asks for, is refused."""
    kind = request.labels["exportType"]
    if kind != "oas30":
        message = f"No API exporter for type '{kind}'"
        return refusal(request, "BadRequestException", message)
    host = f"{request.labels['restApiId']}.execute-api.{request.region}.amazonaws.com"
    server = {
        "url": f"https://{host}/{{basePath}}",
        "variables": {"basePath": {"default": stage}},
    }
    body = json.dumps({**document, "servers": [server]}, indent=2).encode()
    return Response(status=200, headers={"Content-Type": "application/octet-stream"}, body=body)


def openapi(api: Any, created: float) -> dict[str, Any]:
    """Write the draft of an API as a document that lacks only its servers; ``created`` is in seconds since the epoch."""
    paths = {
        resource.get_path(): {
            "x-amazon-apigateway-any-method" if verb == "ANY" else verb.lower(): _operation(
                resource.get_path(), method, api
            )
            for verb, method in resource.resource_methods.items()
        }
        for resource in api.resources.values()
        if resource.resource_methods
    }
    info = {
        "title": api.name,
        "version": f"{datetime.fromtimestamp(created, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "description": api.description,
    }
    components = {
        "schemas": {"Empty": _EMPTY_MODEL} if _uses_models(api) else {},
        "securitySchemes": _schemes(api),
    }
    return {
        "openapi": "3.0.1",
        "info": _filled(info),
        "paths": paths,
        "components": _filled(components),
        **_filled(_api_extensions(api)),
    }


def _filled(written: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty or has its default, as API Gateway does; a number may be 0."""
    return {name: value for name, value in written.items() if value or value == 0}


def methods_of(api: Any) -> list[Any]:
    return [
        method
        for resource in api.resources.values()
        for method in resource.resource_methods.values()
    ]


def _operation(path: str, method: Any, api: Any) -> dict[str, Any]:
    models = method.request_models
    validator = api.request_validators.get(method.request_validator_id or "")
    integration = method.method_integration
    return _filled(
        {
            "operationId": method.operation_name,
            "parameters": [_parameter(*parameter) for parameter in _parameters(path, method)],
            "requestBody": models and {"content": _contents(models), "required": True},
            "x-amazon-apigateway-request-validator": validator and validator.name,
            "responses": {
                status: _response(status, response)
                for status, response in method.method_responses.items()
            },
            "security": _security(method, api),
            "x-amazon-apigateway-integration": integration and _integration(integration),
        }
    )


def _parameter(name: str, place: str, required: bool) -> dict[str, Any]:
    flag = {"required": True} if required else {}
    return {"name": name, "in": place, **flag, "schema": {"type": "string"}}


def _response(status: str, response: Any) -> dict[str, Any]:
    names = headers_of(response.response_parameters)
    shown = {"headers": {name: {"schema": {"type": "string"}} for name in names}} if names else {}
    content = _contents(response.response_models or {})
    return {"description": f"{status} response", **shown, "content": content}


def _contents(models: Mapping[str, str]) -> dict[str, Any]:
    return {
        media: {"schema": {"$ref": f"#/components/schemas/{model}"}}
        for media, model in models.items()
    }


def _parameters(path: str, method: Any) -> Iterable[tuple[str, str, bool]]:
    """Yield (name, place, required): what the path names, then what the method declares."""
    places = {"path": "path", "querystring": "query", "header": "header"}
    requirements = method.request_parameters or {}
    declared = [name.split(".", 3)[2:] for name in requirements]
    for part in path.split("/"):
        name = part.strip("{}").removesuffix("+")
        if part.startswith("{") and ["path", name] not in declared:
            yield name, "path", True
    for (kind, name), required in zip(declared, requirements.values(), strict=True):
        yield name, places[kind], str(required).lower() == "true"


def _security(method: Any, api: Any) -> list[dict[str, list[str]]]:
    schemes: list[tuple[str, list[str]]] = []
    authorizer = api.authorizers.get(method.authorizer_id or "")
    if method.authorization_type == "CUSTOM" and authorizer:
        schemes.append((authorizer.name, list(method.authorization_scopes or ())))
    if method.authorization_type == "AWS_IAM":
        schemes.append(("sigv4", []))
    if method.api_key_required:
        schemes.append(("api_key", []))
    return [{name: scopes} for name, scopes in schemes]


def _schemes(api: Any) -> dict[str, Any]:
    methods = methods_of(api)
    schemes: dict[str, Any] = {}
    for authorizer in api.authorizers.values():
        if any(method.authorizer_id == authorizer.id for method in methods):
            place = _place(authorizer.identity_source or "")
            schemes[authorizer.name] = {"type": "apiKey", **place, **_extension(authorizer)}
    if any(method.authorization_type == "AWS_IAM" for method in methods):
        schemes["sigv4"] = _SIGNED
    if any(method.api_key_required for method in methods):
        schemes["api_key"] = _API_KEY
    return schemes


def _place(identity_source: str) -> dict[str, str]:
    """``method.request.header.Authorization`` names a header; several sources name none."""
    sources = identity_source.split(",")
    if len(sources) == 1 and sources[0].startswith("method.request.header."):
        return {"name": sources[0].rsplit(".", 1)[-1], "in": "header"}
    return {"name": "Unused", "in": "header"}


def _api_extensions(api: Any) -> dict[str, Any]:
    in_use = {method.request_validator_id for method in methods_of(api)}
    validators = {
        validator.name: {
            "validateRequestParameters": bool(validator.validate_request_parameters),
            "validateRequestBody": bool(validator.validate_request_body),
        }
        for id_, validator in api.request_validators.items()
        if id_ in in_use
    }
    by_authorizer = api.api_key_source == "AUTHORIZER"
    extensions = {
        "gateway-responses": _gateway_responses(api),
        "api-key-source": "AUTHORIZER" if by_authorizer else None,
        "binary-media-types": list(api.binaryMediaTypes),
        "minimum-compression-size": api.minimum_compression_size,
        "request-validators": dict(sorted(validators.items())),
        "policy": api.policy and json.loads(api.policy),
    }
    return {f"x-amazon-apigateway-{name}": value for name, value in extensions.items()}


def _uses_models(api: Any) -> bool:
    responses = [entry for m in methods_of(api) for entry in m.method_responses.values()]
    return any(response.response_models for response in responses)


def _integration(integration: Any) -> dict[str, Any]:
    timeout_ms = int(integration.timeout_in_millis or DEFAULT_TIMEOUT_MS)
    keys = list(integration.cache_key_parameters or ())
    return _filled(
        {
            "type": integration.integration_type.lower(),
            "httpMethod": integration.http_method,
            "uri": integration.uri,
            "credentials": integration.credentials,
            "responses": _responses(integration.integration_responses or {}),
            "requestParameters": texts(integration.request_parameters),
            "requestTemplates": texts(integration.request_templates),
            "passthroughBehavior": (integration.passthrough_behaviour or "WHEN_NO_MATCH").lower(),
            "contentHandling": integration.content_handling,
            "connectionType": integration.connection_type,
            "tlsConfig": dict(integration.tls_config or {}),
            "timeoutInMillis": None if timeout_ms == DEFAULT_TIMEOUT_MS else timeout_ms,
            "cacheNamespace": keys and integration.cache_namespace,
            "cacheKeyParameters": keys,
        }
    )


def _responses(responses: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        answer.selection_pattern or "default": {"statusCode": str(status), **_static(answer)}
        for status, answer in responses.items()
    }


def _extension(authorizer: Any) -> dict[str, Any]:
    described = {
        "type": authorizer.type.lower(),
        "authorizerUri": authorizer.authorizer_uri,
        "authorizerCredentials": authorizer.authorizer_credentials,
        "identityValidationExpression": authorizer.identity_validation_expression,
        "identitySource": authorizer.identity_source,
        "authorizerResultTtlInSeconds": ttl_seconds(authorizer),
    }
    return {
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": _filled(described),
    }


def _gateway_responses(api: Any) -> dict[str, Any]:
    """Write the customised ones; a status of the type's own is left out."""
    return {
        answer.response_type: {
            **({"statusCode": int(answer.status_code)} if answer.status_code else {}),
            **_static(answer, DEFAULT_TEMPLATES),
        }
        for answer in api.gateway_responses.values()
    }


def _static(answer: Any, templates: Mapping[str, str] | None = None) -> dict[str, Any]:
    written = texts(answer.response_templates) or dict(templates or {})
    parameters = texts(answer.response_parameters)
    return _filled({"responseParameters": parameters, "responseTemplates": written})


def headers_of(parameters: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the names of the headers that a response declares."""
    return tuple(name.rsplit(".", 1)[-1] for name in parameters or ())


def texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: value or "" for name, value in (values or {}).items()}


def ttl_seconds(authorizer: Any) -> int:
    ttl = authorizer.authorizer_result_ttl
    return _DEFAULT_TTL_SECONDS if ttl is None else int(ttl)
