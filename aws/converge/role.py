"""One role per function with the least it needs, in one inline policy (guide step 2-2)."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws.access.assuming import trust_flaws
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    difference,
    tag_fields,
    tag_list,
    unless_absent,
)
from aws.converge.policy_document import LAMBDA, for_lambda_alone, trusting
from aws.converge.role_policies import (
    TRUSTS,
    converge_policies,
    name_of,
    planned,
    put,
    restricted_by_boundary,
)
from aws.desired import Role
from aws.kinds.role import ROLE, attached, document_text
from aws.kinds.role import Role as CurrentRole
from aws.raw import Raw
from aws.section import NotTestable

TRUST = trusting(LAMBDA)


def converge(context: ChangeContext, role: Role) -> Changes:
    """Create the role, or bring its trust and its permissions within the plan.

    It uses the checks' own rules. What a policy grants within the plan stays, however it is written, and so does what was
    decided: a role that may do less than ours, or under more conditions, is not widened. Tags are set when it is
    created; no row checks them later.
    """
    raw = _read(context, role)
    if raw is None:
        desired = {TRUSTS: TRUST, **planned(role), **tag_fields(context, role.tags)}
        made = difference(name_of(role), None, desired)
        return context.settle(made, lambda: _create(context, role))
    current = _decoded(context, raw)
    made, bound = _trust(context, role, current), restricted_by_boundary(context, role, current)
    free = replace(current, boundary=None)
    made += converge_policies(context, role, free if bound else current)
    return made + (_unbounded(context, role, current) if bound else ())


def _create(context: ChangeContext, role: Role) -> None:
    context.client("iam").create_role(
        RoleName=role.name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=tag_list(role.tags)
    )
    context.once_found(lambda: put(context, role))


def _trust(context: ChangeContext, role: Role, current: CurrentRole) -> Changes:
    if _trusts_lambda_alone(context, role, current):
        return ()
    narrowed = for_lambda_alone(json.loads(current.trust))
    stricter = replace(current, trust=json.dumps(narrowed))
    desired = narrowed if _trusts_lambda_alone(context, role, stricter) else TRUST
    changes = (Change(name_of(role), TRUSTS, json.loads(current.trust), desired, destroys=True),)
    update = partial(context.client("iam").update_assume_role_policy, RoleName=role.name)
    return context.settle(changes, lambda: update(PolicyDocument=json.dumps(desired)))


def _trusts_lambda_alone(context: ChangeContext, role: Role, current: CurrentRole) -> bool:
    try:
        return not context.undecided(trust_flaws(current, role, datetime.now(UTC)))
    except NotTestable:
        return False


def _unbounded(context: ChangeContext, role: Role, current: CurrentRole) -> Changes:
    arn = current.boundary and current.boundary.arn
    lost = (Change(name_of(role), ROLE.facts["boundary"].words, arn, None, destroys=True),)
    remove = context.client("iam").delete_role_permissions_boundary
    return context.settle(lost, lambda: remove(RoleName=role.name))


def _read(context: ChangeContext, role: Role) -> dict[str, Any] | None:
    """Return the role as GetAccountAuthorizationDetails tells it, without listing the whole account."""
    iam, which = context.client("iam"), {"RoleName": role.name}
    answer = unless_absent(iam.get_role, **which)
    if answer is None:
        return None
    names = context.listed("iam", "list_role_policies", "PolicyNames", **which)
    inline = [iam.get_role_policy(**which, PolicyName=name) for name in names]
    managed = context.listed("iam", "list_attached_role_policies", "AttachedPolicies", **which)
    read: dict[str, Any] = answer["Role"]
    return read | {"RolePolicyList": inline, "AttachedManagedPolicies": [*managed]}


def _decoded(context: ChangeContext, raw: Raw) -> CurrentRole:
    documents = {arn: _document(context.client("iam"), arn) for arn in attached(raw)}
    return ROLE.of(raw, documents=documents)


def _document(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])
