"""One role per function with the least it needs, in one inline policy (guide step 2-2)."""

import json
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from aws.change import Change, ChangeContext, Changes, difference, unless_absent
from aws.converge.policy_document import document, policy_lines
from aws.converge.tags import tag_fields, tag_list
from aws.desired import Permission, Role
from aws.iam import Grants, excess, grants, missing, parse
from aws.iam import context as context_of
from aws.role import Role as Found
from aws.role import decode, document_text
from aws.section import NotTestable
from aws.trust import trust_flaws

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
    """Create the role, or bring its trust and its permissions within the plan.

    What grants nothing beyond the plan and lacks nothing of it stays, however it is written: a role that
    may do less than ours, or under more conditions, is not widened. Tags are given where it is made; no
    row asks for them later.
    """
    raw = _read(context, role)
    found = _decoded(context, raw) if raw else None
    have = _found(role, found) if found else None
    wanted = _wanted(context, role, there=found is not None)
    changes = difference(f"role {role.name}", have, wanted, destroying=("trust",))
    made = context.settle(changes, lambda: _apply(context, role, changes, absent=found is None))
    return made + (_shed(context, role, found) if found else ())


def _wanted(context: ChangeContext, role: Role, *, there: bool) -> dict[str, Any]:
    return {
        "trust": TRUST,
        f"policy {POLICY}": policy_lines(document(role.granted)),
        **({} if there else tag_fields(context, role.tags)),
    }


def _read(context: ChangeContext, role: Role) -> dict[str, Any] | None:
    """Return the role as GetAccountAuthorizationDetails tells it, without listing the whole account."""
    iam, which = context.client("iam"), {"RoleName": role.name}
    answer = unless_absent(iam.get_role, **which)
    if answer is None:
        return None
    names = _listed(iam, "list_role_policies", "PolicyNames", role)
    inline = [iam.get_role_policy(**which, PolicyName=name) for name in names]
    attached = _listed(iam, "list_attached_role_policies", "AttachedPolicies", role)
    return {**answer["Role"], "RolePolicyList": inline, "AttachedManagedPolicies": attached}


def _decoded(context: ChangeContext, raw: Mapping[str, Any]) -> Found:
    iam, arns = context.client("iam"), [*_managed(raw), *_boundary(raw)]
    documents = {arn: _document(iam, arn) for arn in arns}
    return decode(
        {**raw, "AttachedManagedPolicies": _attached(raw, but=ACCEPTED_MANAGED)}, documents
    )


def _found(role: Role, found: Found) -> dict[str, Any]:
    policy = next((one.document for one in found.policies if one.name == POLICY), None)
    have = policy_lines(json.loads(policy)) if policy else None
    planned = policy_lines(document(role.granted))
    return {
        "trust": TRUST if _trusts_lambda_alone(found, role) else json.loads(found.trust),
        f"policy {POLICY}": planned if _is_within(found, role) else have,
    }


def _trusts_lambda_alone(found: Found, role: Role) -> bool:
    try:
        return not trust_flaws(found, role)
    except NotTestable:
        return False


def _is_within(found: Found, role: Role) -> bool:
    """Whether its policies surely grant all that is required, and nothing beyond what is accepted."""
    statements = [one for policy in found.policies for one in parse(policy.document, policy.name)]
    granted = grants(statements, context_of({}))
    allowed = _pairs(role.required | role.accepted)
    return not excess(granted, allowed) and not _lacking(granted, role)


def _lacking(granted: Grants, role: Role) -> bool:
    required = _pairs(role.required)
    return bool(missing(granted, required, [_example(resource) for _, resource in required]))


def _pairs(permissions: Iterable[Permission]) -> list[tuple[str, str]]:
    return [(one.action, one.resource) for one in permissions]


def _example(resource: str) -> str:
    """Return an ARN that fits a pattern: of a secret with its six characters, of a stream in a log group."""
    if resource.endswith(":*"):
        return f"{resource[:-1]}log-stream:2026/11/25/[2]0a1b2c"
    return resource.replace("??????", "a1B2c3")


def _apply(context: ChangeContext, role: Role, changes: Changes, *, absent: bool) -> None:
    iam, fields = context.client("iam"), {one.field for one in changes}
    trust = json.dumps(TRUST)
    if absent:
        iam.create_role(
            RoleName=role.name, AssumeRolePolicyDocument=trust, Tags=tag_list(role.tags)
        )
    elif "trust" in fields:
        iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=trust)
    if f"policy {POLICY}" in fields:
        put = partial(iam.put_role_policy, RoleName=role.name, PolicyName=POLICY)
        policy = json.dumps(document(role.granted))
        context.retry(lambda: put(PolicyDocument=policy), fresh=absent)


def _shed(context: ChangeContext, role: Role, found: Found) -> Changes:
    """Take away what keeps the role from the plan: a boundary that it needs more than, and other policies."""
    iam, name = context.client("iam"), f"role {role.name}"
    made = _unbounded(context, role, found)
    for policy in () if _is_within(found, role) else found.policies:
        if policy.arn is None and policy.name != POLICY:
            field, which = f"policy {policy.name}", {"PolicyName": policy.name}
            lost = (Change(name, field, json.loads(policy.document), None, destroys=True),)
            made += context.settle(lost, _removal(iam.delete_role_policy, role, **which))
        elif policy.arn:
            lost = (Change(name, "managed policy", policy.arn, None, destroys=True),)
            made += context.settle(
                lost, _removal(iam.detach_role_policy, role, PolicyArn=policy.arn)
            )
    return made


def _unbounded(context: ChangeContext, role: Role, found: Found) -> Changes:
    """Take away a permissions boundary that leaves out what the function needs; a wider one stays."""
    if found.boundary is None:
        return ()
    planned = parse(json.dumps(document(role.granted)))
    bounded = grants(planned, context_of({}), boundary=parse(found.boundary.document))
    if not _lacking(bounded, role):
        return ()
    arn, iam = found.boundary.arn, context.client("iam")
    lost = (Change(f"role {role.name}", "permissions boundary", arn, None, destroys=True),)
    return context.settle(lost, _removal(iam.delete_role_permissions_boundary, role))


def _removal(call: Any, role: Role, **which: str) -> Any:
    return lambda: call(RoleName=role.name, **which)


def _managed(raw: Mapping[str, Any]) -> list[str]:
    return [one["PolicyArn"] for one in _attached(raw, but=ACCEPTED_MANAGED)]


def _attached(raw: Mapping[str, Any], but: str) -> list[Mapping[str, str]]:
    return [one for one in raw["AttachedManagedPolicies"] if one["PolicyArn"] != but]


def _boundary(raw: Mapping[str, Any]) -> list[str]:
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return [boundary] if boundary else []


def _document(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])


def _listed(iam: Any, operation: str, key: str, role: Role) -> list[Any]:
    pages = iam.get_paginator(operation).paginate(RoleName=role.name)
    return [one for page in pages for one in page[key]]
