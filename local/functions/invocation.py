"""An invocation: what is asked of Lambda, and what it answers or refuses, over HTTP too."""

import json
import uuid
from dataclasses import dataclass, field

from local.aws.request import Response


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


def refusal_of(call: InvokeCall) -> Invocation | None:
    """Return Lambda's refusal of an event that is no JSON."""
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
    present = {name: value for name, value in headers.items() if value is not None}
    return Response(status=invocation.status, headers=present, body=invocation.payload)
