"""What answers a call: which function, alias or version an integration or an authorizer names, or API Gateway by itself; and what decides about its callers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from aws.raw import Raw
from aws.redaction.secret_text import MaskedValue
from aws.section import Unparsed

IAM, KEY, SESSION = "AWS_IAM", "an API key", "session"
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
URI = re.compile(
    r"arn:aws[\w-]*:apigateway:(?P<region>[\w-]+):lambda:path/2015-03-31/functions/"
    r"(?P<function>arn:aws[\w-]*:lambda:(?P=region):\d{12}:function:[\w-]+)(?::(?P<qualifier>[\w$-]+))?"
    r"/invocations"
)
VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticAnswer:
    """A MOCK or gateway response: header name (as written) -> value without AWS's quotes."""

    status: str
    headers: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    pattern: str = ""
    """The statuses of a MOCK's request template that it answers; without one, those that no other does."""


def headers_of(parameters: Mapping[str, str] | None) -> dict[str, str]:
    """Return header name, as written -> its value, unquoted if it is static."""
    by_match = {HEADER.fullmatch(key): value for key, value in (parameters or {}).items()}
    return {match[1]: unquoted(value) for match, value in by_match.items() if match}


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
        pattern=raw.get("selectionPattern") or "",
    )


@dataclass(frozen=True, slots=True)
class InvokedFunction:
    """What an integration's URI names; ``qualifier`` is empty where it names no alias or version."""

    function: str
    qualifier: str

    @property
    def name(self) -> str:
        return self.function.rpartition(":")[2]

    @property
    def is_function(self) -> bool:
        return ":function:" in self.function

    @property
    def arn(self) -> str:
        return f"{self.function}:{self.qualifier}" if self.qualifier else self.function


def target(uri: str, variables: Mapping[str, MaskedValue]) -> InvokedFunction:
    """Parse an integration's URI with its stage variables filled in; if it names no function, the whole text stands as its name."""
    resolved = VARIABLE.sub(lambda variable: _value(variable[1], variables), uri)
    if match := URI.fullmatch(resolved):
        return InvokedFunction(match["function"], match["qualifier"] or "")
    return InvokedFunction(resolved, "")


def as_asked(method: str) -> str:
    """Return the end of the source ARN with which API Gateway invokes for ``GET /stamps``: any verb is ``*``."""
    return method.replace("ANY ", "* ").replace(" ", "", 1)


def _value(name: str, variables: Mapping[str, MaskedValue]) -> str:
    value = variables.get(name)
    if value is None:
        return ""
    if value.text is None:
        raise Unparsed(
            en=f"an integration depends on the stage variable {name}, whose value is masked",
            ja=f"統合がステージ変数{name}に依存しますが、その値は伏せられています",
        )
    return value.text


def guard(operation: Raw, document: Raw) -> str | None:
    """Return what a contract says: as an export names it, ``SESSION`` where it is silent, ``KEY`` where a key is all; None: nothing."""
    if operation.get("x-amazon-apigateway-auth") == {"type": IAM}:
        return IAM
    if (asked := operation.get("security", document.get("security"))) == []:
        return None
    found = guards(asked or (), (document.get("components") or {}).get("securitySchemes", {}))
    return next((each for each in found if each != KEY), KEY if found else SESSION)


def guards(asked: Iterable[Raw], schemes: Raw) -> list[str]:
    """Return what decides about callers, of the security schemes that a route asks for: as ``Method.authorizer`` has it, or ``KEY``."""
    return [_guard(name, schemes.get(name, {})) for requirement in asked for name in requirement]


def _guard(name: str, scheme: Raw) -> str:
    kind = scheme.get("x-amazon-apigateway-authtype")
    if kind in {"awsSigv4", "cognito_user_pools"}:
        return IAM if kind == "awsSigv4" else f"COGNITO:{name}"
    # Authorizers are ``apiKey`` in OpenAPI as well, but have a type.
    typed = kind is not None or "x-amazon-apigateway-authorizer" in scheme
    return name if typed or scheme.get("name", "").lower() != "x-api-key" else KEY
