"""Who of the account may act on what is ours: every role and user, by the policies that apply to it.

Only what changes something, or reads contents, is acting: Describe, List and the like are not. A condition
that nobody can judge here (a tag, an address, a second factor) is taken to hold.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from aws.door import ReadFailure
from aws.iam import Context, EvalDecision, Statement, actions_of, context, evaluate, parse
from aws.iam.pattern import action_pattern, resource_pattern
from aws.reading import Reader, Reading, Scope
from aws.role import Details, details, document_text, policy_documents
from aws.section import Section, Unreadable
from aws.words import SILENCE, Words

INVOCATION = "invocation"
METADATA = ("Describe", "List", "Tag", "Untag", "Validate", "View")
"""Beginnings of actions that neither change a resource nor read what is in it."""
NOT_OURS = frozenset(
    {
        *("dynamodb:CreateTable", "dynamodb:ImportTable", "dynamodb:CreateGlobalTable"),
        *("dynamodb:PurchaseReservedCapacityOfferings", "dynamodb:GetResourcePolicy"),
        *("dynamodb:GetAbacStatus", "dynamodb:UpdateAbacStatus", "dynamodb:GetRecords"),
        *("dynamodb:GetShardIterator", "lambda:CreateFunction", "lambda:CreateCodeSigningConfig"),
        *("secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword"),
        *(
            "secretsmanager:GetResourcePolicy",
            "sns:CreateTopic",
            "sns:CheckIfPhoneNumberIsOptedOut",
        ),
        *("sns:OptInPhoneNumber", "sns:CreateSMSSandboxPhoneNumber", "sns:SetSMSAttributes"),
    }
)
"""Actions that cannot be about a resource that exists, or tell how it is set up."""
OF_ROLES = (
    *("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
    *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DeleteRole", "iam:PassRole"),
)
RIGHTS = "rights"
WIDENING: Mapping[str, tuple[str, ...]] = {
    "role": ("iam:AttachRolePolicy", "iam:PutRolePolicy"),
    "user": ("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AddUserToGroup"),
    "group": ("iam:AttachGroupPolicy", "iam:PutGroupPolicy"),
    "policy": ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"),
}
"""Kind of what a principal's rights come from -> the actions on it by which it takes whatever it wants."""
OF_EVIDENCE = (
    *("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutBucketPolicy"),
    *("s3:DeleteBucket", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration"),
    *("s3:BypassGovernanceRetention", "s3:PutObjectRetention", "s3:PutReplicationConfiguration"),
)
INVOKE = ("lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A resource of ours, its ARNs (its aliases or indexes as well), and what acting on it is."""

    kind: str
    """table, secret, function, invocation (of a function), topic, role, evidence, rights (its own)."""
    name: str
    arns: tuple[str, ...]
    actions: tuple[str, ...]
    """The gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """That a principal may act on one resource, by one action for example."""

    kind: str
    name: str
    action: str
    by: Words
    """The policy and statement that allow it."""
    provided: Words = SILENCE
    """What is not known here, and it depends on: a tag, an address, a second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A role or user that may act on something of ours."""

    arn: str
    kind: str
    """role or user."""
    reach: tuple[Reach, ...]


Policies = Sequence[tuple[str, str]]
"""(name, document) of every policy that applies to a principal."""


def principals(reading: Reading) -> Section[Principal]:
    """Return ARN -> what it may act on; who may act on nothing of ours is left out."""
    secrets = reading.section("secrets")
    found, documents = reading.source(details), reading.source(policy_documents)
    targets = targets_of(reading.scope, secrets)
    judged: dict[str, Principal | Unreadable] = {}
    for kind, arn, raw in _everybody(found):
        try:
            applying = _applying(raw, found, documents)
            reach = (
                *reach_of(arn, *applying, targets=targets),
                *reach_of(arn, *applying, targets=_own_rights(kind, arn, raw, found)),
            )
        except (ReadFailure, ValueError) as error:
            judged[arn] = Unreadable(f"policies of {arn}: {error}")
            continue
        if reach:
            judged[arn] = Principal(arn=arn, kind=kind, reach=reach)
    return judged


def reach_of(
    arn: str, policies: Policies, limit: Policies | None, *, targets: "Targets"
) -> tuple[Reach, ...]:
    """Return what the policies let a principal act on, within its boundary (``limit``)."""
    grants: dict[int, list[Grant]] = {}
    for name, document in policies:
        for place, grant in targets.granted(name, document):
            grants.setdefault(place, []).append(grant)
    if not grants:
        return ()
    own = tuple(one for name, document in policies for one in _parsed(document, name))
    limits = () if limit is None else (tuple(s for n, d in limit for s in _parsed(d, n)),)
    found = (
        _reached(targets.all[place], sorted(grants[place], key=_by_gravity), arn, own, limits)
        for place in sorted(grants)
    )
    return tuple(one for one in found if one is not None)


def _reached(
    target: Target,
    grants: Iterable["Grant"],
    who: str,
    own: Sequence[Statement],
    limits: Sequence[Sequence[Statement]],
) -> Reach | None:
    """Return by what a principal reaches a target: the gravest that it surely may, else that it may perhaps."""
    known, perhaps = _known(who, target.arns[0]), None
    for _, action, arn, by in grants:
        result = evaluate(own, action, arn, known, limits=limits)
        reach = Reach(kind=target.kind, name=target.name, action=action, by=by)
        if result.allowed:
            return reach
        if result.outcome is EvalDecision.UNKNOWN and perhaps is None:
            perhaps = replace(reach, provided=result.reason)
    return perhaps


Grant = tuple[int, str, str, Words]
"""Gravity (0 first), action, ARN, statement."""


def _by_gravity(grant: Grant) -> tuple[int, str, str]:
    """Leave the statement out: two of them may grant the same, and neither comes before the other."""
    return grant[:3]


class Targets:
    """All that somebody could act on, and what single policies grant of it: many principals share them."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self.all = tuple(targets)
        self._granted: dict[tuple[str, str], tuple[tuple[int, Grant], ...]] = {}

    def granted(self, name: str, document: str) -> tuple[tuple[int, Grant], ...]:
        """Return (place of the target, grant) for all that one policy might allow."""
        key = (name, document)
        if key not in self._granted:
            self._granted[key] = tuple(self._grants(_parsed(document, name)))
        return self._granted[key]

    def _grants(self, statements: Iterable[Statement]) -> Iterator[tuple[int, Grant]]:
        for one in (one for one in statements if one.effect == "Allow"):
            named: dict[tuple[str, ...], list[tuple[int, str]]] = {}
            for place, target in enumerate(self.all):
                if target.actions not in named:
                    named[target.actions] = list(_named(one, target.actions))
                for gravity, action in named[target.actions]:
                    for arn in _touched(one, target):
                        yield place, (gravity, action, arn, one.words)


def _touched(one: Statement, target: Target) -> Iterator[str]:
    """Yield the ARNs of a target that a statement speaks of; an index by its own name, too."""
    written = one.resources or one.not_resources
    inner = (r for r in written if r.startswith(f"{target.arns[0]}/") and "*" not in r)
    for arn in dict.fromkeys((*target.arns, *inner)):
        matched = any("${" in r or resource_pattern(r).matches(arn) for r in written)
        if matched is bool(one.resources):
            yield arn


def _named(one: Statement, actions: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the actions that a statement allows, each with its place: the gravest has the first."""
    written = one.actions or one.not_actions
    patterns = [action_pattern(pattern) for pattern in written]
    for place, action in enumerate(actions):
        if any(p.matches(action.lower()) for p in patterns) is bool(one.actions):
            yield place, action


@lru_cache(maxsize=4096)
def _parsed(document: str, name: str) -> tuple[Statement, ...]:
    return parse(document, name)


def _known(arn: str, resource: str) -> Context:
    """Return what is known of any call that a principal makes on a resource."""
    region, account = resource.split(":")[3:5]
    return context(
        {
            **({"aws:RequestedRegion": region} if region else {}),
            **({"aws:ResourceAccount": account} if account else {}),
            "aws:PrincipalArn": arn,
            "aws:PrincipalAccount": arn.split(":")[4],
            "aws:SecureTransport": "true",
        }
    )


def targets_of(scope: Scope, secrets: Section[Any]) -> Targets:
    """Return what of ours somebody could act on, by the names of the scope and the secrets' real ARNs."""
    return Targets(_targets(scope, secrets))


def _targets(scope: Scope, secrets: Section[Any]) -> Iterator[Target]:

    def arn(service: str, resource: str) -> str:
        return f"arn:aws:{service}:{scope.region}:{scope.account}:{resource}"

    for name in scope.tables:
        table = arn("dynamodb", f"table/{name}")
        of_table = (table, f"{table}/index/any")
        yield Target(kind="table", name=name, arns=of_table, actions=acting("dynamodb"))
    for name in scope.secrets:
        real = None if isinstance(secrets, Unreadable) else getattr(secrets.get(name), "arn", None)
        of_secret = (real or arn("secretsmanager", f"secret:{name}-AbCdEf"),)
        yield Target(kind="secret", name=name, arns=of_secret, actions=acting("secretsmanager"))
    managing = tuple(one for one in acting("lambda") if one not in INVOKE)
    for name in scope.functions:
        function = arn("lambda", f"function:{name}")
        arns = (function, f"{function}:{scope.alias}")
        yield Target(kind="function", name=name, arns=arns, actions=managing)
        yield Target(kind=INVOCATION, name=name, arns=arns, actions=INVOKE)
    if scope.topic:
        name = scope.topic.rpartition(":")[2]
        yield Target(kind="topic", name=name, arns=(scope.topic,), actions=acting("sns"))
    for name in scope.roles:
        of_role = (f"arn:aws:iam::{scope.account}:role/{name}",)
        yield Target(kind="role", name=name, arns=of_role, actions=OF_ROLES)
    if scope.evidence_bucket:
        bucket = f"arn:aws:s3:::{scope.evidence_bucket}"
        arns = (bucket, f"{bucket}/any")
        yield Target(kind="evidence", name=scope.evidence_bucket, arns=arns, actions=OF_EVIDENCE)


def _own_rights(kind: str, arn: str, raw: Mapping[str, Any], found: Details) -> Targets:
    """Return what a principal's rights come from: who may change that may act on anything of ours."""
    groups = [one["Arn"] for one in found.groups if one["GroupName"] in raw.get("GroupList", ())]
    policies = [one["PolicyArn"] for one in raw.get("AttachedManagedPolicies", ())]
    own = [one for one in policies if not one.startswith("arn:aws:iam::aws:")]
    sources = {kind: [arn], "group": groups, "policy": own}
    return Targets(
        Target(kind=RIGHTS, name=one.rpartition("/")[2], arns=(one,), actions=WIDENING[source])
        for source, arns in sources.items()
        for one in arns
    )


@lru_cache(maxsize=16)
def acting(prefix: str) -> tuple[str, ...]:
    """Return the actions of a service that change a resource or read its contents: changes first."""
    reads = {
        "dynamodb": ("BatchGet", "Get", "Query", "Scan", "PartiQLSelect"),
        "secretsmanager": ("Get", "BatchGet"),
    }
    contents = reads.get(prefix, ())

    def keeps(action: str) -> bool:
        name = action.partition(":")[2]
        harmless = name.startswith(METADATA) or (name.startswith("Get") and not contents)
        return not harmless and action not in NOT_OURS

    def is_read(action: str) -> bool:
        return action.partition(":")[2].startswith(contents) if contents else False

    return tuple(sorted(filter(keeps, actions_of(prefix)), key=lambda one: (is_read(one), one)))


def _everybody(found: Details) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    yield from (("role", one["Arn"], one) for one in found.roles)
    yield from (("user", one["Arn"], one) for one in found.users)


def _applying(
    raw: Mapping[str, Any], found: Details, documents: Mapping[str, str | Unreadable]
) -> tuple[Policies, Policies | None]:
    groups = set(raw.get("GroupList", ()))
    bearers = [raw, *(one for one in found.groups if one["GroupName"] in groups)]
    inline = [
        (one["PolicyName"], document_text(one["PolicyDocument"]))
        for bearer in bearers
        for key in ("RolePolicyList", "UserPolicyList", "GroupPolicyList")
        for one in bearer.get(key, ())
    ]
    managed = [
        _managed(one["PolicyArn"], documents)
        for bearer in bearers
        for one in bearer.get("AttachedManagedPolicies", ())
    ]
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return [*inline, *managed], [_managed(boundary, documents)] if boundary else None


def _managed(arn: str, documents: Mapping[str, str | Unreadable]) -> tuple[str, str]:
    document = documents.get(arn)
    if not isinstance(document, str):
        reason = "it does not exist" if document is None else document.unreadable
        raise ReadFailure(f"policy {arn}: {reason}")
    return arn.rpartition("/")[2], document


READERS = {
    "principals": Reader(
        principals,
        ("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"),
    ),
}
