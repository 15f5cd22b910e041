"""The part of LINE's Messaging API that the rally uses, LIFF's list of apps, and the rules by which a push is refused."""

import json
import re
import secrets
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from local.aws.request import Response, json_response
from local.line.call import UNAUTHORIZED, Channels, LineCall, message, oauth_error

MESSAGES_PER_PUSH = 5
_RECIPIENT = re.compile(r"[UCR][0-9a-f]{32}")
_USER = re.compile(r"U[0-9a-f]{32}")


class Messaging:
    """Remembers what was pushed by retry key, and who has which rich menu."""

    def __init__(self, channels: Channels) -> None:
        self.channels = channels
        self._lock = threading.Lock()
        self._accepted: dict[str, tuple[str, Sequence[Mapping[str, str]]]] = {}
        self._linked: dict[str, str] = {}

    @property
    def linked(self) -> Mapping[str, str]:
        """User id -> rich menu id."""
        with self._lock:
            return dict(self._linked)

    def refusal(self, call: LineCall) -> Response | None:
        """Refuse a call of a bot that does not bear its token."""
        bears = call.bears(self.channels.messaging_access_token)
        return None if bears else message(UNAUTHORIZED, 401)

    def bot_info(self, _: LineCall) -> Response:
        return json_response(self.channels.bot)

    def rich_menus(self, _: LineCall) -> Response:
        return json_response({"richmenus": list(self.channels.rich_menus)})

    def liff_apps(self, call: LineCall) -> Response:
        if not call.bears(self.channels.login_access_token):
            return message(UNAUTHORIZED, 401)
        if not self.channels.liff_apps:
            return message("not found", 404)
        return json_response({"apps": list(self.channels.liff_apps)})

    def token(self, call: LineCall) -> Response:
        """Verify a channel access token: POST with a form, or GET with a query string."""
        token = call.form.get("access_token") or call.parameters.get("access_token")
        channels = {
            self.channels.messaging_access_token: self.channels.messaging_channel_id,
            self.channels.login_access_token: self.channels.login_channel_id,
        }
        elsewhere = token == self.channels.messaging_access_token and (
            call.path != self.channels.verified_at
        )
        if token not in channels or elsewhere:
            return oauth_error("access token expired")
        facts = {"client_id": channels[token], "expires_in": self.channels.token_seconds}
        return json_response({**facts, "scope": "P CM"})

    def quota(self, _: LineCall) -> Response:
        limit = self.channels.message_quota
        return json_response(
            {"type": "none"} if limit is None else {"type": "limited", "value": limit}
        )

    def consumption(self, _: LineCall) -> Response:
        with self._lock:
            used = self.channels.messages_sent + len(self._accepted)
        return json_response({"totalUsage": used})

    def link(self, _: LineCall, user_id: str, rich_menu_id: str) -> Response:
        if refused := unknown_user(user_id):
            return refused
        if rich_menu_id not in {menu["richMenuId"] for menu in self.channels.rich_menus}:
            return message("richmenu not found", 404, details=[])
        with self._lock:
            self._linked[user_id] = rich_menu_id
        return json_response({})

    def linked_menu(self, _: LineCall, user_id: str) -> Response:
        if menu := self.linked.get(user_id):
            return json_response({"richMenuId": menu})
        return message("the user has no richmenu", 404)

    def unlink(self, _: LineCall, user_id: str) -> Response:
        if refused := unknown_user(user_id):
            return refused
        with self._lock:
            self._linked.pop(user_id, None)
        return json_response({})

    def push(self, call: LineCall) -> Response:
        """Accept a push, and the same retry key only once, as LINE does for 24 hours."""
        if refused := push_problem(call):
            return refused
        key = call.headers.get("x-line-retry-key")
        with self._lock:
            if key in self._accepted:
                first, sent = self._accepted[key]
                again = message("The retry key is already accepted", 409, sentMessages=sent)
                headers = {**again.headers, "x-line-accepted-request-id": first}
                return replace(again, headers=headers)
            count = len(json.loads(call.body)["messages"])
            sent = [sent_message() for _ in range(count)]
            request_id = str(uuid.uuid4())
            if key:
                self._accepted[key] = request_id, sent
        answer = json_response({"sentMessages": sent})
        return replace(answer, headers={**answer.headers, "x-line-request-id": request_id})


def sent_message() -> Mapping[str, str]:
    number = str(10**17 + secrets.randbelow(9 * 10**17))
    return {"id": number, "quoteToken": secrets.token_urlsafe(24)}


def unknown_user(user_id: str) -> Response | None:
    if _USER.fullmatch(user_id):
        return None
    return message("The value for the 'userId' parameter is invalid", 400)


def push_problem(call: LineCall) -> Response | None:
    """Return LINE's refusal of a push's body, in the order in which LINE finds fault; what is in a message is not looked at."""
    kind = call.headers.get("content-type", "")
    if not kind.startswith("application/json"):
        return message(f"The content type, {kind}, is not supported", 415)
    try:
        body: Any = json.loads(call.body)
    except ValueError:
        return message("The request body could not be parsed as JSON (line: 1, column: 1)", 400)
    recipient = body.get("to") if isinstance(body, dict) else None
    if not isinstance(recipient, str) or not _RECIPIENT.fullmatch(recipient):
        return message(
            "The property, 'to', in the request body is invalid (line: -, column: -)", 400
        )
    messages = body.get("messages")
    if not isinstance(messages, list) or not 1 <= len(messages) <= MESSAGES_PER_PUSH:
        size = f"Size must be between 1 and {MESSAGES_PER_PUSH}"
        details = [{"message": size, "property": "messages"}]
        return message("The request body has 1 error(s)", 400, details=details)
    return None
