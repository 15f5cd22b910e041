"""API Gateway: what it answers by itself, as a MOCK integration or a gateway response."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.raw import Raw

DEFAULT_STATUS = {
    **dict.fromkeys(("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"), "400"),
    "UNAUTHORIZED": "401",
    **dict.fromkeys(("ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_API_KEY"), "403"),
    **dict.fromkeys(("INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "WAF_FILTERED"), "403"),
    "RESOURCE_NOT_FOUND": "404",
    "REQUEST_TOO_LARGE": "413",
    "UNSUPPORTED_MEDIA_TYPE": "415",
    **dict.fromkeys(("QUOTA_EXCEEDED", "THROTTLED"), "429"),
    **dict.fromkeys(("API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"), "500"),
    "AUTHORIZER_FAILURE": "500",
    **dict.fromkeys(("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"), "504"),
}
"""Status of a gateway response that sets none (API Gateway guide, gateway response types)."""
DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
HEADER = re.compile(r"(?:method\.response|gatewayresponse)\.header\.(.+)")
STATIC = re.compile(r"'(.*)'", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticAnswer:
    """A MOCK or gateway response: header name (as written) -> value without AWS's quotes."""

    status: str
    headers: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


def headers_of(parameters: Mapping[str, str] | None) -> dict[str, str]:
    """Return header name, as written -> its value, unquoted if it is static."""
    named = {HEADER.fullmatch(key): value for key, value in (parameters or {}).items()}
    return {match[1]: unquoted(value) for match, value in named.items() if match}


def unquoted(value: str) -> str:
    """Remove the quotes of a static value; a mapping (``method.request…``) has none."""
    static = STATIC.fullmatch(value)
    return static[1] if static else value


def decode_gateway_response(kind: str, raw: Raw) -> StaticAnswer:
    """Return a gateway response with its status filled in and the default template left out, as exports vary."""
    templates = raw.get("responseTemplates") or {}
    return StaticAnswer(
        status=str(raw.get("statusCode") or DEFAULT_STATUS.get(kind, "")),
        headers=headers_of(raw.get("responseParameters")),
        templates={
            media: text
            for media, text in templates.items()
            if "".join(text.split()) != DEFAULT_TEMPLATE
        },
    )


def static_answer(raw: Raw) -> StaticAnswer:
    templates = raw.get("responseTemplates") or {}
    return StaticAnswer(
        status=str(raw["statusCode"]),
        headers=headers_of(raw.get("responseParameters")),
        # An empty template, which the console and tools often set, means the same as none.
        templates={media: text for media, text in templates.items() if text},
    )
