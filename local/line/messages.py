"""The rules that LINE's Messaging API holds message objects to, as far as they can refuse a push."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

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
