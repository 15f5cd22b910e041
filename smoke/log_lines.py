"""The lines that the functions log of a request: a closed list of fields, each with its shape. Anything else is red.

A search for what is private finds it as it was sent. Headers in base64, or a body under a new name, only show as a
field that is not listed here, or as a text that does not look like one.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from aws.words import SILENCE, Words

LONGEST_WORD, LONGEST_DETAIL = 60, 300
"""Characters: an ARN's parts and ids are shorter, encoded data is longer."""


def _text(form: str) -> Callable[[Any], bool]:
    pattern = re.compile(form)
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _detail(value: Any) -> bool:
    """Whether it is a short sentence: no word of it could hold what was encoded."""
    short = isinstance(value, str) and len(value) <= LONGEST_DETAIL
    return short and all(len(word) <= LONGEST_WORD for word in value.split())


SHAPES: Mapping[str, Callable[[Any], bool]] = {
    "level": _text("INFO|WARNING|ERROR"),
    "message": _text("answered|session judged|session not judged|winner not notified"),
    "timestamp": _text(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "function": _text(r"[\w-]{1,64}"),
    "environment": _text(r"[\w-]{0,32}"),
    "request_id": _text(r"[\w=-]{0,64}"),
    "lambda_request_id": _text(r"[\w-]{0,64}"),
    "status": lambda value: type(value) is int and 100 <= value <= 599,
    "error_code": _text("[A-Z_]{1,40}"),
    "detail": _detail,
    "trace": lambda value: isinstance(value, str),
    "_aws": lambda value: (
        isinstance(value, dict) and value.keys() == {"Timestamp", "CloudWatchMetrics"}
    ),
    "FunctionName": _text(r"[\w-]{1,64}"),
    "Faults": lambda value: value == 1,
}
"""Field -> whether a value has its shape. A trace is of a fault of ours, which other rows report."""


def unlisted(line: str) -> Words:
    """Say what in a line is not listed; empty if all of it is. The value itself is not repeated: it may be private."""
    try:
        fields = json.loads(line)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        return Words(en="a line that is no JSON object", ja="JSONオブジェクトでない行")
    for name, value in fields.items():
        if name not in SHAPES:
            return Words(en=f"the field {name}, which is not listed", ja=f"一覧にない項目{name}")
        if not SHAPES[name](value):
            return Words(
                en=f"a value of {name} that has not its shape", ja=f"形式に合わない{name}の値"
            )
    return SILENCE
