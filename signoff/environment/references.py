"""Puts in place what the contract's references name: a validator of one schema would look it up for each answer."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

SENT = {"accept", "authorization", "content-type", "x-api-key"}
"""Headers of each call where it needs them; OpenAPI itself takes the first three for no parameters."""


def in_place(part: Any, document: Mapping[str, Any], within: frozenset[str] = frozenset()) -> Any:
    """Return a part of an OpenAPI document without references; KeyError with one that names nothing.

    What lies ``within`` itself, as a tree does, has no end: there anything goes.
    """
    match part:
        case {"$ref": str(pointer)} if pointer in within:
            return {}
        case {"$ref": str(pointer), **rest}:
            whole = in_place(_named(pointer, document), document, within | {pointer})
            if isinstance(whole, Mapping) and rest.keys() <= {"summary", "description"}:
                return {**whole, **rest}  # all that may stand beside it where it is no schema
            return {"allOf": [whole], **in_place(rest, document, within)} if rest else whole
        case Mapping():
            return {name: in_place(value, document, within) for name, value in part.items()}
        case list():
            return [in_place(entry, document, within) for entry in part]
    return part


def _named(pointer: str, document: Mapping[str, Any]) -> Any:
    file, *steps = unquote(pointer).split("/")
    part: Any = document if file == "#" else None
    try:
        for step in steps:
            name = step.replace("~1", "/").replace("~0", "~")
            part = part[int(name) if isinstance(part, list) else name]
    except (LookupError, TypeError, ValueError):
        raise KeyError(pointer) from None
    return part


def required_of(
    item: Mapping[str, Any], verb: str, document: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Return the parameters that a verb of a path can't be called without, beside the headers ``SENT``; ``item`` is the path's part of the document."""
    asked = [*item.get("parameters", ()), *item[verb.lower()].get("parameters", ())]
    required = [each for each in in_place(asked, document) if each.get("required")]
    return [each for each in required if each["in"] != "header" or each["name"].lower() not in SENT]


def url_of(path: str, verb: str, document: Mapping[str, Any]) -> str | None:
    """Return a path with the ``example`` of each parameter that its URL requires; None where one has none, or a list."""
    required = required_of(document["paths"][path], verb, document)
    asked = [each for each in required if each["in"] in {"path", "query"}]
    if any(isinstance(each.get("example"), list | dict | None) for each in asked):
        return None
    texts = {(each["in"], each["name"].rstrip("+")): _in_url(each["example"]) for each in asked}
    filled = re.sub("{(.+?)[+]?}", lambda name: texts.get(("path", name[1]), name[0]), path)
    query = "&".join(
        f"{_in_url(name)}={text}" for (at, name), text in texts.items() if at == "query"
    )
    return None if "{" in filled else filled + (query and f"?{query}")


def _in_url(value: object) -> str:
    """Return a value as a URL has it; a boolean, or a day that YAML reads as one, as JSON does."""
    text = value if isinstance(value, str) else json.dumps(value, default=str).strip('"')
    return quote(text, safe="")
