"""What we tell people over LINE, in LINE's message objects. No AWS, no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from lambdas.rally.domain import line, members
from lambdas.rally.domain.refusals import Refusal

AWARDED = "stamp_awarded"
TEXTS = {
    "event_started": "スタンプラリーが始まりました。スポットを巡ってスタンプを集めましょう。",
    "reminder": "まだ集めていないスタンプがあります。お近くのスポットへお出かけください。",
}
_LONGEST = 300
SLOT_S = 600
"""Seconds in which a user can request one message of each type, so that no user spends the bot's quota."""


@dataclass(frozen=True)
class Notification:
    """One message: its recipient, its type and its content."""

    user_id: str
    type: str
    data: Mapping[str, Any]


def notification_in(body: Mapping[str, Any]) -> Notification:
    """Read the request body. Raises VALIDATION_ERROR, which names the invalid member."""
    data = body.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise Refusal("VALIDATION_ERROR", "data must be an object")
    kind = members.choice(body, "type", (AWARDED, *TEXTS))
    return Notification(members.user_id(body, "user_id"), kind, data)


def retry_key_in(event: Mapping[str, Any]) -> str:
    """Return the key that award gave its notification, by which LINE sends it once; empty if there is none."""
    try:
        return str(UUID(event.get("retry_key")))
    except (ValueError, TypeError, AttributeError):
        return ""


def slot_key(notification: Notification, now: float) -> str:
    """Return the retry key of a person's own call: LINE sends one message of a type in SLOT_S seconds."""
    return str(
        uuid5(NAMESPACE_OID, f"{notification.user_id} {notification.type} {now // SLOT_S:.0f}")
    )


def message_for(notification: Notification) -> dict[str, Any]:
    """Return LINE's message: a Flex bubble for an awarded stamp, text for the rest."""
    if notification.type == AWARDED:
        return _bubble(notification.data)
    usual = TEXTS[notification.type]
    return {"type": "text", "text": _text(notification.data, "message", usual)}


def _bubble(data: Mapping[str, Any]) -> dict[str, Any]:
    name = _text(data, "stamp_name", "スタンプ")
    lines = [
        {"type": "text", "text": "スタンプを獲得しました", "size": "sm"},
        {"type": "text", "text": name, "weight": "bold", "size": "xl", "wrap": True},
    ]
    bubble: dict[str, Any] = {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": lines},
    }
    if "image_url" in data:
        bubble["hero"] = {"type": "image", "url": _image(data), "size": "full"}
    return {"type": "flex", "altText": f"スタンプ「{name}」を獲得しました", "contents": bubble}


def _text(data: Mapping[str, Any], name: str, usual: str) -> str:
    return members.words(data, name, longest=_LONGEST) if name in data else usual


def _image(data: Mapping[str, Any]) -> str:
    url = members.text(data, "image_url", longest=line.LONGEST_URL)
    if not line.is_image_url(url):
        raise Refusal("VALIDATION_ERROR", "image_url must be an https:// URL, percent-encoded")
    return url
