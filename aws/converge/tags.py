"""Tags, which every kind of resource has, as the services take and give them."""

from collections.abc import Mapping

from aws.converge.change import ChangeContext


def tag_fields(context: ChangeContext, tags: Mapping[str, str]) -> dict[str, str]:
    """Tags as fields of a resource; a tag may hold a secret where somebody put one."""
    return {f"tag {key}": context.clear(value) for key, value in tags.items()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags as most services give them."""
    return {one["Key"]: one["Value"] for one in tags}
