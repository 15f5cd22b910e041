"""Bad days of the fake of LINE."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from local.aws.request import Response
from local.line.call import LineCall, message
from local.line.fake import FakeLine


@contextmanager
def refusing(line: FakeLine, status: int, under: str = "/") -> Iterator[None]:
    """Answer calls below this path with that status."""
    routed = line.routed

    def refuse(call: LineCall) -> Response:
        refused = call.path.startswith(under)
        return message(HTTPStatus(status).phrase, status) if refused else routed(call)

    line.routed = refuse
    try:
        yield
    finally:
        line.routed = routed


@contextmanager
def channel(line: FakeLine, **facts: Any) -> Iterator[None]:
    """Change facts of the channels until the end of the block."""
    line.messaging.channels = replace(line.channels, **facts)
    try:
        yield
    finally:
        line.messaging.channels = line.channels
