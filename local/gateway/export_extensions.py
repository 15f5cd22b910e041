"""The ``x-amazon-apigateway-`` parts of an export, in API Gateway's own spelling."""

from typing import Any

from local.gateway.snapshot import Authorizer, DeploymentSnapshot, Integration, StaticAnswer

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


def authorizer_extension(authorizer: Authorizer) -> dict[str, Any]:
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
