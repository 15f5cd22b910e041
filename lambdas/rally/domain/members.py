"""Members of a request's body, each with its type and bounds. VALIDATION_ERROR names the member."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from lambdas.rally.domain.refusals import Refusal

# Not str.isprintable: it refuses U+3000, the space of Japanese names.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LINE_BREAK = "\n"
LONGEST_NAME = 300
"""Characters of a name that fit into a LINE message beside its own text."""


def text(body: Mapping[str, Any], name: str, *, longest: int) -> str:
    """Return a text of 1 to `longest` characters without control characters and lone surrogates."""
    value = body.get(name)
    if value is None:
        raise Refusal("VALIDATION_ERROR", f"{name} is required")
    if not isinstance(value, str) or not 1 <= len(value) <= longest or _CONTROL.search(value):
        raise Refusal("VALIDATION_ERROR", f"{name} must be text of 1 to {longest} characters")
    return value


def words(body: Mapping[str, Any], name: str, *, longest: int) -> str:
    """Return a text for people. It may have line breaks but must not be blank, which LINE refuses."""
    value = body.get(name)
    flat = value.replace(_LINE_BREAK, " ") if isinstance(value, str) else value
    if not text({name: flat}, name, longest=longest).strip():
        raise Refusal("VALIDATION_ERROR", f"{name} must not be blank")
    return str(value)


def legible(value: object) -> str:
    """Return the legible part of a stored name on one line, cut to length; empty if there is none."""
    return _CONTROL.sub(" ", value).strip()[:LONGEST_NAME] if isinstance(value, str) else ""


def choice(body: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """Return one of the choices."""
    value = body.get(name)
    if not isinstance(value, str) or value not in choices:
        raise Refusal("VALIDATION_ERROR", f"{name} must be one of {', '.join(sorted(choices))}")
    return value


def number(body: Mapping[str, Any], name: str, *, low: float, high: float) -> float:
    """Return a number within the closed range. 0 is a number; true and "1" are not."""
    value = body.get(name)
    if name not in body:
        raise Refusal("VALIDATION_ERROR", f"{name} is required")
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Refusal("VALIDATION_ERROR", f"{name} must be a number from {low:g} to {high:g}")
    return value


def stamp_id(body: Mapping[str, Any], name: str) -> str:
    """Return a stamp id; one that begins with # would address a counter of the ranking."""
    value = text(body, name, longest=128)
    if value.startswith("#"):
        raise Refusal("VALIDATION_ERROR", f"{name} must not begin with #")
    return value


def user_id(body: Mapping[str, Any], name: str) -> str:
    """Return a user id. The caller must compare it with the session's."""
    return text(body, name, longest=64)
