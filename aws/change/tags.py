"""Tags, which every kind of resource has, as the services take and give them."""

from collections.abc import Mapping

from aws.change.gate import ChangeContext


def tag_fields(context: ChangeContext, tags: Mapping[str, str]) -> dict[str, str]:
    """Tags as fields of a resource; values are masked unless public, since somebody may have put a secret there."""
    return {f"tag {key}": context.clear(value) for key, value in tags.items()}


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services accept them: a list of Key and Value."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tag name -> value, from the list that most services return."""
    return {tag["Key"]: tag["Value"] for tag in tags}
