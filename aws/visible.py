"""Invisible characters, and those that rearrange visible text, are shown as escapes wherever a person reads.

AWS lets names, descriptions, tags and log lines hold almost any character. A name must not colour a terminal,
turn the line around, hide behind nothing, begin a line of its own that says GO, or break a file's syntax.
What is judged and saved keeps the characters that it has.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

LONE = r"\ud800-\udfff"
UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but tab and line feed; ESC begins a colour
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u3164\uffa0"  # drawn as nothing
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, bidi marks and overrides, separators
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff"  # byte order mark, annotations, no characters
    "\U000e0000-\U000e0fff"  # tags and further selectors: a whole text that no person sees
    f"{LONE}"
    "]"
)
_LONE = re.compile(f"[{LONE}]")
_BREAKS = re.compile("[\t\n]")
SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}
LONGEST_LINE = 2000
"""Characters of one line on a terminal; the page has all."""


def visible(text: str) -> str:
    """Return text whose every character is seen, or is a tab or a line feed."""
    return text if text.isascii() and text.isprintable() else UNSEEN.sub(_escape, text)


def visible_line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return the same in one line, cut where it is too long for a terminal."""
    line = _BREAKS.sub(_escape, visible(text))
    return line if len(line) <= longest else f"{line[:longest]}… ({len(line)} characters)"


def visible_json(text: str) -> str:
    """Return the same JSON with those characters written as its own escapes.

    A lone surrogate, of which no parser makes a text again, becomes the escape itself, as text.
    """
    return UNSEEN.sub(_json_escape, text)


def toml_text(text: str) -> str:
    """Write a basic string of TOML: JSON's escapes are TOML's, except for characters beyond 16 bits."""
    return UNSEEN.sub(_escape, json.dumps(well_formed(text), ensure_ascii=False))


def toml_value(value: Any) -> str:
    """Write a value as TOML, whose numbers and booleans are JSON's."""
    match value:
        case str():
            return toml_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            inner = ", ".join(f"{toml_key(key)} = {toml_value(value[key])}" for key in value)
            return f"{{ {inner} }}"
    return json.dumps(value)


def toml_table(header: str, values: Mapping[str, Any]) -> str:
    """Write one more table of a list of tables, such as ``prod.waivers``, without an end of the last line."""
    assigned = (f"{key} = {toml_value(value)}" for key, value in values.items())
    return "\n".join((f"[[{'.'.join(map(toml_key, header.split('.')))}]]", *assigned))


def toml_key(name: str) -> str:
    """Write a part of a key or header, in quotes where TOML wants them: ``"本番"``."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_text(name)


def well_formed(value: Any) -> Any:
    """Return an answer without lone surrogates, which no file and no digest can hold: they become text."""
    match value:
        case str():
            return value if value.isascii() else _LONE.sub(_escape, value)
        case Mapping():
            return {well_formed(name): well_formed(entry) for name, entry in value.items()}
        case list() | tuple():
            return [well_formed(entry) for entry in value]
    return value


def _escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    wide = f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
    return SHORT.get(match[0], wide)


def _json_escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    if _LONE.match(match[0]):
        return f"\\\\u{number:04x}"
    pairs = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{pairs[at : at + 4]}" for at in range(0, len(pairs), 4))
