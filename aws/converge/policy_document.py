"""How we write the policy of a role, and how one is shown to a person: by its permissions."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
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


def policy_lines(policy: Mapping[str, Any]) -> list[str]:
    """Say a policy by its permissions, a statement that is more than an allowance as it is written."""
    statements = policy["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return sorted({line for one in listed for line in _lines(one)})


def _lines(statement: Mapping[str, Any]) -> Iterator[str]:
    said = {name: value for name, value in statement.items() if name != "Sid"}
    if said.keys() != {"Effect", "Action", "Resource"} or said["Effect"] != "Allow":
        yield json.dumps(said, sort_keys=True)
        return
    for action, resource in product(_listed(said["Action"]), _listed(said["Resource"])):
        yield str(Permission(action, resource))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
