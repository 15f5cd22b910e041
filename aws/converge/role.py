"""One role per function with the least it needs (guide step 2-2): the plan in one inline policy, and anything that others wrote within it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from aws.access.assuming import trust_flaws
from aws.access.privileges import denied_secrets, lacks, only_observes, short, split, statements
from aws.access.surplus_permissions import (
    Gravity,
    NamedSecret,
    as_differences,
    resources_reading,
    surplus,
    unsound,
)
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    difference,
    tag_fields,
    tag_list,
    unless_absent,
)
from aws.converge.policy_document import (
    LAMBDA,
    POLICY,
    Sound,
    document,
    for_lambda_alone,
    policy_lines,
    trusting,
    without_unsound,
)
from aws.desired import Role, Secret
from aws.iam.statement import policy_of
from aws.kinds.role import ROLE, PolicyDocument, attached, document_text
from aws.kinds.role import Role as CurrentRole
from aws.raw import Raw
from aws.section import NotTestable
from aws.words import Words

TRUST = trusting(LAMBDA)
NAME = "least-privilege"
OURS = POLICY.named(NAME)
MANAGED_POLICY = Words(en="managed policy", ja="管理ポリシー")
TRUSTS = ROLE.facts["trust"].words


def converge(context: ChangeContext, role: Role) -> Changes:
    """Create the role, or bring its trust and its permissions within the plan.

    It uses the checks' own rules. What a policy grants within the plan stays, however it is written, and so does what was
    decided: a role that may do less than ours, or under more conditions, is not widened. Tags are set when it is
    created; no row checks them later.
    """
    current, secrets = _read(context, role), _Secrets(context, role, datetime.now(UTC))
    if current is None:
        planned = {OURS: policy_lines(document(role.granted))}
        desired = {TRUSTS: TRUST, **planned, **tag_fields(context, role.tags)}
        made = difference(ROLE.resource(role.name), None, desired)
        return context.settle(made, lambda: _create(context, role))
    ours = replace(current, policies=(_inline(NAME, document(role.granted)),))
    # A boundary that leaves out what the function needs goes; a wider one stays.
    bound = current.boundary is not None and secrets.lacks(ours)
    free = replace(current, boundary=None) if bound else current
    made = _trust(context, role, current) + _policies(context, role, free, secrets)
    return made + (_unbounded(context, role, current) if bound else ())


def _create(context: ChangeContext, role: Role) -> None:
    context.client("iam").create_role(
        RoleName=role.name, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=tag_list(role.tags)
    )
    context.once_found(lambda: _put(context, role))


def _trust(context: ChangeContext, role: Role, current: CurrentRole) -> Changes:
    if _trusts_lambda_alone(context, role, current):
        return ()
    narrowed = for_lambda_alone(json.loads(current.trust))
    stricter = replace(current, trust=json.dumps(narrowed))
    desired = narrowed if _trusts_lambda_alone(context, role, stricter) else TRUST
    changes = (
        Change(ROLE.resource(role.name), TRUSTS, json.loads(current.trust), desired, destroys=True),
    )
    update = partial(context.client("iam").update_assume_role_policy, RoleName=role.name)
    return context.settle(changes, lambda: update(PolicyDocument=json.dumps(desired)))


def _trusts_lambda_alone(context: ChangeContext, role: Role, current: CurrentRole) -> bool:
    try:
        return not context.undecided(trust_flaws(current, role, datetime.now(UTC)))
    except NotTestable:
        return False


def _unbounded(context: ChangeContext, role: Role, current: CurrentRole) -> Changes:
    arn = current.boundary and current.boundary.arn
    lost = (
        Change(ROLE.resource(role.name), ROLE.facts["boundary"].words, arn, None, destroys=True),
    )
    remove = context.client("iam").delete_role_permissions_boundary
    return context.settle(lost, lambda: remove(RoleName=role.name))


def _read(context: ChangeContext, role: Role) -> CurrentRole | None:
    """Return the role as GetAccountAuthorizationDetails tells it, without listing the whole account."""
    iam, which = context.client("iam"), {"RoleName": role.name}
    answer = unless_absent(iam.get_role, **which)
    if answer is None:
        return None
    names = context.listed("iam", "list_role_policies", "PolicyNames", **which)
    inline = [iam.get_role_policy(**which, PolicyName=name) for name in names]
    managed = context.listed("iam", "list_attached_role_policies", "AttachedPolicies", **which)
    raw = answer["Role"] | {"RolePolicyList": inline, "AttachedManagedPolicies": [*managed]}
    return ROLE.of(raw, documents={arn: _document(iam, arn) for arn in attached(raw)})


def _document(iam: Any, arn: str) -> str:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])


def _put(context: ChangeContext, role: Role, ours: Raw | None = None) -> None:
    """Write our policy: the plan, or ``ours`` where it was added to."""
    policy = json.dumps(ours or document(role.granted))
    context.client("iam").put_role_policy(
        RoleName=role.name, PolicyName=NAME, PolicyDocument=policy
    )


def _policies(
    context: ChangeContext, role: Role, current: CurrentRole, secrets: "_Secrets"
) -> Changes:
    """Put our policy if something is lacking, then take from the others what is a surplus or denies what is needed."""
    sound = _within(context, role, current, secrets)
    own = {policy.name: policy for policy in current.policies if policy.arn is None}.get(NAME)
    # Code that is not ours may need what is removed here; no person can know.
    is_ours = role.judged_for_missing or own is not None or sound.policies != current.policies
    wanting = (is_ours or only_observes(sound)) and secrets.lacks(replace(sound, boundary=None))
    made: Changes = ()
    if wanting:
        sound = _with_ours(role, sound, secrets)
        ours = json.loads(sound.policies[0].document)
        before = {OURS: policy_lines(json.loads(own.document)) if own else None}
        changes = difference(ROLE.resource(role.name), before, {OURS: policy_lines(ours)})
        made = context.settle(changes, lambda: _put(context, role, ours))
    pared = {document.name: document for document in sound.policies}
    for policy in current.policies:
        if policy not in sound.policies and not (wanting and policy is own):
            made += _reduce(context, role, policy, pared.get(policy.name))
    return made


def _within(
    context: ChangeContext, role: Role, current: CurrentRole, secrets: "_Secrets"
) -> CurrentRole:
    """Return the role with what its policies grant within the plan, or by a decision."""
    wrong = _surplus(context, role, current, secrets.now) | secrets.misnaming(current)
    if not wrong:
        return current

    def sound(name: str, statement: Raw) -> bool:
        document = _inline(name, policy_of([statement]))
        others = (other for other in current.policies if other.name != name)
        alone = replace(current, policies=(document, *others))
        return name not in _surplus(context, role, alone, secrets.now) | secrets.misnaming(alone)

    documents = (
        _pared(policy, partial(sound, policy.name)) if policy.name in wrong else policy
        for policy in current.policies
    )
    # Without a policy's denies, another policy may grant more.
    policies = tuple(document for document in documents if document)
    return _within(context, role, replace(current, policies=policies), secrets)


def _pared(policy: PolicyDocument, sound: Sound) -> PolicyDocument | None:
    """Return a policy without its unsound parts; None if that is all of it, or if they can't be told apart."""
    whole = json.loads(policy.document)
    pared = without_unsound(whole, sound)
    return _inline(policy.name, pared) if pared and pared != whole else None


def _inline(name: str, policy: Raw) -> PolicyDocument:
    return PolicyDocument(name=name, document=json.dumps(policy))


def _surplus(context: ChangeContext, role: Role, current: CurrentRole, now: datetime) -> set[str]:
    """Return the names of policies with a surplus that no decision covers; of an ARN that may do, ``misnaming`` tells."""
    pairs = [each for each in surplus(current, role, now) if each.gravity is not Gravity.SECRET]
    return {
        policy
        for policy, gravity in {(pair.pair.policy, pair.gravity) for pair in pairs}
        if context.undecided(
            as_differences(
                current, (o for o in pairs if (o.pair.policy, o.gravity) == (policy, gravity))
            )
        )
    }


def _with_ours(role: Role, sound_role: CurrentRole, secrets: "_Secrets") -> CurrentRole:
    """Return our policy, and those that may stay beside it because they deny nothing that the function needs.

    What was added to ours by a decision, or denies in it, stays in it.
    """
    plan, bare = _inline(NAME, document(role.granted)), replace(sound_role, boundary=None)

    def spares(policy: PolicyDocument) -> bool:
        return not secrets.lacks(replace(bare, policies=(plan, policy)))

    def sound(statement: Raw) -> bool:
        return spares(_inline("one", policy_of([statement])))

    mine = [policy for policy in sound_role.policies if policy.name == NAME]
    others = [policy for policy in sound_role.policies if policy.name != NAME]
    ours = _with_additions(role, bare, mine, sound, secrets.now)
    staying = (other if spares(other) else _pared(other, sound) for other in others)
    return replace(sound_role, policies=(ours, *(document for document in staying if document)))


def _with_additions(
    role: Role, bare: CurrentRole, mine: Iterable[PolicyDocument], sound: Sound, now: datetime
) -> PolicyDocument:
    """Return our policy: what was added to it and may stay, under its numbers, and then the plan."""
    bound = replace(role, accepted=frozenset(), written_by_tools=frozenset())

    def added(statement: Raw) -> bool:
        if statement["Effect"] == "Deny":
            return sound(statement)
        alone = (_inline(NAME, policy_of([statement])),)
        beyond = surplus(replace(bare, policies=alone), bound, now)
        return any(surplus.gravity is not Gravity.SECRET for surplus in beyond)

    plan = document(role.granted)
    parts = (without_unsound(json.loads(document.document), added) for document in mine)
    additions = [statement for part in parts if part for statement in part["Statement"]]
    return _inline(NAME, {**plan, "Statement": [*additions, *plan["Statement"]]})


class _Secrets:
    """The secrets that the role's function reads, by the ARNs that policies name them by."""

    def __init__(self, context: ChangeContext, role: Role, now: datetime) -> None:
        self._context, self._role, self.now = context, role, now
        listed = partial(context.listed, "secretsmanager", "list_secrets", "SecretList")
        self._listed = cache(lambda: {entry["Name"]: entry["ARN"] for entry in listed()})

    def misnaming(self, current: CurrentRole) -> set[str]:
        """Return the names of policies whose ARNs do not match a secret, or match others as well."""
        return {
            policy.name
            for policy in current.policies
            for secret in self._role.secrets
            if unsound(self._secret(replace(current, policies=(policy,)), secret), self._listed)
        }

    def lacks(self, current: CurrentRole) -> bool:
        """Whether something that the function needs is not surely granted, and no decision allows it."""
        arns = [self._secret(current, secret).arn for secret in self._role.secrets]
        lost = short(current, self._role, arns, self.now)
        if denied_secrets(current, self._role, self.now) or any(each.unknown for each in lost):
            return True
        return bool(self._context.undecided(lacks(current, lost)))

    def _secret(self, current: CurrentRole, secret: Secret) -> NamedSecret:
        pairs = (pair for statement in statements(current) for pair in split(statement))
        resources = resources_reading(pairs, secret)
        # As planned, it fits any six characters; another way to write it may not.
        real = {} if {*resources} <= {secret.arn_pattern} else self._listed()
        arn = real.get(secret.name, secret.arn_pattern.replace("??????", "a1B2c3"))
        return NamedSecret(secret=secret, arn=arn, resources=resources)


def _reduce(
    context: ChangeContext, role: Role, policy: PolicyDocument, pared: PolicyDocument | None
) -> Changes:
    """Replace a policy by what is left of it; others may have a managed one as well, so that stays as it is."""
    iam, on, name = context.client("iam"), {"RoleName": role.name}, ROLE.resource(role.name)
    field = POLICY.named(policy.name)
    made: Changes = ()
    before, after = (
        json.loads(document.document) if document else None for document in (policy, pared)
    )
    if pared:
        put = partial(
            iam.put_role_policy, **on, PolicyName=pared.name, PolicyDocument=pared.document
        )
        shown = None if policy.arn else before
        made = context.settle((Change(name, field, shown, after, destroys=True),), put)
    if policy.arn:
        gone = Change(name, MANAGED_POLICY, policy.arn, None, destroys=True)
        detach = partial(iam.detach_role_policy, **on, PolicyArn=policy.arn)
        made += context.settle((gone,), detach)
    elif not pared:
        gone = Change(name, field, before, None, destroys=True)
        delete = partial(iam.delete_role_policy, **on, PolicyName=policy.name)
        made += context.settle((gone,), delete)
    return made
