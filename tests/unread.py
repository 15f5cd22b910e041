"""Reasons why something was not read, as the door gives them, and items of which a fact is unknown."""

from dataclasses import fields
from typing import Any, TypeVar

from aws.door.failures import failed
from aws.inventory import Inventory
from aws.kind.description import partly, value_of
from aws.saved import reasons
from aws.section import Unreadable

T = TypeVar("T")


def refused(text: str) -> Unreadable:
    """Return what the door makes of a refusal, written as ``service:Operation: code: message``."""
    call, code, *message = text.split(": ", 2)
    return failed(call, code, "".join(f": {one}" for one in message))


def unreadable(inventory: Inventory) -> list[str]:
    """Return what could not be read, in English."""
    return [why.en for why in reasons(inventory)]


def changed(item: T, **values: Any) -> T:
    """Return the item with other values; its unknown facts stay unknown."""
    kind: Any = type(item) if type(item).__mro__[1] is object else type(item).__mro__[1]
    names = (field.name for field in fields(kind))
    return partly(kind, {name: value_of(item, name) for name in names} | values)
