"""One role per function with the least it needs, in one inline policy (guide step 2-2)."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from typing import Any

from aws.access.privileges import (
    Gravity,
    as_differences,
    lacks,
    pair,
    short,
    split,
    statements,
    surplus,
)
from aws.access.secret_arns import Named, named, unsound
from aws.access.trust import trust_flaws
from aws.converge.change import Change, ChangeContext, Changes, difference, unless_absent
from aws.converge.policy_document import document, policy_lines
from aws.converge.tags import tag_fields, tag_list
from aws.desired import Role, Secret
from aws.role import PolicyDocument, decode, document_text
from aws.role import Role as Found
from aws.section import NotTestable

POLICY = "least-privilege"
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

    It uses the checks' own rules. A policy that grants nothing beyond the plan stays, however it is written: a
    role that may do less than ours, or under more conditions, is not widened. Tags are set when it is
    created; no row checks them later.
    """
    raw = _read(context, role)
    if raw is None:
        wanted = {"trust": TRUST, **_planned(role), **tag_fields(context, role.tags)}
        made = difference(_name(role), None, wanted)
        return context.settle(made, lambda: _create(context, role))
    found = _decoded(context, raw)
    made, strangled = _trust(context, role, found), _strangled(context, role, found)
    free = replace(found, boundary=None)
    made += _permissions(context, role, free if strangled else found)
    return made + (_unbounded(context, role, found) if strangled else ())


def _name(role: Role) -> str:
    return f"role {role.name}"


def _planned(role: Role) -> dict[str, Any]:
    return {f"policy {POLICY}": policy_lines(document(role.required))}


def _create(context: ChangeContext, role: Role) -> None:
    context.client("iam").create_role(
        RoleName=role.name,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        Tags=tag_list(role.tags),
    )
    context.once_found(lambda: _put(context, role))


def _put(context: ChangeContext, role: Role) -> None:
    policy = json.dumps(document(role.required))
    context.client("iam").put_role_policy(
        RoleName=role.name, PolicyName=POLICY, PolicyDocument=policy
    )


def _trust(context: ChangeContext, role: Role, found: Found) -> Changes:
    if _trusts_lambda_alone(context, role, found):
        return ()
    changes = (Change(_name(role), "trust", json.loads(found.trust), TRUST, destroys=True),)
    update = partial(context.client("iam").update_assume_role_policy, RoleName=role.name)
    return context.settle(changes, lambda: update(PolicyDocument=json.dumps(TRUST)))


def _trusts_lambda_alone(context: ChangeContext, role: Role, found: Found) -> bool:
    try:
        return not context.undecided(trust_flaws(found, role))
    except NotTestable:
        return False


def _permissions(context: ChangeContext, role: Role, found: Found) -> Changes:
    """Put our policy if something is lacking, then remove policies that grant a surplus or deny what is needed."""
    secrets = _Secrets(context, role)
    kept = _within(context, role, found, secrets)
    own = next((one for one in found.policies if one.name == POLICY and one.arn is None), None)
    # Code that is not ours may need what is removed here; nobody can know.
    guided = role.judged_for_missing or own is not None or kept.policies != found.policies
    short = not kept.policies or (guided and secrets.lacks(replace(kept, boundary=None)))
    made: Changes = ()
    if short or (own and own not in kept.policies):
        kept = _beside_ours(role, kept, secrets)
        have = {f"policy {POLICY}": policy_lines(json.loads(own.document)) if own else None}
        changes = difference(_name(role), have, _planned(role))
        made = context.settle(changes, lambda: _put(context, role))
    for policy in found.policies:
        if policy not in (*kept.policies, own):
            made += _shed(context, role, policy)
    return made


def _within(context: ChangeContext, role: Role, found: Found, secrets: "_Secrets") -> Found:
    """Return the role with those of its policies that grant nothing beyond the plan, or what was decided."""
    wrong = _surplus(context, role, found) | secrets.misnaming(found)
    if not wrong:
        return found
    left = tuple(one for one in found.policies if one.name not in wrong)
    # Without a policy's denies, another policy may grant more.
    return _within(context, role, replace(found, policies=left), secrets)


def _surplus(context: ChangeContext, role: Role, found: Found) -> set[str]:
    """Return the names of policies with a surplus that nobody decided; of an ARN that may do, ``misnaming`` tells."""
    pairs = [one for one in surplus(found, role) if one.gravity is not Gravity.SECRET]
    return {
        policy
        for policy, gravity in {(one.pair.policy, one.gravity) for one in pairs}
        if context.undecided(
            as_differences(
                found, (o for o in pairs if (o.pair.policy, o.gravity) == (policy, gravity))
            )
        )
    }


def _beside_ours(role: Role, kept: Found, secrets: "_Secrets") -> Found:
    """Return our policy, and those that may stay beside it because they deny nothing that the function needs."""
    ours = PolicyDocument(name=POLICY, document=json.dumps(document(role.required)))
    others = (one for one in kept.policies if one.name != POLICY)
    bare = replace(kept, boundary=None)
    staying = (one for one in others if not secrets.lacks(replace(bare, policies=(ours, one))))
    return replace(kept, policies=(ours, *staying))


class _Secrets:
    """The secrets that the role's function reads, by the ARNs that policies name them by."""

    def __init__(self, context: ChangeContext, role: Role) -> None:
        self._context, self._role = context, role
        self._listed = cache(lambda: _secrets(context))

    def misnaming(self, found: Found) -> set[str]:
        """Return the names of policies whose ARNs do not match a secret, or match others as well."""
        return {
            policy.name
            for policy in found.policies
            for secret in self._role.secrets
            if unsound(self._named(replace(found, policies=(policy,)), secret), self._listed)
        }

    def lacks(self, found: Found) -> bool:
        """Whether something that the function needs is not surely granted, and nobody decided so."""
        arns = [self._named(found, one).arn for one in self._role.secrets]
        lost = short(found, self._role, arns)
        if any(one.unknown for one in lost):
            return True
        return bool(
            self._context.undecided(lacks(found, [pair(o.action, o.resource) for o in lost]))
        )

    def _named(self, found: Found, secret: Secret) -> Named:
        pairs = (pair for one in statements(found) for pair in split(one))
        resources = named(pairs, secret)
        # As it is planned, it fits whatever six characters there are; another way to write it may not.
        real = {} if {*resources} <= {secret.arn_pattern} else self._listed()
        arn = real.get(secret.name, secret.arn_pattern.replace("??????", "a1B2c3"))
        return Named(secret=secret, arn=arn, resources=resources)


def _secrets(context: ChangeContext) -> dict[str, str]:
    """Return the name of every secret that there is, and its ARN."""
    pages = context.client("secretsmanager").get_paginator("list_secrets").paginate()
    return {one["Name"]: one["ARN"] for page in pages for one in page["SecretList"]}


def _shed(context: ChangeContext, role: Role, policy: PolicyDocument) -> Changes:
    iam, on = context.client("iam"), {"RoleName": role.name}
    if policy.arn is None:
        field, before = f"policy {policy.name}", json.loads(policy.document)
        remove = partial(iam.delete_role_policy, **on, PolicyName=policy.name)
    else:
        field, before = "managed policy", policy.arn
        remove = partial(iam.detach_role_policy, **on, PolicyArn=policy.arn)
    return context.settle((Change(_name(role), field, before, None, destroys=True),), remove)


def _strangled(context: ChangeContext, role: Role, found: Found) -> bool:
    """Whether a permissions boundary leaves out what the function needs; a wider one stays."""
    ours = PolicyDocument(name=POLICY, document=json.dumps(document(role.required)))
    bounded = replace(found, policies=(ours,))
    return found.boundary is not None and _Secrets(context, role).lacks(bounded)


def _unbounded(context: ChangeContext, role: Role, found: Found) -> Changes:
    arn = found.boundary and found.boundary.arn
    lost = (Change(_name(role), "permissions boundary", arn, None, destroys=True),)
    remove = context.client("iam").delete_role_permissions_boundary
    return context.settle(lost, lambda: remove(RoleName=role.name))


def _read(context: ChangeContext, role: Role) -> dict[str, Any] | None:
    """Return the role as GetAccountAuthorizationDetails tells it, without listing the whole account."""
    iam, which = context.client("iam"), {"RoleName": role.name}
    answer = unless_absent(iam.get_role, **which)
    if answer is None:
        return None
    names = _listed(iam, "list_role_policies", "PolicyNames", role)
    inline = [iam.get_role_policy(**which, PolicyName=name) for name in names]
    attached = _listed(iam, "list_attached_role_policies", "AttachedPolicies", role)
    read: dict[str, Any] = answer["Role"]
    return read | {"RolePolicyList": inline, "AttachedManagedPolicies": attached}


def _decoded(context: ChangeContext, raw: Mapping[str, Any]) -> Found:
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    arns = [one["PolicyArn"] for one in raw["AttachedManagedPolicies"]]
    arns += [boundary] if boundary else []
    return decode(raw, {arn: _document(context.client("iam"), arn) for arn in arns})


def _document(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])


def _listed(iam: Any, operation: str, key: str, role: Role) -> list[Any]:
    pages = iam.get_paginator(operation).paginate(RoleName=role.name)
    return [one for page in pages for one in page[key]]
