"""An invocation: what is asked of Lambda, and what it answers or refuses."""

import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ANSWER_LIMIT = 6_291_556
"""Bytes that a synchronous invocation may answer with."""
REQUEST_LIMIT = 6_291_456
"""Bytes that it may be asked with."""
TAIL = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invocation, and each of its retries."""

    name: str
    qualifier: str | None
    event: bytes
    """JSON."""
    client_context: Mapping[str, Any] | None = None
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
    log_tail: str = ""
    """The last 4 KB that the invocation logged."""
    refusal: str | None = None
    """AWS's error code, if refused."""


def refused(call: Call, status: int, code: str, message: str, **more: str) -> Invocation:
    """Answer as Lambda refuses; it spells the key ``message`` where it throttles, ``Message`` elsewhere."""
    key = "message" if "Reason" in more else "Message"
    return Invocation(
        status=status,
        payload=json.dumps({**more, "Type": "User", key: message}).encode(),
        request_id=call.request_id,
        refusal=code,
    )


def not_found(call: Call, why: LookupError) -> Invocation:
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
