"""One call on the fake of LINE, what its channels are, and the shapes of its answers (LINE's API references)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from local.aws.request import Response, json_response

MONTH_SECONDS = 30 * 24 * 3600

BOT = {
    "userId": "Ub0700000000000000000000000000000",
    "basicId": "@000local",
    "displayName": "スタンプラリー (local)",
    "chatMode": "bot",
    "markAsReadMode": "auto",
}
RICH_MENU = {
    "richMenuId": "richmenu-00000000000000000000000000000001",
    "name": "rally",
    "size": {"width": 2500, "height": 843},
    "chatBarText": "メニュー",
    "selected": False,
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
            "action": {"type": "message", "text": "スタンプ"},
        }
    ],
}


def _token() -> str:
    return secrets.token_urlsafe(48)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Both channels are of one provider, or the user ids of the two would differ."""

    login_channel_id: str = "2000000001"
    login_access_token: str = field(default_factory=_token, repr=False)
    """Lists the LIFF apps; the Messaging API's token cannot."""
    messaging_channel_id: str = "2000000002"
    messaging_access_token: str = field(default_factory=_token, repr=False)
    token_seconds: int = MONTH_SECONDS
    """For how long both access tokens are still valid."""
    verified_at: str = "/v2/oauth/verify"
    """Where LINE verifies the Messaging API's token: there if it is short- or long-lived, at
    ``/oauth2/v2.1/verify`` if its issuer chose the expiry, nowhere (empty) if it is stateless."""
    message_quota: int | None = 5000
    """Messages a month; None where the plan has no limit."""
    messages_sent: int = 0
    """In this month, before the first push to this stand-in."""
    bot: Mapping[str, Any] = field(default_factory=lambda: BOT)
    rich_menus: tuple[Mapping[str, Any], ...] = (RICH_MENU,)
    liff_apps: tuple[Mapping[str, Any], ...] = ()
    """As LIFF's server API lists them: liffId, view {type, url}, scope …"""


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


class Received(NamedTuple):
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


def oauth_error(description: str) -> Response:
    """Answer as LINE Login puts its errors."""
    return json_response({"error": "invalid_request", "error_description": description}, 400)
