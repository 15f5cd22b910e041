"""API Gateway's updates: operations of JSON Patch, at paths that begin as those of its answers do."""

from collections.abc import Iterable
from typing import Any

from aws.change.gate import Change
from aws.kind.engine import Kind


def escaped(text: str) -> str:
    """Return a text as one step of a path of API Gateway's updates, a JSON pointer: ``~1stamps``."""
    return text.replace("~", "~0").replace("/", "~1")


def replaced(path: str, value: Any) -> dict[str, str]:
    """Return API Gateway's patch operation that sets the value at a path; API Gateway takes whole numbers without a point."""
    whole = isinstance(value, float) and value.is_integer()
    text = str(int(value) if whole else value)
    return {
        "op": "replace",
        "path": path,
        "value": text.lower() if isinstance(value, bool) else text,
    }


def setting(kind: Kind[Any], changes: Iterable[Change]) -> list[dict[str, str]]:
    """Return these changes as API Gateway takes them: a fact is set where it is read."""
    paths = {fact.words: fact.at.replace(".", "/") for fact in kind.facts.values()}
    return [replaced(f"/{paths[change.field]}", change.after) for change in changes]
