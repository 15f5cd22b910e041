"""Members of a request's body, each with its type and bounds. VALIDATION_ERROR names the member."""

from collections.abc import Collection, Mapping
from typing import Any

from lambdas.rally.refusals import Refusal


def text(body: Mapping[str, Any], name: str, *, longest: int) -> str:
    """Return a text of 1 to `longest` printable characters (so no control, no lone surrogate)."""
    value = body.get(name)
    if value is None:
        raise Refusal("VALIDATION_ERROR", f"{name} is required")
    if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
        raise Refusal("VALIDATION_ERROR", f"{name} must be text of 1 to {longest} characters")
    return value


def choice(body: Mapping[str, Any], name: str, choices: Collection[str]) -> str:
    """Return one of the choices."""
    value = body.get(name)
    if not isinstance(value, str) or value not in choices:
        raise Refusal("VALIDATION_ERROR", f"{name} must be one of {', '.join(sorted(choices))}")
    return value


def number(body: Mapping[str, Any], name: str, *, low: float, high: float) -> float:
    """Return a number of the closed range. 0 is a number; true and "1" are none."""
    value = body.get(name)
    if value is None:
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
    """Return a user id; whose it is, is the session's to say."""
    return text(body, name, longest=64)
