"""The texts of the planned secrets: asked for once, compared with what others can see, shown to nobody."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from aws.concealed import Needles, spellings
from aws.engine import Reading, guarded
from aws.section import Unreadable


def texts(reading: Reading) -> Mapping[str, str | Unreadable]:
    """Return name -> text. One call after another: items wait for it, so it may not need their pool."""
    found: dict[str, str | Unreadable] = {}
    for name in reading.scope.secrets:
        text = guarded(partial(_text, reading, name))
        if text is not None:
            found[name] = text
    return found


def needles(reading: Reading) -> Needles:
    """Return what to look for in variables and tags; of a secret that is unread, its own rows tell."""
    read = {name: one for name, one in reading.source(texts).items() if isinstance(one, str)}
    return {name: spellings(fields(text).values() or [text]) for name, text in read.items()}


def fields(text: str) -> Mapping[str, str]:
    """Return the fields of a JSON object as text; none where it is no object."""
    parsed = parsed_object(text) or {}
    return {key: one if isinstance(one, str) else json.dumps(one) for key, one in parsed.items()}


def parsed_object(text: str) -> dict[str, Any] | None:
    """Return the JSON object that ``text`` is, or None where it is none."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def _text(reading: Reading, name: str) -> str:
    raw = reading.aws.call("secretsmanager", "get_secret_value", SecretId=name)
    return "" if "SecretBinary" in raw else str(raw["SecretString"])
