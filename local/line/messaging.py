"""The part of LINE's Messaging API that the rally uses, LIFF's list of apps, and the rules by which a push is refused."""

import json
import re
import secrets
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from local.aws.request import Response, json_response
from local.line.call import UNAUTHORIZED, Channels, LineCall, body_errors, message, oauth_error

TYPES = {
    "text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex",
}  # fmt: skip
TEXT_LENGTH = 5000
ALT_TEXT_LENGTH = 1500
CAROUSEL_SIZE = 12
LAYOUTS = {"horizontal", "vertical", "baseline"}
COMPONENTS = {"box", "button", "image", "video", "icon", "text", "span", "separator", "filler"}
ACTIONS = {
    "postback", "message", "uri", "datetimepicker", "camera", "cameraRoll", "location",
    "richmenuswitch", "clipboard",
}  # fmt: skip
SCHEMES = {"http", "https", "line", "tel"}
Problem = dict[str, str]
"""``message`` and ``property``, as the ``details`` of LINE's errors have them."""


def problems_of(message: Any) -> list[Problem]:
    """Return what LINE refuses in one message object; ``property`` is a JSON pointer within it."""
    if not isinstance(message, Mapping) or message.get("type") not in TYPES:
        return [problem("must be specified or is not a known type", "/type")]
    if message["type"] == "text":
        return list(of_length(message.get("text"), TEXT_LENGTH, "/text"))
    if message["type"] == "flex":
        alt_text = of_length(message.get("altText"), ALT_TEXT_LENGTH, "/altText")
        return [*alt_text, *container(message.get("contents"), "/contents")]
    return []


def container(contents: Any, at: str) -> Iterator[Problem]:
    """Check a bubble, or a carousel of them."""
    kind = contents.get("type") if isinstance(contents, Mapping) else None
    if kind == "bubble":
        for block in {"header", "hero", "body", "footer"} & contents.keys():
            yield from component(contents[block], f"{at}/{block}", only_box=block != "hero")
        yield from action(contents, at)
    elif kind == "carousel":
        bubbles = contents.get("contents")
        yield from listed(bubbles, CAROUSEL_SIZE, f"{at}/contents")
        for place, bubble in numbered(bubbles, f"{at}/contents"):
            yield from container(bubble, place)
    else:
        yield problem("must be a bubble or a carousel", at)


def component(part: Any, at: str, *, only_box: bool = False) -> Iterator[Problem]:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind not in ({"box"} if only_box else COMPONENTS):
        yield problem("unknown or missing component type", f"{at}/type")
        return
    yield from action(part, at)
    if kind == "box":
        yield from box(part, at)
    if kind in {"text", "span"} and not part.get("contents"):
        yield from of_length(part.get("text"), TEXT_LENGTH, f"{at}/text")
    if kind == "button" and "action" not in part:
        yield problem("must be specified", f"{at}/action")
    if kind in {"image", "icon"} and scheme(part.get("url")) != "https":
        yield problem("invalid uri scheme", f"{at}/url")


def box(part: Mapping[str, Any], at: str) -> Iterator[Problem]:
    if part.get("layout") not in LAYOUTS:
        yield problem("must be horizontal, vertical or baseline", f"{at}/layout")
    if not isinstance(part.get("contents"), list):
        yield problem("must be specified", f"{at}/contents")
    for place, child in numbered(part.get("contents"), f"{at}/contents"):
        yield from component(child, place)


def action(part: Mapping[str, Any], at: str) -> Iterator[Problem]:
    """Check the action of anything that may have one."""
    if "action" not in part:
        return
    given = part["action"] if isinstance(part["action"], Mapping) else {}
    if given.get("type") not in ACTIONS:
        yield problem("unknown or missing action type", f"{at}/action/type")
    if given.get("type") == "uri" and scheme(given.get("uri")) not in SCHEMES:
        yield problem("invalid uri", f"{at}/action/uri")
    if part.get("type") == "button" and not given.get("label"):
        yield problem("must be specified", f"{at}/action/label")


def scheme(uri: Any) -> str:
    """Return the scheme of a URI, "" of what is none."""
    try:
        return urlsplit(str(uri or "")).scheme
    except ValueError:
        return ""


def listed(value: Any, most: int, at: str) -> Iterator[Problem]:
    if not isinstance(value, list) or not 1 <= len(value) <= most:
        yield problem(f"Size must be between 1 and {most}", at)


def numbered(values: Any, at: str) -> Iterable[tuple[str, Any]]:
    return ((f"{at}/{i}", v) for i, v in enumerate(values if isinstance(values, list) else ()))


def of_length(value: Any, most: int, at: str) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield problem("May not be empty", at)
    elif len(value.encode("utf-16-le")) // 2 > most:  # LINE counts UTF-16 code units
        yield problem(f"Length must be between 0 and {most}", at)


def problem(text: str, at: str) -> Problem:
    return {"message": text, "property": at}


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

    def bot_info(self, call: LineCall) -> Response:
        return self._refusal(call) or json_response(self.channels.bot)

    def rich_menus(self, call: LineCall) -> Response:
        return self._refusal(call) or json_response({"richmenus": list(self.channels.rich_menus)})

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

    def quota(self, call: LineCall) -> Response:
        limit = self.channels.message_quota
        said = {"type": "none"} if limit is None else {"type": "limited", "value": limit}
        return self._refusal(call) or json_response(said)

    def consumption(self, call: LineCall) -> Response:
        with self._lock:
            used = self.channels.messages_sent + len(self._accepted)
        return self._refusal(call) or json_response({"totalUsage": used})

    def link(self, call: LineCall, user_id: str, rich_menu_id: str) -> Response:
        if refused := self._refusal(call) or unknown_user(user_id):
            return refused
        if rich_menu_id not in {menu["richMenuId"] for menu in self.channels.rich_menus}:
            return message("richmenu not found", 404, details=[])
        with self._lock:
            self._linked[user_id] = rich_menu_id
        return json_response({})

    def unlink(self, call: LineCall, user_id: str) -> Response:
        if refused := self._refusal(call) or unknown_user(user_id):
            return refused
        with self._lock:
            self._linked.pop(user_id, None)
        return json_response({})

    def push(self, call: LineCall) -> Response:
        """Accept a push, and the same retry key only once, as LINE does for 24 hours."""
        if refused := self._refusal(call) or push_problem(call):
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

    def _refusal(self, call: LineCall) -> Response | None:
        if call.bears(self.channels.messaging_access_token):
            return None
        return message(UNAUTHORIZED, 401)


def sent_message() -> Mapping[str, str]:
    number = str(10**17 + secrets.randbelow(9 * 10**17))
    return {"id": number, "quoteToken": secrets.token_urlsafe(24)}


def unknown_user(user_id: str) -> Response | None:
    if _USER.fullmatch(user_id):
        return None
    return message("The value for the 'userId' parameter is invalid", 400)


def push_problem(call: LineCall) -> Response | None:
    """Return LINE's refusal of a push's body, in the order in which LINE finds fault."""
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
    return messages_problem(body.get("messages"))


def messages_problem(messages: Any) -> Response | None:
    if not isinstance(messages, list) or not 1 <= len(messages) <= MESSAGES_PER_PUSH:
        size = f"Size must be between 1 and {MESSAGES_PER_PUSH}"
        return body_errors([{"message": size, "property": "messages"}])
    for number, item in enumerate(messages):
        if problems := problems_of(item):
            text = f"A message (messages[{number}]) in the request body is invalid"
            return body_errors(problems, text)
    return None
