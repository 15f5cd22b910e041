"""Reasons why something was not read, as the door gives them."""

from aws.door.failures import failed
from aws.section import Unreadable


def refused(text: str) -> Unreadable:
    """Return what the door makes of a refusal, written as ``service:Operation: code: message``."""
    call, code, *message = text.split(": ", 2)
    return failed(call, code, "".join(f": {one}" for one in message))
