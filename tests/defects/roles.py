"""Ways to change what a role's policies say."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from aws.role import PolicyDocument, Role
from tests.defects.changes import edited, item
from tests.defects.defect import Break
from tests.healthy.identity import document

Statement = dict[str, Any]


def role_of(function: str, **fields: Any) -> Break:
    """Change fields of the role of a function."""
    return item("roles", f"stamp-rally-prod-{function}-role", **fields)


def attached(function: str, arn: str | None, *statements: Statement) -> Break:
    """Give a role one policy more: inline, or managed under its ARN."""
    name = arn.rpartition("/")[2] if arn else "extra"
    policy = PolicyDocument(name=name, document=document(*statements), arn=arn)
    return edited(
        "roles",
        f"stamp-rally-prod-{function}-role",
        lambda role: replace(role, policies=(*role.policies, policy)),
    )


def rewritten(function: str, change: Callable[[Statement], Iterable[Statement]]) -> Break:
    """Put what ``change`` makes of each of the role's own statements in its place."""

    def edit(role: Role) -> Role:
        statements = json.loads(role.policies[0].document)["Statement"]
        changed = [one for statement in statements for one in change(statement)]
        return replace(role, policies=(replace(role.policies[0], document=document(*changed)),))

    return edited("roles", f"stamp-rally-prod-{function}-role", edit)


def without(function: str, *actions: str) -> Break:
    def change(statement: Statement) -> Iterable[Statement]:
        kept = [one for one in statement["Action"] if one not in actions]
        return [{**statement, "Action": kept}] if kept else []

    return rewritten(function, change)


def under(function: str, resource: str, key: str, value: str) -> Break:
    """Put a condition on what is granted on one resource."""
    condition = {"StringEquals": {key: value}}
    return rewritten(
        function,
        lambda one: [{**one, "Condition": condition} if one["Resource"] == resource else one],
    )
