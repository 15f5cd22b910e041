"""A Lambda proxy event, read without trusting its shape."""

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from lambdas.rally.domain.refusals import Refusal

PATIENCE_S = 17
"""Seconds. A cold start may take 2 s before, and one AWS call 9 s after; API Gateway gives up at 29 s."""


@dataclass(frozen=True)
class LambdaRequest:
    """One event of API Gateway, or of a direct invocation (which has no `requestContext`)."""

    event: Mapping[str, Any]
    invocation_id: str = ""
    began: float = field(default_factory=time.monotonic)
    now: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, event: object, context: object) -> "LambdaRequest":
        """Read what Lambda passes in; an event that is not an object is an empty request."""
        return cls(_object(event), str(getattr(context, "aws_request_id", "")))

    def in_time(self) -> None:
        """Check before another call or pause. Raises SERVICE_UNAVAILABLE if it is too late for it.

        Otherwise a slow AWS that answers only on the second attempt would end in a 504 and a killed
        function.
        """
        if self.now() - self.began > PATIENCE_S:
            raise Refusal("SERVICE_UNAVAILABLE", detail=f"AWS took more than {PATIENCE_S} s")

    @property
    def direct(self) -> bool:
        """Whether it was invoked directly (as award invokes notify), not through the API."""
        return "requestContext" not in self.event

    @property
    def ids(self) -> dict[str, str]:
        """API Gateway's request id, which the access log and the caller have, and Lambda's own."""
        gateway = _object(self.event.get("requestContext")).get("requestId", "")
        return {"request_id": str(gateway), "lambda_request_id": self.invocation_id}

    @property
    def route(self) -> str:
        """Method and resource as the API declares them: `GET /ranking/weekly`."""
        return f"{self.event.get('httpMethod')} {self.event.get('resource')}"

    def principal(self) -> str:
        """Return the user of the session. Raises UNAUTHORIZED if no authorizer vouched for one."""
        context = _object(self.event.get("requestContext"))
        principal = _object(context.get("authorizer")).get("principalId")
        if not isinstance(principal, str) or not principal:
            raise Refusal("UNAUTHORIZED")
        return principal

    def of_own(self, user_id: str) -> str:
        """Return the user id if it is the session's. Raises FORBIDDEN otherwise."""
        if user_id != self.principal():
            raise Refusal("FORBIDDEN")
        return user_id

    def parameter(self, name: str) -> str | None:
        """Return a query parameter, None if absent."""
        value = _object(self.event.get("queryStringParameters")).get(name)
        return value if isinstance(value, str) else None

    def body(self) -> dict[str, Any]:
        """Return the JSON object in the body. Raises INVALID_JSON for anything else, or an empty body."""
        try:
            content = json.loads(self._text(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise Refusal("INVALID_JSON") from None
        if not isinstance(content, dict):
            raise Refusal("INVALID_JSON")
        return content

    def _text(self) -> str:
        body = self.event.get("body")
        if not isinstance(body, str):
            raise Refusal("INVALID_JSON")
        if self.event.get("isBase64Encoded"):
            return base64.b64decode(body, validate=True).decode()
        return body


def _refuse_constant(name: str) -> NoReturn:
    # Python accepts NaN and Infinity; JSON has neither, and both break comparisons.
    raise ValueError(name)


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
