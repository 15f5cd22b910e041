"""A change in words of a test's own, which read alike in both languages."""

from typing import Any

from aws.change.gate import Change
from aws.words import Words


def change(kind: str, name: str, field: str, before: Any, after: Any, **marks: bool) -> Change:
    """Return a change of a resource of that kind; one without a ``name`` is its kind alone."""
    of_kind = Words.same(kind)
    resource = of_kind.named(name) if name else of_kind
    return Change(resource, Words.same(field), before, after, **marks)
