"""How we write the policy of a role, and how one is shown to a person: by its permissions."""

from collections.abc import Iterable
from typing import Any

from aws.desired import Permission


def document(permissions: Iterable[Permission]) -> dict[str, Any]:
    """Write the policy: one statement per resource."""
    by_resource: dict[str, list[str]] = {}
    for one in sorted(permissions):
        by_resource.setdefault(one.resource, []).append(one.action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(actions), "Resource": resource}
            for resource, actions in sorted(by_resource.items())
        ],
    }


def policy_lines(policy: dict[str, Any]) -> list[str] | dict[str, Any]:
    """Say a policy of the form that `document` writes by its permissions, any other one as it is."""
    try:
        permissions = sorted(
            Permission(action, one["Resource"])
            for one in policy["Statement"]
            for action in one["Action"]
        )
        ours = document(permissions) == policy
    except (KeyError, TypeError):
        return policy
    return [str(one) for one in permissions] if ours else policy
