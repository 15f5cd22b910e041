"""GetExport: a deployment as the OpenAPI 3.0 document that API Gateway itself would write, in JSON."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from local.aws.request import Request, Response, refusal
from local.gateway.snapshot import Authorizer, DeploymentSnapshot, Integration, Method, StaticAnswer

_API_KEY = {"type": "apiKey", "name": "x-api-key", "in": "header"}
_SIGNED = {
    "type": "apiKey",
    "name": "Authorization",
    "in": "header",
    "x-amazon-apigateway-authtype": "awsSigv4",
}
_EMPTY_MODEL = {"title": "Empty Schema", "type": "object"}


def exported(request: Request, snapshot: DeploymentSnapshot, stage: str) -> Response:
    """Answer GetExport of a stage that serves ``snapshot``, with all extensions; Swagger, which nothing here asks for, is refused."""
    kind = request.labels["exportType"]
    if kind != "oas30":
        message = f"No API exporter for type '{kind}'"
        return refusal(request, "BadRequestException", message)
    host = f"{snapshot.api_id}.execute-api.{request.region}.amazonaws.com"
    body = json.dumps(_openapi(snapshot, host, stage), indent=2).encode()
    return Response(status=200, headers={"Content-Type": "application/octet-stream"}, body=body)


def _openapi(snapshot: DeploymentSnapshot, host: str, stage: str) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for method in snapshot.methods.values():
        operation = _operation(method, snapshot)
        paths.setdefault(method.path, {})[_verb(method)] = operation
    info = {"title": snapshot.api.get("name", ""), "version": _created(snapshot)}
    if description := snapshot.api.get("description"):
        info["description"] = description
    components = {
        "schemas": {"Empty": _EMPTY_MODEL} if _uses_models(snapshot) else {},
        "securitySchemes": _schemes(snapshot),
    }
    server = {
        "url": f"https://{host}/{{basePath}}",
        "variables": {"basePath": {"default": stage}},
    }
    return {
        "openapi": "3.0.1",
        "info": info,
        "servers": [server],
        "paths": paths,
        "components": {name: value for name, value in components.items() if value},
        **_api_extensions(snapshot),
    }


def _operation(method: Method, snapshot: DeploymentSnapshot) -> dict[str, Any]:
    operation: dict[str, Any] = {}
    if method.operation_name:
        operation["operationId"] = method.operation_name
    if parameters := [_parameter(*parameter) for parameter in _parameters(method)]:
        operation["parameters"] = parameters
    if method.request_models:
        operation["requestBody"] = {"content": _bodies(method), "required": True}
    if method.validator:
        operation["x-amazon-apigateway-request-validator"] = method.validator.name
    if method.method_responses:
        operation["responses"] = {
            status: _response(status, headers, method.response_models.get(status, {}))
            for status, headers in method.method_responses.items()
        }
    if security := _security(method, snapshot):
        operation["security"] = security
    if method.integration:
        operation["x-amazon-apigateway-integration"] = integration(method.integration)
    return operation


def _parameter(name: str, place: str, required: bool) -> dict[str, Any]:
    flag = {"required": True} if required else {}
    return {"name": name, "in": place, **flag, "schema": {"type": "string"}}


def _response(status: str, headers: tuple[str, ...], models: Mapping[str, str]) -> dict[str, Any]:
    named = {name: {"schema": {"type": "string"}} for name in headers}
    content = {
        kind: {"schema": {"$ref": f"#/components/schemas/{model}"}}
        for kind, model in models.items()
    }
    shown = {"headers": named} if named else {}
    return {"description": f"{status} response", **shown, "content": content}


def _bodies(method: Method) -> dict[str, Any]:
    return {
        media: {"schema": {"$ref": f"#/components/schemas/{model}"}}
        for media, model in method.request_models.items()
    }


def _parameters(method: Method) -> Iterable[tuple[str, str, bool]]:
    """Yield (name, place, required): what the path names, then what the method declares."""
    places = {"path": "path", "querystring": "query", "header": "header"}
    declared = [name.split(".", 3)[2:] for name in method.request_parameters]
    for part in method.path.split("/"):
        name = part.strip("{}").removesuffix("+")
        if part.startswith("{") and ["path", name] not in declared:
            yield name, "path", True
    for (kind, name), required in zip(declared, method.request_parameters.values(), strict=True):
        yield name, places[kind], required


def _security(method: Method, snapshot: DeploymentSnapshot) -> list[dict[str, list[str]]]:
    named: list[tuple[str, list[str]]] = []
    authorizer = snapshot.authorizers.get(method.authorizer_id or "")
    if method.authorization == "CUSTOM" and authorizer:
        named.append((authorizer.name, list(method.scopes)))
    if method.authorization == "AWS_IAM":
        named.append(("sigv4", []))
    if method.api_key_required:
        named.append(("api_key", []))
    return [{name: scopes} for name, scopes in named]


def _schemes(snapshot: DeploymentSnapshot) -> dict[str, Any]:
    methods = snapshot.methods.values()
    schemes: dict[str, Any] = {}
    for authorizer in snapshot.authorizers.values():
        if any(method.authorizer_id == authorizer.id for method in methods):
            place = _place(authorizer.identity_source)
            schemes[authorizer.name] = {"type": "apiKey", **place, **_extension(authorizer)}
    if any(method.authorization == "AWS_IAM" for method in methods):
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


def _api_extensions(snapshot: DeploymentSnapshot) -> dict[str, Any]:
    extensions: dict[str, Any] = {}
    if snapshot.gateway_responses:
        extensions["x-amazon-apigateway-gateway-responses"] = gateway_responses(snapshot)
    if snapshot.api.get("apiKeySource") == "AUTHORIZER":
        extensions["x-amazon-apigateway-api-key-source"] = "AUTHORIZER"
    if media_types := snapshot.api.get("binaryMediaTypes"):
        extensions["x-amazon-apigateway-binary-media-types"] = list(media_types)
    if (size := snapshot.api.get("minimumCompressionSize")) is not None:
        extensions["x-amazon-apigateway-minimum-compression-size"] = size
    if validators := {method.validator for method in snapshot.methods.values() if method.validator}:
        extensions["x-amazon-apigateway-request-validators"] = {
            validator.name: {
                "validateRequestParameters": validator.parameters,
                "validateRequestBody": validator.body,
            }
            for validator in sorted(validators, key=attrgetter("name"))
        }
    if policy := snapshot.api.get("policy"):
        extensions["x-amazon-apigateway-policy"] = json.loads(policy)
    return extensions


def _verb(method: Method) -> str:
    return "x-amazon-apigateway-any-method" if method.verb == "ANY" else method.verb.lower()


def _uses_models(snapshot: DeploymentSnapshot) -> bool:
    return any(models for m in snapshot.methods.values() for models in m.response_models.values())


def _created(snapshot: DeploymentSnapshot) -> str:
    return datetime.fromtimestamp(snapshot.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_DEFAULT_TIMEOUT_MS = 29_000
DEFAULT_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
"""What a gateway response says unless it is told otherwise."""


def integration(integration: Integration) -> dict[str, Any]:
    """Write an integration; what has its default is left out, as API Gateway leaves it out."""
    written: dict[str, Any] = {
        "type": integration.kind.lower(),
        "httpMethod": integration.http_method,
        "uri": integration.uri,
        "credentials": integration.credentials,
        "responses": _responses(integration),
        "requestParameters": dict(integration.request_parameters),
        "requestTemplates": dict(integration.request_templates),
        "passthroughBehavior": integration.passthrough.lower(),
        "contentHandling": integration.content_handling,
        "connectionType": integration.connection_type,
        "tlsConfig": dict(integration.tls_config),
    }
    if integration.timeout_ms != _DEFAULT_TIMEOUT_MS:
        written["timeoutInMillis"] = integration.timeout_ms
    if integration.cache_key_parameters:
        written["cacheNamespace"] = integration.cache_namespace
        written["cacheKeyParameters"] = list(integration.cache_key_parameters)
    return {name: value for name, value in written.items() if value}


def _responses(integration: Integration) -> dict[str, Any]:
    return {
        answer.selection_pattern or "default": {"statusCode": status, **_contents(answer)}
        for status, answer in integration.responses.items()
    }


def _extension(authorizer: Authorizer) -> dict[str, Any]:
    written = {
        "type": authorizer.kind.lower(),
        "authorizerUri": authorizer.uri,
        "authorizerCredentials": authorizer.credentials,
        "identityValidationExpression": authorizer.validation_expression,
        "identitySource": authorizer.identity_source,
    }
    described: dict[str, Any] = {name: value for name, value in written.items() if value}
    described["authorizerResultTtlInSeconds"] = authorizer.ttl_seconds
    return {
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": described,
    }


def gateway_responses(snapshot: DeploymentSnapshot) -> dict[str, Any]:
    """Write the customised ones; a status of 0 is the type's own and is left out."""
    return {
        kind: {
            **({"statusCode": answer.status} if answer.status else {}),
            **_contents(answer, DEFAULT_TEMPLATES),
        }
        for kind, answer in snapshot.gateway_responses.items()
    }


def _contents(answer: StaticAnswer, templates: dict[str, str] | None = None) -> dict[str, Any]:
    contents: dict[str, Any] = {}
    if answer.parameters:
        contents["responseParameters"] = dict(answer.parameters)
    if written := dict(answer.templates) or templates:
        contents["responseTemplates"] = written
    return contents
