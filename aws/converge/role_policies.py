"""What a role's policies may grant: the plan in one of ours, and anything that others wrote within it."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from aws.access.privileges import denied_secrets, lacks, only_observes, short, split, statements
from aws.access.surplus_permissions import (
    Gravity,
    NamedSecret,
    as_differences,
    resources_reading,
    surplus,
    unsound,
)
from aws.change.gate import Change, ChangeContext, Changes, difference
from aws.converge.policy_document import POLICY, Sound, document, policy_lines, without_unsound
from aws.desired import Role, Secret
from aws.iam.statement import policy_of
from aws.kinds.role import ROLE, PolicyDocument
from aws.kinds.role import Role as CurrentRole
from aws.raw import Raw
from aws.words import Words

NAME = "least-privilege"
OURS = POLICY.named(NAME)
MANAGED_POLICY = Words(en="managed policy", ja="管理ポリシー")
TRUSTS = ROLE.facts["trust"].words


def name_of(role: Role) -> Words:
    return ROLE.resource(role.name)


def planned(role: Role) -> dict[Words, Any]:
    return {OURS: policy_lines(document(role.granted))}


def put(context: ChangeContext, role: Role, ours: Raw | None = None) -> None:
    """Write our policy: the plan, or ``ours`` where it was added to."""
    policy = json.dumps(ours or document(role.granted))
    context.client("iam").put_role_policy(
        RoleName=role.name, PolicyName=NAME, PolicyDocument=policy
    )


def converge_policies(context: ChangeContext, role: Role, current: CurrentRole) -> Changes:
    """Put our policy if something is lacking, then take from the others what is a surplus or denies what is needed."""
    secrets = _Secrets(context, role, datetime.now(UTC))
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
        changes = difference(name_of(role), before, {OURS: policy_lines(ours)})
        made = context.settle(changes, lambda: put(context, role, ours))
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
    iam, on = context.client("iam"), {"RoleName": role.name}
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
        made = context.settle((Change(name_of(role), field, shown, after, destroys=True),), put)
    if policy.arn:
        gone = (Change(name_of(role), MANAGED_POLICY, policy.arn, None, destroys=True),)
        return made + context.settle(
            gone, partial(iam.detach_role_policy, **on, PolicyArn=policy.arn)
        )
    if pared:
        return made
    gone = (Change(name_of(role), field, before, None, destroys=True),)
    return context.settle(gone, partial(iam.delete_role_policy, **on, PolicyName=policy.name))


def restricted_by_boundary(context: ChangeContext, role: Role, current: CurrentRole) -> bool:
    """Whether a permissions boundary leaves out what the function needs; a wider one stays."""
    ours = replace(current, policies=(_inline(NAME, document(role.granted)),))
    return current.boundary is not None and _Secrets(context, role, datetime.now(UTC)).lacks(ours)
