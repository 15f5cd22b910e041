"""Answers as they come over the wire, made by hand."""

import json
from typing import Any

from smoke import sessions
from smoke.calls import Answer, Call, Session

LIVE = Session(
    kind=sessions.LIVE,
    user_id="Usmoke-1",
    token="eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJVMSJ9.c2lnbmF0dXJl",
)
ERROR = {"ok": False, "error": "Bad Request", "message": "No", "error_code": "VALIDATION_ERROR"}


def answer(
    call: Call, status: int = 200, body: Any = None, headers: dict[str, str] | None = None
) -> Answer:
    """Return an answer whose body is JSON, unless it is text."""
    return Answer(
        call=call,
        status=status,
        headers={"content-type": "application/json", "x-amzn-requestid": "id-1", **(headers or {})},
        text=body if isinstance(body, str) else json.dumps(body),
        at=1_000.0,
    )
