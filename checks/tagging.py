"""The planned tags as they were found, and how they differ."""

from collections.abc import Mapping
from typing import Any

from aws.bounds import exactly
from aws.difference import Difference, differences
from aws.redaction.secret_text import MaskedValue
from aws.words import Words


def tagged(tags: Mapping[str, MaskedValue], planned: Mapping[str, str]) -> dict[str, str | None]:
    """Return planned key -> value found, None if missing; other tags do not matter."""
    return {key: str(tags[key]) if key in tags else None for key in planned}


def tags_differing(
    kind: Words,
    name: str,
    tags: Mapping[str, MaskedValue],
    planned: Mapping[str, str],
    **more: Any,
) -> tuple[Difference, ...]:
    """Return the planned tags that are missing or have another value; ``more`` as differences()."""
    facts = {_fact(key): value for key, value in tagged(tags, planned).items()}
    bounds = {_fact(key): exactly(value) for key, value in planned.items()}
    return differences(kind, name, facts, bounds, **more)


def _fact(key: str) -> Words:
    return Words(en=f"tag {key}", ja=f"タグ{key}")
