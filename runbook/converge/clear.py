"""Found values that may be secrets: shown only where the plan itself has that value."""

from collections.abc import Mapping

from aws.value import seen
from plan import scope_of
from runbook.engine import StepContext


def clear(context: StepContext, text: str) -> str:
    """Return ``text`` if it is public, else how long it is and what it looks like.

    Equal values stay equal and different ones different, so that the result can be compared.
    """
    public = scope_of(context.plan, context.environment).public_values
    return str(seen(text, public=public, salts=()))


def tag_fields(context: StepContext, tags: Mapping[str, str]) -> dict[str, str]:
    """Tags as fields of a resource; a tag may hold a secret where somebody put one."""
    return {f"tag {key}": clear(context, value) for key, value in tags.items()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as most services give them."""
    return {one["Key"]: one["Value"] for one in tags}
