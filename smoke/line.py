"""LINE, asked directly: whose a token is, which LIFF apps there are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeGuard

import jwt
import requests

from aws.section import NotTestable
from smoke.client import NO_ANSWER, answered, connections_to

TIMEOUT_S = (5, 10)
TOO_MANY, FAULT = 429, 500
"""Statuses that say nothing about a token and pass by themselves."""
QUOTA = "/v2/bot/message/quota"
MENUS = "/v2/bot/richmenu/list"
_LIFF_LINK = re.compile(r"(?:(?:liff|miniapp)\.line\.me|line://app)/(\d+-\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineClient:
    """One endpoint. ``embedded``: it is the local stack's stand-in, which signs ID tokens."""

    endpoint: str
    embedded: bool = False
    _http: requests.Session = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_http", connections_to(self.endpoint))

    def bot(self, token: str) -> tuple[int, Mapping[str, Any]]:
        """GET /v2/bot/info: status, and the bot that the channel access token belongs to."""
        return self._ask("GET", "/v2/bot/info", token)

    def expires_in_s(self, token: str) -> int | None:
        """Return for how many seconds a channel access token is valid; None if that can't be known.

        LINE verifies short- and long-lived tokens at one address, tokens with an expiry of the issuer's
        choice (v2.1) at another, and stateless ones, which live for 15 minutes, at none: those are
        signed JWTs, which contain their own expiry. Source: LINE's OpenAPI document
        channel-access-token.yml, and "Channel access token" in LINE's documentation.
        """
        parameters = {"access_token": token}
        for status, facts in (
            self._ask("POST", "/v2/oauth/verify", data=parameters),
            self._ask("GET", "/oauth2/v2.1/verify", params=parameters),
        ):
            if status == 200 and type(facts.get("expires_in")) is int:
                return int(facts["expires_in"])
        return _stated_expiry(token)

    def message_quota(self, token: str) -> tuple[int | None, int]:
        """Return how many messages the bot may send a month (None: any number), and has sent this month.

        NotTestable if LINE does not say. Source: LINE's messaging-api.yml, getMessageQuota and
        getMessageQuotaConsumption.
        """
        status, quota = self._ask("GET", QUOTA, token)
        kind, limit = quota.get("type"), quota.get("value")
        valid = kind == "none" or (kind == "limited" and _counts(limit))
        if status != 200 or not valid:
            raise _unsaid(QUOTA, status)
        status, consumption = self._ask("GET", f"{QUOTA}/consumption", token)
        used = consumption.get("totalUsage")
        if status != 200 or not _counts(used):
            raise _unsaid(f"{QUOTA}/consumption", status)
        return (None if kind == "none" else limit), used

    def liff_apps(self, token: str) -> tuple[int, Mapping[str, Any]]:
        """GET /liff/v1/apps, with a token of the Login channel: the Messaging token lists none."""
        return self._ask("GET", "/liff/v1/apps", token)

    def menu_of(self, token: str, user_id: str) -> str | None:
        """GET /v2/bot/user/{userId}/richmenu: the id of the user's own menu; None if they have none."""
        status, body = self._ask("GET", f"/v2/bot/user/{user_id}/richmenu", token)
        if status not in {200, 404}:
            raise _unsaid("/v2/bot/user/…/richmenu", status)
        return body.get("richMenuId")

    def linked_apps(self, token: str) -> frozenset[str]:
        """GET /v2/bot/richmenu/list: ids of the LIFF apps that the bot's rich menus open."""
        status, menus = self._ask("GET", MENUS, token)
        if status != 200 or not isinstance(menus.get("richmenus"), list):
            raise _unsaid(MENUS, status)
        return frozenset(_LIFF_LINK.findall(str(menus)))

    def unlink_menu(self, token: str, user_id: str) -> int:
        """DELETE /v2/bot/user/{userId}/richmenu: the status; 200 whether the user had a menu or not."""
        return self._ask("DELETE", f"/v2/bot/user/{user_id}/richmenu", token)[0]

    def id_token(self, **claims: Any) -> str:
        """Let the stand-in sign an ID token with these claims, flawed or not."""
        return str(self._ask("POST", "/local/id_token", json=claims)[1]["id_token"])

    def _ask(
        self, verb: str, path: str, token: str | None = None, **content: Any
    ) -> tuple[int, Mapping[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = answered(
                self._http.request,
                verb,
                self.endpoint + path,
                headers=headers,
                timeout=TIMEOUT_S,
                allow_redirects=False,
                **content,
            )
            body = answer.json()
        except (*NO_ANSWER, ValueError) as error:
            kind = type(error).__name__
            raise NotTestable(
                en=f"LINE did not answer {verb} {path} ({kind})",
                ja=f"LINEが{verb} {path}に応答しません（{kind}）",
            ) from None
        if answer.status_code == TOO_MANY or answer.status_code >= FAULT:
            raise NotTestable(
                en=f"LINE answered {answer.status_code} to {verb} {path}: it is away, or asked too often",
                ja=f"{verb} {path}へのLINEの応答は{answer.status_code}（障害、または要求が多すぎる）",
            )
        return answer.status_code, body if isinstance(body, dict) else {}


def _counts(value: object) -> TypeGuard[int]:
    """Whether it is a number of messages; fewer than none would be as if more were left than there are."""
    return type(value) is int and value >= 0


def _stated_expiry(token: str) -> int | None:
    """Return the remaining seconds that a JWT states; it is not verified, since LINE accepted it."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
        return int(claims["exp"] - datetime.now(UTC).timestamp())
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError):
        return None


def _unsaid(path: str, status: int) -> NotTestable:
    return NotTestable(
        en=f"LINE does not answer GET {path} as documented ({status})",
        ja=f"GET {path}に対するLINEの応答が文書と異なります（{status}）",
    )
