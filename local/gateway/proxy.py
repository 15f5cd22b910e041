"""``AWS_PROXY``: the function gets the whole request, and its answer becomes the whole reply."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from local.functions.invocation import Invocation
from local.gateway.call import ApiCall
from local.gateway.export import DEFAULT_TIMEOUT_MS
from local.gateway.invoke import Invoker, media_type_matches, proxy_event
from local.gateway.refusal import GatewayRefusal
from local.http import HttpReply

_ANSWER_TYPES = {"headers": dict, "multiValueHeaders": dict, "body": str, "isBase64Encoded": bool}
_REMAPPED = {
    "authorization",
    "connection",
    "content-length",
    "content-md5",
    "date",
    "host",
    "server",
    "upgrade",
    "user-agent",
    "www-authenticate",
}
"""Response headers that API Gateway renames (AWS: Amazon API Gateway important notes)."""
_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_VALUE = re.compile(r"[^\r\n\0]*")


def proxy(call: ApiCall, integration: Any, invoker: Invoker) -> HttpReply:
    """Invoke the function and check its answer; raises `GatewayRefusal` for anything that goes wrong."""
    invocation = _invoke(call, integration, invoker)
    if invocation.function_error:
        raise _bad_gateway(f"function error {invocation.function_error}")
    try:
        answer = json.loads(invocation.payload)
        return _reply(call, _well_formed(answer))
    except (ValueError, TypeError) as malformed:
        raise _bad_gateway(f"malformed Lambda proxy response: {malformed}") from malformed


def _invoke(call: ApiCall, integration: Any, invoker: Invoker) -> Invocation:
    if (integration.http_method or "POST") != "POST":
        # Lambda's Invoke is a POST, regardless of the verb of the method; AWS accepts another, and fails.
        raise GatewayRefusal("API_CONFIGURATION_ERROR", why=f"Invoke by {integration.http_method}")
    source = call.execute_api_arn(
        f"{call.served.stage}/{call.request.verb}{call.context['resourcePath']}"
    )
    return invoker.invoke(
        call,
        integration.uri or "",
        proxy_event(call),
        source_arn=source,
        timeout_ms=int(integration.timeout_in_millis or DEFAULT_TIMEOUT_MS),
    )


def _bad_gateway(why: str) -> GatewayRefusal:
    return GatewayRefusal("DEFAULT_5XX", status=502, why=why)


def _well_formed(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise TypeError("not an object")
    if extra := answer.keys() - _ANSWER_TYPES.keys() - {"statusCode"}:
        raise ValueError(f"keys that are none of the answer's: {sorted(extra)}")
    for key, kind in _ANSWER_TYPES.items():
        if not isinstance(answer.get(key), kind | None):
            raise TypeError(f"{key} is not a {kind.__name__}")
    return answer


def _reply(call: ApiCall, answer: Mapping[str, Any]) -> HttpReply:
    status = int(answer.get("statusCode") or 200)
    if not 200 <= status <= 599:
        raise ValueError(f"statusCode {status}")
    headers = list(_headers(answer))
    content_type = next((v for k, v in headers if k.lower() == "content-type"), "")
    if not content_type:
        headers.insert(0, ("Content-Type", "application/json"))
    body = (answer.get("body") or "").encode()
    if answer.get("isBase64Encoded") and media_type_matches(call, content_type):
        body = base64.b64decode(body, validate=True)
    return HttpReply(status=status, headers=tuple(headers), body=body)


def _headers(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Merge both maps; a pair that is in both comes once, from multiValueHeaders."""
    pairs = [
        (name, _text(value))
        for name, values in (answer.get("multiValueHeaders") or {}).items()
        for value in _listed(values)
    ]
    single = ((name, _text(value)) for name, value in (answer.get("headers") or {}).items())
    pairs += [pair for pair in single if pair not in pairs]
    for name, value in pairs:
        lower = name.lower()
        if _NAME.fullmatch(name) and lower != "transfer-encoding":
            yield (f"x-amzn-Remapped-{name}" if lower in _REMAPPED else name), value


def _listed(values: Any) -> list[Any]:
    if not isinstance(values, list):
        raise TypeError("multiValueHeaders does not hold lists")
    return values


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or not _VALUE.fullmatch(value):
        raise TypeError("a header's value is not a plain string")
    return value
