"""Which roles and users of the account may act on our resources, by the policies that apply to them.

A principal that can take over the rights of another counts as well. Service-linked roles are left out: only their
service can assume them or change their permissions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from aws.access.assuming import (
    ASSUME,
    PRINCIPAL,
    assumption_paths,
    trusted_services,
    trusted_to_assume,
)
from aws.access.reach import Reach, Targets, context_of_calls, reach_of
from aws.access.targets import BY_AWS, OF_POLICIES, Target, giving, stopping, targets_of
from aws.door.failures import ReadFailure
from aws.iam.evaluation import evaluate
from aws.iam.statement import Statement
from aws.kinds.function_invocation import listed
from aws.kinds.role import (
    ROLE,
    Details,
    PolicyDocument,
    attached,
    boundary_arn,
    details,
    managed_policy,
    policies_of,
    policy_documents,
)
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section, Unreadable
from aws.words import Words, joined, words_of

LINKED = ":role/aws-service-role/", f"{BY_AWS}policy/aws-service-role/"
"""Part of the ARN of a service-linked role, and the prefix of the policies that AWS wrote for such roles."""
PRINCIPALS = {"role": ROLE.words, "user": Words(en="user", ja="ユーザー")}
MAY_ACT = Words(en="our resources that it may act on", ja="操作できる本環境のリソース")
MAY_INVOKE = Words(en="which functions it may invoke", ja="呼び出せる関数")
USED_BY = Words(en="others that use it", ja="他の利用者")
GIVES = frozenset({"rights of roles", "rights of users"})
"""Kinds of target that amount to all rights: what else such a principal could take over adds nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A role or user that may act on something of ours."""

    arn: str
    kind: str
    """role or user."""
    reach: tuple[Reach, ...]
    assumed_by: Mapping[str, Words] = field(default_factory=dict)
    """Who else may assume a role by its trust alone -> the same with its conditions: see ``aws.access.assuming.trusted_to_assume``."""
    services: tuple[str, ...] = ()
    """The services that may assume a role, each for a principal that may pass it the role."""


@dataclass(frozen=True, slots=True)
class _Bearer:
    """A role, user or group as IAM lists it, with the policies that apply to it."""

    arn: str
    kind: str
    raw: Raw
    policies: tuple[PolicyDocument, ...]
    limit: PolicyDocument | None
    trusts: tuple[tuple[str, Statement], ...] = ()

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    def reaches(self, targets: Targets) -> tuple[Reach, ...]:
        return reach_of(self.arn, self.policies, self.limit, targets=targets)


def principals(reading: Reading) -> Section[Principal]:
    """Return ARN -> what it may act on; principals that may act on none of our resources are left out."""
    iam, documents = reading.source(details), reading.source(policy_documents)
    account = reading.scope.account
    bearers: dict[str, _Bearer] = {}
    unread: dict[str, Unreadable] = {}
    for kind, raw in _bearers(iam):
        arn = raw["Arn"]
        try:
            trusts = trusted_to_assume(raw, account) if kind == "role" else ()
            groups = (each for each in iam.groups if each["GroupName"] in raw.get("GroupList", ()))
            policies, boundary = policies_of(documents, raw, *groups), boundary_arn(raw)
            limit = managed_policy(documents, boundary) if boundary else None
            bearers[arn] = _Bearer(arn, kind, raw, policies, limit, trusts)
        except (ReadFailure, ValueError) as error:
            unread[arn] = _policies_of(arn, error)
    every = (*targets_of(reading), *giving(reading.scope), *stopping(reading), *_policies(iam))
    targets = Targets(every, reading.now)
    reach = _with_takers(bearers, targets, reading)
    return unread | {
        arn: Principal(
            arn=arn,
            kind=holder.kind,
            reach=reach[arn],
            assumed_by={
                who: joined(dict.fromkeys(_conditions_of(who, holder)))
                for who, _ in holder.trusts
                if who not in bearers
            },
            services=trusted_services(holder.raw) if holder.kind == "role" else (),
        )
        for arn, holder in bearers.items()
        if holder.kind != "group" and reach.get(arn)
    }


def _with_takers(
    bearers: Mapping[str, _Bearer], targets: Targets, reading: Reading
) -> Mapping[str, tuple[Reach, ...]]:
    """Return what each bearer reaches: our resources, and other bearers that reach them, to the end of the chain."""
    reach = {arn: holder.reaches(targets) for arn, holder in bearers.items()}
    ours, followed = set(reading.scope.roles), set[str]()
    while holders := [
        holder
        for arn, holder in bearers.items()
        if reach[arn] and arn not in followed and holder.raw.get("RoleName") not in ours
    ]:
        followed |= {holder.arn for holder in holders}
        ways = (way for holder in holders for way in _ways_in(holder, reading))
        by_rights = Targets(ways, reading.now)
        for arn, bearer in bearers.items():
            if GIVES.isdisjoint(each.kind for each in reach[arn]):
                reachable = (*bearer.reaches(by_rights), *_by_trust(arn, holders, reading.now))
                others = (each for each in reachable if each.name != bearer.name)
                reach[arn] = tuple(dict.fromkeys((*reach[arn], *others)))
    return reach


def _ways_in(bearer: _Bearer, reading: Reading) -> Iterator[Target]:
    """Yield the targets by which a principal takes over a bearer's rights; if functions are unread, any may use it."""
    try:
        functions = [f["FunctionArn"] for f in reading.source(listed) if f["Role"] == bearer.arn]
    except ReadFailure:
        functions = [f"arn:aws:lambda:{reading.scope.region}:{reading.scope.account}:function:*"]
    unqualified = sorted({":".join(arn.split(":")[:7]) for arn in functions})
    services = trusted_services(bearer.raw) if bearer.kind == "role" else ()
    passed_to = services[0] if len(services) == 1 else ""
    for arns, actions in assumption_paths(bearer.kind, bearer.raw, reading.scope, unqualified):
        yield Target(
            kind=PRINCIPAL, name=bearer.name, arns=arns, actions=actions, passed_to=passed_to
        )


def _conditions_of(who: str, role: _Bearer) -> Iterator[Words]:
    yield from (s.under_conditions(Words.same(who)) for name, s in role.trusts if name == who)


def _by_trust(arn: str, others: Iterable[_Bearer], now: datetime) -> Iterator[Reach]:
    """Yield the roles whose trust names a principal of the account, so that no policy has to allow it."""
    named = ((other, stated) for other in others for who, stated in other.trusts if who == arn)
    for other, statement in named:
        request = context_of_calls(arn, other.arn, now=now)
        result = evaluate([statement], ASSUME, other.arn, request)
        by = Words(en=f"trust of {other.name}", ja=f"{other.name}の信頼ポリシー")
        reach = Reach(kind=PRINCIPAL, name=other.name, action=ASSUME, by=by, trusted_by=other.arn)
        if result.allowed:
            yield reach
        elif result.unknown:
            yield replace(reach, provided=result.reason)


def _bearers(iam: Details) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield kind and details of every role, user and group, without service-linked roles."""
    yield from (("role", role) for role in iam.roles if not _is_linked(role))
    yield from (("user", user) for user in iam.users)
    yield from (("group", group) for group in iam.groups)


def _is_linked(role: Raw) -> bool:
    """Whether it is a service-linked role that has only AWS's own policies."""
    place, policies = LINKED
    whole = all(name.startswith(policies) for name in attached(role))
    return place in role["Arn"] and whole and not role.get("RolePolicyList")


def _policies(iam: Details) -> Iterator[Target]:
    """Yield the customer managed policies in use: a principal that may change one can widen all that have it."""
    own = tuple(name for name in sorted(iam.in_use) if not name.startswith(BY_AWS))
    yield Target(kind="rights of policies", name="", arns=own, actions=OF_POLICIES)


def _policies_of(arn: str, error: ReadFailure | ValueError) -> Unreadable:
    """Return why a principal's policies are unknown: they were not read, or are none."""
    why = error.why if isinstance(error, ReadFailure) else Unreadable(words_of(error))
    en, ja = f"policies of {arn}: {why.words.en}", f"{arn}のポリシー: {why.words.ja}"
    return replace(why, words=Words(en=en, ja=ja))


READERS = {
    "principals": Reader(
        principals,
        (
            *("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion"),
            "lambda:ListFunctions",
        ),
    ),
}
