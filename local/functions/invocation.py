"""An invocation: what is asked of Lambda, and what it answers or refuses, over HTTP too."""

import json
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from local.aws.request import Request, Response
from local.functions.deployed import NotDeployed, split_name

ANSWER_LIMIT = 6_291_556
"""Bytes that a synchronous invocation may answer with."""
REQUEST_LIMIT = 6_291_456
"""Bytes that it may be asked with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeCall:
    """One invocation, and each of its retries."""

    name: str
    qualifier: str | None
    event: bytes
    """JSON."""
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def qualified_name(self) -> str:
        return f"{self.name}:{self.qualifier}" if self.qualifier else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """``status`` is HTTP's: 200 ran, even to a function error; 202 queued; 204 dry run; else refused."""

    status: int
    payload: bytes = b""
    """The function's answer or its error, or the refusal, as JSON."""
    function_error: str | None = None
    """``Unhandled``, if the function failed in any way."""
    executed_version: str = ""
    request_id: str = ""
    refusal: str | None = None
    """AWS's error code, if refused."""


def refused(call: InvokeCall, status: int, code: str, message: str, **more: str) -> Invocation:
    """Answer as Lambda refuses; it spells the key ``message`` where it throttles, ``Message`` elsewhere."""
    key = "message" if "Reason" in more else "Message"
    return Invocation(
        status=status,
        payload=json.dumps({**more, "Type": "User", key: message}).encode(),
        request_id=call.request_id,
        refusal=code,
    )


def not_found(call: InvokeCall, why: LookupError) -> Invocation:
    return refused(call, 404, "ResourceNotFoundException", str(why))


def too_large() -> bytes:
    """Return the error that takes the place of an answer beyond the limit."""
    message = f"Response payload size exceeded maximum allowed payload size ({ANSWER_LIMIT} bytes)."
    error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}
    return json.dumps(error).encode()


def trace_header() -> str:
    """Return an X-Ray header of its own; nothing is sampled."""
    root = f"1-{int(time.time()):08x}-{secrets.token_hex(12)}"
    return f"Root={root};Parent={secrets.token_hex(8)};Sampled=0"


Invoke = Callable[[InvokeCall, str], Invocation]
"""(call, invocation type) -> its answer."""


def answer(request: Request, invoke: Invoke) -> Response | None:
    """Answer an Invoke; None for any other call, which is for the AWS API itself to answer."""
    if (request.service, request.operation) != ("lambda", "Invoke"):
        return None
    kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
    try:
        call = call_of(request)
    except NotDeployed as error:
        call = InvokeCall(name="", qualifier=None, event=b"")
        return response(not_found(call, error))
    return response(refusal_of(call) or invoke(call, kind))


def call_of(request: Request) -> InvokeCall:
    name, qualifier = split_name(request.labels["FunctionName"])
    return InvokeCall(
        name=name,
        qualifier=request.labels.get("Qualifier") or qualifier,
        event=request.body or b"{}",
    )


def refusal_of(call: InvokeCall) -> Invocation | None:
    """Return Lambda's refusal of an event that is no JSON, or too much of it."""
    if len(call.event) > REQUEST_LIMIT:
        message = (
            f"Request must be smaller than {REQUEST_LIMIT} bytes for the InvokeFunction operation"
        )
        return refused(call, 413, "RequestTooLargeException", message)
    try:
        json.loads(call.event)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        return refused(call, 400, "InvalidRequestContentException", message)
    return None


def response(invocation: Invocation) -> Response:
    headers = {
        "Content-Type": "application/json",
        "x-amzn-RequestId": invocation.request_id,
        "x-amzn-ErrorType": invocation.refusal,
        "X-Amz-Executed-Version": invocation.executed_version or None,
        "X-Amz-Function-Error": invocation.function_error,
    }
    given = {name: value for name, value in headers.items() if value is not None}
    return Response(status=invocation.status, headers=given, body=invocation.payload)
