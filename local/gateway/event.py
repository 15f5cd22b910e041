"""The event of a REST API's Lambda proxy integration (payload 1.0), as AWS fills it."""

import base64
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from local.gateway.call import ApiCall
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
    binary = call.served.snapshot.api.get("binaryMediaTypes") or ()
    return any(fnmatchcase(kind, pattern.replace("~1", "/").lower()) for pattern in binary)


def _caller(call: ApiCall) -> dict[str, Any]:
    request, route = call.request, call.route
    headers = _values(_forwarded(request))
    query = _values(request.query)
    return {
        "resource": call.context["resourcePath"],
        "path": call.path,
        "httpMethod": request.verb,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
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


def _last(gathered: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in gathered.items()}


def _body(call: ApiCall) -> tuple[str | None, bool]:
    body = call.request.body
    if not body:
        return None, False
    if media_type_matches(call, call.request.header("Content-Type") or "application/json"):
        return base64.b64encode(body).decode(), True
    # A body that is not UTF-8 reaches the function damaged, as on AWS without binaryMediaTypes.
    return body.decode("utf-8", "replace"), False
