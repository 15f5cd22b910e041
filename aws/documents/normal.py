"""Spellings that mean the same, brought to one: quotes, header names, defaults."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from aws.api import ApiDocument, Authorizer, Integration, Method, StaticAnswer

DEFAULT_TIMEOUT_MS = 29_000
DEFAULT_TTL_S = 300
DEFAULT_STATUS = {
    "ACCESS_DENIED": "403",
    "API_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_CONFIGURATION_ERROR": "500",
    "AUTHORIZER_FAILURE": "500",
    "BAD_REQUEST_BODY": "400",
    "BAD_REQUEST_PARAMETERS": "400",
    "EXPIRED_TOKEN": "403",
    "INTEGRATION_FAILURE": "504",
    "INTEGRATION_TIMEOUT": "504",
    "INVALID_API_KEY": "403",
    "INVALID_SIGNATURE": "403",
    "MISSING_AUTHENTICATION_TOKEN": "403",
    "QUOTA_EXCEEDED": "429",
    "REQUEST_TOO_LARGE": "413",
    "RESOURCE_NOT_FOUND": "404",
    "THROTTLED": "429",
    "UNAUTHORIZED": "401",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    "WAF_FILTERED": "403",
}
"""Status of a gateway response that sets none (API Gateway guide, gateway response types)."""

DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
HEADER = re.compile(r"(?:method\.response|gatewayresponse)\.header\.(.+)")
STATIC = re.compile(r"'(.*)'", re.DOTALL)


def headers(parameters: Mapping[str, str] | None) -> dict[str, str]:
    """Header name, as written -> its value, without quotes where it is static."""
    named = {HEADER.fullmatch(key): value for key, value in (parameters or {}).items()}
    return {match[1]: unquoted(value) for match, value in named.items() if match}


def unquoted(value: str) -> str:
    """Take off the quotes of a static value; a mapping (``method.request…``) has none."""
    static = STATIC.fullmatch(value)
    return static[1] if static else value


def gateway_response(kind: str, raw: Mapping[str, Any]) -> StaticAnswer:
    """Fill the status in and leave the default template out: the export omits both at times."""
    templates = raw.get("responseTemplates") or {}
    return StaticAnswer(
        status=str(raw.get("statusCode") or DEFAULT_STATUS.get(kind, "")),
        headers=headers(raw.get("responseParameters")),
        templates={
            media: text
            for media, text in templates.items()
            if "".join(text.split()) != DEFAULT_TEMPLATE
        },
    )


def integration(raw: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> Integration:
    """Bring an integration to one form; only a MOCK's templates and answers are ever used."""
    kind = raw["type"].upper()
    mock = kind == "MOCK"
    return Integration(
        kind=kind,
        uri=raw.get("uri", ""),
        http_method="" if mock else raw.get("httpMethod", ""),
        timeout_ms=raw.get("timeoutInMillis", DEFAULT_TIMEOUT_MS),
        cache_key_parameters=tuple(sorted(raw.get("cacheKeyParameters") or ())),
        request_templates=dict(raw.get("requestTemplates") or {}) if mock else {},
        answers={str(one["statusCode"]): _answer(one) for one in answers} if mock else {},
    )


def _answer(raw: Mapping[str, Any]) -> StaticAnswer:
    templates = raw.get("responseTemplates") or {}
    return StaticAnswer(
        status=str(raw["statusCode"]),
        headers=headers(raw.get("responseParameters")),
        # An empty template, which consoles and tools like to set, says as much as none.
        templates={media: text for media, text in templates.items() if text},
    )


def identity_source(raw: str) -> str:
    return ",".join(one.strip() for one in raw.split(",") if one.strip())


def document(
    methods: Iterable[Method],
    authorizers: Mapping[str, Authorizer],
    gateway_responses: Mapping[str, StaticAnswer],
) -> ApiDocument:
    """Put a document together; an authorizer that no method uses guards nothing and is left out."""
    by_key = {f"{one.verb} {one.path}": one for one in methods}
    used = {one.authorizer for one in by_key.values()}
    return ApiDocument(
        methods=by_key,
        authorizers={name: one for name, one in authorizers.items() if name in used},
        gateway_responses=gateway_responses,
    )
