"""Calls a function as API Gateway does: with its own event, only with permission, and only for so long."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatchcase
from typing import Any

from local.functions.functions import Functions
from local.functions.invocation import Invocation
from local.gateway.call import ApiCall, text_of
from local.gateway.refusal import GatewayRefusal
from local.http import HttpRequest

_NOT_FORWARDED = frozenset({"connection", "content-length"})


def proxy_event(call: ApiCall) -> dict[str, Any]:
    """Return the event for a function behind ``AWS_PROXY``: what is absent is null, never missing."""
    body, encoded = _body(call)
    return {**_caller(call), "body": body, "isBase64Encoded": encoded}


def request_authorizer_event(call: ApiCall) -> dict[str, Any]:
    """Return the event of a REQUEST authorizer: it sees everything but the body."""
    return {"type": "REQUEST", "methodArn": call.method_arn, **_caller(call)}


def media_type_matches(call: ApiCall, content_type: str) -> bool:
    """Say whether the API treats this content type as binary."""
    kind = content_type.partition(";")[0].strip().lower()
    binary = call.served.deployment.api.binaryMediaTypes
    return any(fnmatchcase(kind, pattern.replace("~1", "/").lower()) for pattern in binary)


def _caller(call: ApiCall) -> dict[str, Any]:
    request, route = call.request, call.route
    headers = [*_forwarded(request)]
    return {
        "resource": call.context["resourcePath"],
        "path": call.path,
        "httpMethod": request.verb,
        "headers": dict(headers),
        "multiValueHeaders": _values(headers),
        "queryStringParameters": dict(request.query) or None,
        "multiValueQueryStringParameters": _values(request.query) or None,
        "pathParameters": dict(route.path_parameters) or None if route else None,
        "stageVariables": dict(call.served.settings.variables) or None,
        "requestContext": call.context,
    }


def _forwarded(request: HttpRequest) -> Iterable[tuple[str, str]]:
    for name, value in request.headers:
        if name.lower() not in _NOT_FORWARDED and name.lower() != "x-forwarded-for":
            yield name, value
    # What the caller claims stays in front: only the last address is the gateway's own word.
    claimed = request.header("X-Forwarded-For")
    yield "X-Forwarded-For", f"{claimed}, {request.source_ip}" if claimed else request.source_ip
    yield "X-Forwarded-Port", str(request.port)
    yield "X-Forwarded-Proto", "http"


def _values(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def _body(call: ApiCall) -> tuple[str | None, bool]:
    body = call.request.body
    if not body:
        return None, False
    if media_type_matches(call, call.request.header("Content-Type") or "application/json"):
        return base64.b64encode(body).decode(), True
    # A body that is not UTF-8 reaches the function damaged, as on AWS without binaryMediaTypes.
    return body.decode("utf-8", "replace"), False


PRINCIPAL = "apigateway.amazonaws.com"
LARGEST_EVENT_BYTES = 6 * 1024 * 1024
"""Lambda's quota for the payload of a synchronous invocation."""

_FUNCTION = re.compile(r":lambda:path/2015-03-31/functions/(arn:aws:lambda:[^/]+)/invocations$")
_STAGE_VARIABLE = re.compile(r"\$\{(stageVariables\.\w+)\}")


class Invoker:
    """Runs functions on threads of its own, so that a caller never waits past the limit."""

    def __init__(self, functions: Functions, *, limit_s: float) -> None:
        self._functions = functions
        self._limit_s = limit_s
        self._pool = ThreadPoolExecutor(256, thread_name_prefix="gateway-invoke")

    def invoke(
        self, call: ApiCall, uri: str, event: Mapping[str, Any], *, source_arn: str, timeout_ms: int
    ) -> Invocation:
        """Invoke what an integration or authorizer URI names; ``timeout_ms`` can only shorten the limit.

        Raises the `GatewayRefusal` of an integration. A function's own error is an answer: see ``function_error``.
        """
        arn = function_arn(uri, call)
        if not arn or not self._permits(arn, source_arn):
            why = f"{arn or uri} does not let {source_arn} invoke it"
            raise GatewayRefusal("API_CONFIGURATION_ERROR", why=why)
        payload = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
        if len(payload) > LARGEST_EVENT_BYTES:
            why = f"an event of {len(payload)} bytes is more than Lambda takes"
            raise GatewayRefusal("REQUEST_TOO_LARGE", why=why)
        limit_s = min(self._limit_s, timeout_ms / 1000)
        running = self._pool.submit(self._functions.invoke, arn, payload)
        try:
            return _accepted(running.result(limit_s), arn)
        except TimeoutError as late:  # the function runs on, as on AWS
            why = f"{arn} did not answer within {limit_s:g} s"
            raise GatewayRefusal("INTEGRATION_TIMEOUT", why=why) from late

    def _permits(self, arn: str, source_arn: str) -> bool:
        try:
            return self._functions.allowed(arn, PRINCIPAL, source_arn)
        except LookupError:
            return False

    def close(self) -> None:
        """Take no more work; what runs is left to the functions' own time-outs."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def function_arn(uri: str, call: ApiCall) -> str:
    """Return the function, with its alias, that a URI names; empty where it names none.

    Stage variables in the URI are live: an unset one leaves a hole, and no function is found.
    """
    filled = _STAGE_VARIABLE.sub(lambda match: text_of(match[1], call), uri)
    match = _FUNCTION.search(filled)
    return match[1] if match and not match[1].endswith(":") else ""


def _accepted(invocation: Invocation, arn: str) -> Invocation:
    if invocation.status == 404:
        raise GatewayRefusal("API_CONFIGURATION_ERROR", why=f"{arn} does not exist")
    if invocation.status != 200:
        reason = invocation.payload.decode("utf-8", "replace")
        # A throttled function, too, is never a 429: the caller did nothing wrong.
        why = f"{arn}: Lambda refuses with {invocation.status}: {reason}"
        raise GatewayRefusal("DEFAULT_5XX", why=why)
    return invocation
