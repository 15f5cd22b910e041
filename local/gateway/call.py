"""One request on its way through the gateway, the ``$context`` that it gathers, and where AWS substitutes its variables."""

import base64
import json
import os
import re
import uuid
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.gateway.deployment import Route, Served
from local.gateway.refusal import GatewayRefusal
from local.http import HttpRequest

_NO_IDENTITY = dict.fromkeys(
    (
        "accessKey",
        "accountId",
        "caller",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    )
)


@dataclass(slots=True, kw_only=True)
class ApiCall:
    """``context`` is what functions get as ``requestContext``; ``outcome`` only templates and logs see."""

    request: HttpRequest
    path: str
    """Path below the stage, percent-encoded, beginning with a slash."""
    served: Served
    context: dict[str, Any]
    outcome: dict[str, Any] = field(default_factory=dict)
    route: Route | None = None
    usage_identifier_key: str = ""
    """Key that the authorizer names, for APIs whose ``apiKeySource`` is AUTHORIZER."""

    def take(self, route: Route) -> Route:
        """Note which method the request means."""
        self.route = route
        path = route.path
        self.context["resourcePath"] = path
        # Of AWS's shape, and the same for a path in every deployment.
        self.context["resourceId"] = f"{zlib.crc32(path.encode()):08x}"[:6]
        return route

    @property
    def method_arn(self) -> str:
        """Return the ARN that policies are asked about: the path as called, not its template."""
        return self.execute_api_arn(f"{self.served.stage}/{self.request.verb}{self.path}")

    def execute_api_arn(self, path: str) -> str:
        """Return an ``execute-api`` ARN of this API; ``path`` follows the API id."""
        backend = self.served.backend
        owner = f"{backend.region_name}:{backend.account_id}"
        return f"arn:aws:execute-api:{owner}:{self.served.api_id}/{path}"


def new_context(request: HttpRequest, path: str, served: Served, now: float) -> dict[str, Any]:
    """Return ``requestContext`` in the shape of REST APIs, before any route is known."""
    return {
        "accountId": served.backend.account_id,
        "apiId": served.api_id,
        "deploymentId": served.deployment.id,
        "domainName": (request.header("Host") or "").partition(":")[0],
        "domainPrefix": served.api_id,
        **new_ids(),
        "httpMethod": request.verb,
        "identity": {
            **_NO_IDENTITY,
            "sourceIp": request.source_ip,
            "userAgent": request.header("User-Agent"),
        },
        "path": f"/{served.stage}{path}",
        "protocol": request.protocol,
        "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now * 1000),
        "stage": served.stage,
    }


def new_ids() -> dict[str, str]:
    """Return the two ids that AWS gives every request, answered or refused."""
    extended = base64.b64encode(os.urandom(11)).decode()
    return {"requestId": str(uuid.uuid4()), "extendedRequestId": extended}


_VARIABLE = re.compile(
    r"\$(context(?:\.\w+)+|stageVariables\.\w+|method\.request\.\w+\.[\w-]+)", re.ASCII
)
_DIRECTIVE = re.compile(r"#(?:set|if|foreach|macro|parse|include)\b")


def render(template: str, call: ApiCall, *, missing: str = "") -> str:
    """Substitute every variable of a template; one without a value becomes ``missing``."""
    return _VARIABLE.sub(lambda variable: text_of(variable[1], call) or missing, template)


def mapped(expression: str, call: ApiCall) -> str:
    """Evaluate a parameter mapping: ``'a static value'``, or the name of a variable."""
    if expression.startswith("'"):
        return expression.strip("'")
    return text_of(expression, call)


def text_of(name: str, call: ApiCall) -> str:
    """Return the value of a variable as AWS writes it, empty where it has none."""
    value = _value(name, call)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def plain(template: str) -> str:
    """Return a template that variables alone can render; raise where it needs Velocity, which is not here."""
    if _DIRECTIVE.search(template):
        raise GatewayRefusal(
            "API_CONFIGURATION_ERROR", why="local gateway runs no Velocity directives"
        )
    return template


def _value(name: str, call: ApiCall) -> Any:
    source, _, key_path = name.partition(".")
    if source == "context":
        return _walk({**call.context, **call.outcome}, key_path.split("."))
    if source == "stageVariables":
        return call.served.settings.variables.get(key_path)
    _, place, key = [*key_path.split(".", 2), "", ""][:3]
    if place == "header":
        return call.request.header(key)
    if place == "querystring":
        return dict(call.request.query).get(key)
    return call.route and call.route.path_parameters.get(key)


def _walk(value: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
