"""One role per function with the least it needs, in one inline policy (guide step 2-2)."""

import json
from collections.abc import Iterable
from functools import partial
from typing import Any

from aws.change import Change, ChangeContext, Changes, difference, unless_absent
from aws.converge.tags import tag_fields, tag_list, tag_map
from aws.desired import Permission, Role

POLICY = "least-privilege"
ACCEPTED_MANAGED = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
"""Its logs permission is wider than ours, and accepted (rulings, "IAM, secrets, monitoring", 19)."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def converge(context: ChangeContext, role: Role) -> Changes:
    """Create the role, or bring its trust, its policy and its tags to the plan; then shed extras."""
    iam, name = context.client("iam"), f"role {role.name}"
    answer = unless_absent(iam.get_role, RoleName=role.name)
    found = answer["Role"] if answer else None
    changes = difference(
        name, _found(context, role, found), _wanted(context, role), destroying=("trust",)
    )
    made = context.settle(changes, lambda: _apply(context, role, found, changes))
    return made + (_shed(context, role) if found else ())


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


def _wanted(context: ChangeContext, role: Role) -> dict[str, Any]:
    return {
        "trust": TRUST,
        f"policy {POLICY}": policy_lines(document(role.granted)),
        **tag_fields(context, role.tags),
    }


def _found(
    context: ChangeContext, role: Role, found: dict[str, Any] | None
) -> dict[str, Any] | None:
    if found is None:
        return None
    answer = unless_absent(
        context.client("iam").get_role_policy, RoleName=role.name, PolicyName=POLICY
    )
    return {
        "trust": _usual(found["AssumeRolePolicyDocument"]),
        f"policy {POLICY}": policy_lines(answer["PolicyDocument"]) if answer else None,
        **tag_fields(context, tag_map(found.get("Tags", []))),
    }


def _usual(trust: dict[str, Any]) -> dict[str, Any]:
    """Write a trust policy as we do where it says the same with one statement that is no list."""
    statement = trust.get("Statement")
    return trust if isinstance(statement, list) else {**trust, "Statement": [statement]}


def _apply(
    context: ChangeContext, role: Role, found: dict[str, Any] | None, changes: Changes
) -> None:
    iam, fields = context.client("iam"), {one.field for one in changes}
    tags, trust = tag_list(role.tags), json.dumps(TRUST)
    if found is None:
        iam.create_role(RoleName=role.name, AssumeRolePolicyDocument=trust, Tags=tags)
    elif "trust" in fields:
        iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=trust)
    if f"policy {POLICY}" in fields:
        put = partial(iam.put_role_policy, RoleName=role.name, PolicyName=POLICY)
        policy = json.dumps(document(role.granted))
        context.retry(lambda: put(PolicyDocument=policy), fresh=found is None)
    if found is not None and any(field.startswith("tag ") for field in fields):
        iam.tag_role(RoleName=role.name, Tags=tags)


def _shed(context: ChangeContext, role: Role) -> Changes:
    """Take away the policies that the plan does not know: two-sided least privilege."""
    iam, name = context.client("iam"), f"role {role.name}"
    made: Changes = _unbounded(context, role)
    for policy in _listed(iam, "list_role_policies", "PolicyNames", role):
        if policy != POLICY:
            body = iam.get_role_policy(RoleName=role.name, PolicyName=policy)["PolicyDocument"]
            lost = (Change(name, f"policy {policy}", body, None, destroys=True),)
            made += context.settle(lost, _removal(iam.delete_role_policy, role, PolicyName=policy))
    for policy in _listed(iam, "list_attached_role_policies", "AttachedPolicies", role):
        if (arn := policy["PolicyArn"]) != ACCEPTED_MANAGED:
            lost = (Change(name, "managed policy", arn, None, destroys=True),)
            made += context.settle(lost, _removal(iam.detach_role_policy, role, PolicyArn=arn))
    return made


def _unbounded(context: ChangeContext, role: Role) -> Changes:
    """Take away a permissions boundary: what it leaves out, the function may not do."""
    iam = context.client("iam")
    boundary = iam.get_role(RoleName=role.name)["Role"].get("PermissionsBoundary")
    if not boundary:
        return ()
    arn = boundary["PermissionsBoundaryArn"]
    lost = (Change(f"role {role.name}", "permissions boundary", arn, None, destroys=True),)
    return context.settle(lost, _removal(iam.delete_role_permissions_boundary, role))


def _removal(call: Any, role: Role, **which: str) -> Any:
    return lambda: call(RoleName=role.name, **which)


def _listed(iam: Any, operation: str, key: str, role: Role) -> list[Any]:
    pages = iam.get_paginator(operation).paginate(RoleName=role.name)
    return [one for page in pages for one in page[key]]
