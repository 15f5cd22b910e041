"""One call on the fake of LINE, and the shapes of its answers (LINE's API references)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from local.aws.request import Response, json_response

MASK = "…"
UNAUTHORIZED = (
    "Authentication failed. Confirm that the access token in the authorization header is valid."
)


@dataclass(frozen=True, kw_only=True)
class LineCall:
    """A call as it came. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def form(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace")))

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.query))

    def bears(self, token: str) -> bool:
        return self.headers.get("authorization") == f"Bearer {token}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A call as it is kept: the values of tokens are masked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


def masked(call: LineCall) -> Received:
    headers = {k: f"Bearer {MASK}" if k == "authorization" else v for k, v in call.headers.items()}
    body = call.body.decode(errors="replace")
    for name in ("id_token", "access_token"):
        if value := call.form.get(name):
            body = body.replace(value, MASK)
    return Received(method=call.method, path=call.path, headers=headers, body=body)


def message(text: str, status: int, **more: Any) -> Response:
    """Answer as the Messaging API and LIFF's API put their errors."""
    return json_response({"message": text, **more}, status)


def body_errors(problems: list[dict[str, str]], text: str | None = None) -> Response:
    summary = text or f"The request body has {len(problems)} error(s)"
    return message(summary, 400, details=problems)


def oauth_error(description: str, status: int = 400) -> Response:
    """Answer as LINE Login puts its errors."""
    return json_response({"error": "invalid_request", "error_description": description}, status)
