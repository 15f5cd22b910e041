"""What a LINE provider has set up in LINE's console: a Login channel and a Messaging API channel."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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
    login_channel_secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
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
