"""How we write the policy of a role, narrow one that others wrote, and show one to a person: by its permissions."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from aws.desired import Permission
from aws.iam.statement import allowing, listed, policy_of
from aws.raw import Raw
from aws.words import Words

LAMBDA = "lambda.amazonaws.com"
POLICY = Words(en="policy", ja="ポリシー")
"""What a policy of a role, or a statement of a resource's policy, is named after."""


def trusting(service: str) -> dict[str, Any]:
    """Write the trust policy of a role that a service assumes."""
    allowed = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return policy_of([allowed])


def document(permissions: Iterable[Permission]) -> dict[str, Any]:
    """Write the policy: one statement per resource."""
    by_resource: dict[str, list[str]] = {}
    for permission in sorted(permissions):
        by_resource.setdefault(permission.resource, []).append(permission.action)
    return policy_of(
        allowing(sorted(actions), resource) for resource, actions in sorted(by_resource.items())
    )


def policy_lines(policy: Raw) -> list[str]:
    """Say a policy by its permissions, a statement that is more than an allowance as it is written."""
    return sorted({line for statement in listed(policy["Statement"]) for line in _lines(statement)})


def _lines(statement: Raw) -> Iterator[str]:
    terms = {name: value for name, value in statement.items() if name != "Sid"}
    if terms.keys() != {"Effect", "Action", "Resource"} or terms["Effect"] != "Allow":
        yield json.dumps(terms, sort_keys=True)
        return
    for action, resource in product(listed(terms["Action"]), listed(terms["Resource"])):
        yield str(Permission(action, resource))


Sound = Callable[[Mapping[str, Any]], bool]
"""Whether a statement may stay as it is."""


def without_unsound(policy: Raw, sound: Sound) -> dict[str, Any] | None:
    """Return a policy without the actions and resources that are not sound; None if nothing is left.

    What is sound stays as it is written. Decisions name a statement by its number: where that changes, it becomes its Sid.
    """
    statements: list[dict[str, Any]] = []
    for number, statement in enumerate(listed(policy["Statement"]), 1):
        with_sid = {**statement, "Sid": statement.get("Sid") or str(number)}
        parts = [with_sid] if sound(with_sid) else list(_sound_parts(with_sid, sound))
        moved = len(statements) + 1 != number
        statements += [
            part if moved or statement.get("Sid") else _without_sid(part) for part in parts[:1]
        ]
        statements += map(_without_sid, parts[1:])
    return {**policy, "Statement": statements} if statements else None


def _sound_parts(raw: Raw, sound: Sound) -> Iterator[dict[str, Any]]:
    """Yield what is left of an allowance: a statement for the resources on which the same actions are sound."""
    if not {"Action", "Resource"} <= raw.keys() or raw["Effect"] != "Allow":
        return
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for resource in listed(raw["Resource"]):
        pairs = (
            {**raw, "Action": action, "Resource": resource} for action in listed(raw["Action"])
        )
        if actions := tuple(pair["Action"] for pair in pairs if sound(pair)):
            by_actions.setdefault(actions, []).append(resource)
    for actions, resources in by_actions.items():
        yield {**raw, "Action": list(actions), "Resource": resources}


def for_lambda_alone(trust: Mapping[str, Any]) -> dict[str, Any]:
    """Return a trust policy without all principals except Lambda: its denies stay, and the conditions that Lambda has to meet."""
    allowed = {"Principal": {"Service": LAMBDA}, "Action": "sts:AssumeRole"}
    statements = [
        statement if statement["Effect"] == "Deny" else {**statement, **allowed}
        for statement in listed(trust["Statement"])
        if statement["Effect"] == "Deny" or _names_lambda(statement)
    ]
    return {**trust, "Statement": statements}


def _names_lambda(raw: Raw) -> bool:
    principal = raw.get("Principal")
    return isinstance(principal, Mapping) and LAMBDA in listed(principal.get("Service", []))


def _without_sid(raw: Raw) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "Sid"}
