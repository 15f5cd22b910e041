"""What a role's policies grant beyond its plan, and what they lack. Checks and repairs both ask this module."""

import enum
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import product

from aws import desired
from aws.access.secret_arns import READ, is_about
from aws.bounds import described, within
from aws.difference import Difference
from aws.iam import (
    Context,
    EvaluationResult,
    Grant,
    Grants,
    MissingPermission,
    Statement,
    admin_statements,
    context,
    escalations,
    evaluate,
    excess,
    expand,
    grants,
    inverted_statements,
    missing,
    parse,
    resource_pattern,
)
from aws.iam.condition import at
from aws.iam.pattern import overlap
from aws.kinds.role import ROLE, PolicyDocument, Role
from aws.words import SILENCE, Words, joined

BY_AWS = "arn:aws:iam::aws:policy"
BESIDE = frozenset(
    {
        f"{BY_AWS}/service-role/AWSLambdaBasicExecutionRole",
        f"{BY_AWS}/AWSXRayDaemonWriteAccess",
        f"{BY_AWS}/AWSXrayWriteOnlyAccess",
        f"{BY_AWS}/CloudWatchLambdaInsightsExecutionRolePolicy",
        f"{BY_AWS}/CloudWatchLambdaApplicationSignalsExecutionRolePolicy",
    }
)
"""AWS managed policies for logs, tracing, Lambda Insights and Application Signals: they only observe."""
NOT_CARRIED = (
    *("aws:SourceAccount", "aws:SourceArn"),
    *("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:username"),
)
"""Condition keys that no call of a function has: a condition that requires one never holds."""
OF_A_NETWORK = ("aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
"""Condition keys that only calls through a VPC endpoint have: a permission that requires one is not there for all calls."""
NO_NETWORK = context(dict.fromkeys(OF_A_NETWORK, ()))
SECRETS, TABLES = "secretsmanager", "dynamodb"
"""Services that use a KMS key on behalf of their callers."""
DETAILS = "iam:GetAccountAuthorizationDetails"
MANY = 10
"""Surplus permissions of one policy up to which each is reported by itself."""
LACKING = Words(en="permissions that are missing", ja="不足している権限")
BEYOND = Words(en="permission", ja="権限")
PLANNED = described(
    Words(
        en="only what the guide's table and AWS's own tools give its function",
        ja="手順書の表とAWS標準ツールが関数に与える権限だけであること",
    ),
    code="planned",
)


class Gravity(enum.Enum):
    """The gravest thing that can be said of a surplus."""

    UNLIMITED = "unlimited"
    """It grants everything, all but something, or the means to grant itself more."""
    SECRET = "secret"  # noqa: S105 - no password
    """It reads a secret of the function, by an ARN that may match other secrets as well."""
    OUTSIDE = "outside"
    """It reaches resources of another environment."""
    UNPLANNED = "unplanned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """A pair of action and resource, as written, that grants more than the plan.

    ``unknown`` says why it may not be in force at all, and is silent otherwise.
    """

    gravity: Gravity
    pair: Statement
    unknown: Words

    def __str__(self) -> str:
        return self.words.en

    @property
    def words(self) -> Words:
        """What is allowed on what, under which conditions, and by which statement."""
        one = self.pair
        action = Words.same(one.actions[0]) if one.actions else _all_but(one.not_actions)
        resource = Words.same(self.resource) if self.resource else _all_but(one.not_resources)
        on, by = pair(action, resource), one.words
        if one.conditions:
            written = [str(condition) for condition in one.conditions]
            on = Words(
                en=f"{on.en} if {' and '.join(written)}",
                ja=f"{on.ja}（条件: {'、'.join(written)}）",
            )
        return Words(en=f"{on.en} ({by.en})", ja=f"{on.ja}（{by.ja}）")

    @property
    def resource(self) -> str:
        """The one Resource of the pair; empty if it grants by exclusion."""
        return self.pair.resources[0] if self.pair.resources else ""


def surplus(role: Role, want: desired.Role) -> tuple[Surplus, ...]:
    """Return every pair beyond the plan; several rows ask, and a role may have thousands of pairs."""
    return _beyond(_Question(role.policies, role.boundary, want.allowed, role, want))


def as_differences(role: Role, found: Iterable[Surplus]) -> tuple[Difference, ...]:
    """Return surplus as differences; a condition that cannot be evaluated counts as met."""
    return tuple(difference for difference, _ in grouped_differences(role, found))


def grouped_differences(
    role: Role, found: Iterable[Surplus]
) -> Iterator[tuple[Difference, tuple[Surplus, ...]]]:
    """Yield each difference with the surplus that it reports: a decision is about the whole difference."""
    by_policy: dict[tuple[str, bool], list[Surplus]] = {}
    for one in found:
        by_policy.setdefault((one.pair.policy, bool(one.unknown)), []).append(one)
    for several in by_policy.values():
        if len(several) > MANY:
            yield _at_once(role, several), tuple(several)
        else:
            yield from ((as_difference(role, one), (one,)) for one in several)


def as_difference(role: Role, one: Surplus) -> Difference:
    return Difference(
        kind=ROLE.words,
        name=role.name,
        fact=BEYOND,
        found=joined((one.words, one.unknown), ": ") if one.unknown else one.words,
        bound=PLANNED,
        call=DETAILS,
        loosens=True,
    )


DECRYPT = "kms:Decrypt"
FREE = parse('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}', "AWS")
"""What an AWS managed key grants to everybody who may use what it encrypts."""


def short(
    role: Role, want: desired.Role, arns: Iterable[str], now: datetime | None = None
) -> tuple[MissingPermission, ...]:
    """Return required pairs that IAM would not, or might not, allow. ``arns`` are the real ARNs of secrets.

    What a date took away by ``now`` is surely missing; what it takes away later, or took away where no time is given, is unknown.
    """
    real = (*arns, *streams(want))
    found = _short(role, want, real, lambda known: known)
    if now is None:
        return found
    surely = _short(role, want, real, lambda known: at(known, now))
    certain = [one for one in surely if not one.unknown]
    lost = {(one.action, one.resource) for one in certain}
    return (*certain, *(one for one in found if (one.action, one.resource) not in lost))


def _short(
    role: Role, want: desired.Role, real: Sequence[str], told: Callable[[Context], Context]
) -> tuple[MissingPermission, ...]:
    of_tables = {one for one in want.required if one.resource in want.table_keys}
    found: list[MissingPermission] = []
    for asked, service in ((want.required - of_tables, SECRETS), (of_tables, TABLES)):
        own = needed_of(want, role, via=service)
        known, expanded = told(own), _expanding(want)
        granted = grants(statements(role), known, boundary=_boundary(role), expand=expanded)
        found += missing(granted, [(one.action, one.resource) for one in asked], real)
    return tuple(found)


def uses(role: Role, want: desired.Role, key: str, service: str) -> EvaluationResult:
    """Return whether the role may use an AWS managed key by a service: only a Deny of its own takes that away."""
    own = [
        *FREE,
        *statements(role),
        *(one for one in _boundary(role) or () if one.effect == "Deny"),
    ]
    return evaluate(own, DECRYPT, key, needed_of(want, role, via=service))


def denied_secrets(role: Role, want: desired.Role) -> bool:
    """Whether the role can't surely use the AWS managed key of its secrets, whichever that is."""
    key = f"arn:aws:kms:{':'.join(_place(want))}:key/managed"
    return bool(want.secrets) and not uses(role, want, key, SECRETS).allowed


def lacking(
    role: Role, want: desired.Role, arns: Iterable[str], now: datetime | None = None
) -> list[MissingPermission]:
    """Return required pairs that IAM would not allow. ``arns`` are the real ARNs of secrets."""
    found = (one for one in short(role, want, arns, now) if not one.unknown)
    return sorted(found, key=lambda one: (one.action, one.resource))


def emptied(missing: Sequence[MissingPermission], want: desired.Role) -> bool:
    """Whether a role grants nothing of what its function was planned to do, whatever the function's code needs of it."""
    return {one.action for one in missing} >= {one.action for one in want.required}


def lacks(role: Role, lost: Iterable[MissingPermission]) -> tuple[Difference, ...]:
    """Return that a role lacks what its function needs: no decision allows what is granted and taken away again."""
    found: dict[bool, list[Words]] = {}
    for one in lost:
        found.setdefault(one.taken, []).append(one.words)
    return tuple(
        Difference(
            kind=ROLE.words,
            name=role.name,
            fact=LACKING,
            found=words,
            bound=within(()),
            call=DETAILS,
            loosens=True,
            decidable=not taken,
            stops_calls=taken,
        )
        for taken, words in found.items()
    )


def statements(role: Role, without: frozenset[str] = frozenset()) -> tuple[Statement, ...]:
    """Return every statement of the role's policies. Raises PolicySyntaxError if one can't be read."""
    kept = (one for one in role.policies if one.arn not in without)
    return tuple(statement for one in kept for statement in parse(one.document, one.name))


def split(one: Statement) -> Iterator[Statement]:
    """Yield a statement for each action and resource as written; what is excluded stays whole."""
    for action, resource in product(one.actions or (None,), one.resources or (None,)):
        yield replace(
            one, actions=(action,) if action else (), resources=(resource,) if resource else ()
        )


def pair(action: object, resource: object) -> Words:
    """Name an action on a resource; either may be Words."""
    did, on = (one if isinstance(one, Words) else Words.same(one) for one in (action, resource))
    return Words(en=f"{did.en} on {on.en}", ja=f"{on.ja}への{did.ja}")


def known_of(want: desired.Role, role: Role | None = None, *, via: str = SECRETS) -> Context:
    """Return what is known of any call that the role makes. An existing ``role`` may have a path in its ARN.

    ``via`` is the service that uses a KMS key for it.
    """
    region, account = _place(want)
    return context(
        {
            "aws:RequestedRegion": region,
            "aws:ResourceAccount": account,
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": role.arn if role else want.arn,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
            "kms:CallerAccount": account,
            "kms:ViaService": f"{via}.{region}.amazonaws.com",
            "lambda:SourceFunctionArn": want.function_arn,
            **dict.fromkeys(NOT_CARRIED, ()),
        }
    )


def needed_of(want: desired.Role, role: Role | None = None, *, via: str = SECRETS) -> Context:
    """Return the same of the calls that the function needs: it runs in no network, so that none goes through an endpoint."""
    return {**known_of(want, role, via=via), **NO_NETWORK}


def _place(want: desired.Role) -> tuple[str, str]:
    """Return Region and account, as the function's ARN has them."""
    _, _, _, region, account, *_ = want.function_arn.split(":")
    return region, account


def streams(want: desired.Role) -> tuple[str, ...]:
    """Return the ARN of a plausible log stream in each log group that the role writes to."""
    groups = {one.resource for one in want.required if one.action.startswith("logs:")}
    return tuple(f"{one.removesuffix('*')}log-stream:2026/11/25/[2]0a1b2c" for one in groups)


@dataclass(frozen=True, slots=True)
class _Question:
    """The inputs of a role's surplus: its policies, and what its plan allows."""

    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None
    allowed: tuple[tuple[str, str], ...]
    role: Role = field(compare=False)
    want: desired.Role = field(compare=False)


@lru_cache(maxsize=64)
def _beyond(question: _Question) -> tuple[Surplus, ...]:
    role, want = question.role, question.want
    denies = [one for one in statements(role) if one.effect == "Deny"]
    known, boundary, expanded = known_of(want, role), _boundary(role), _expanding(want)
    found = []
    for one in _allowing(role, want):
        held = grants((one, *denies), known, boundary=boundary, expand=expanded)
        beyond = excess(held, question.allowed)
        if beyond or _perverse(one):
            gravity = _gravity(one, held, beyond, want)
            found.append(Surplus(gravity=gravity, pair=one, unknown=_doubt(beyond)))
    return tuple(found)


def _expanding(want: desired.Role) -> Callable[[str], tuple[str, ...]]:
    """Expand actions of planned services only: every action of another service is surplus, and there are hundreds."""
    planned = {action.partition(":")[0] for action, _ in want.allowed}

    def expanded(pattern: str) -> tuple[str, ...]:
        return expand(pattern) if pattern.partition(":")[0].lower() in planned else ()

    return expanded


def _allowing(role: Role, want: desired.Role) -> Iterator[Statement]:
    """Yield the allowed pairs, except those that are literally in the plan and so cannot be surplus."""
    planned = {((action,), (resource,)) for action, resource in want.allowed}
    for one in statements(role, without=BESIDE):
        for each in split(one) if one.effect == "Allow" else ():
            if _perverse(each) or (each.actions, each.resources) not in planned:
                yield each


def _gravity(one: Statement, held: Grants, beyond: Iterable[Grant], want: desired.Role) -> Gravity:
    actions = {each.action for each in beyond}
    if _perverse(one) or any(grant.action in actions for grant in escalations(held)):
        return Gravity.UNLIMITED
    action, resource = one.actions[0].lower(), one.resources[0]
    if action == READ and any(is_about(resource, secret) for secret in want.secrets):
        return Gravity.SECRET
    return Gravity.OUTSIDE if _outside(resource, want) else Gravity.UNPLANNED


def _outside(resource: str, want: desired.Role) -> bool:
    """Whether an ARN, wildcards included, is not of this account, Region and environment."""
    parts, (region, account) = resource.split(":", 5), _place(want)
    if len(parts) < 6:
        return False
    if parts[3] not in {"", region} or parts[4] not in {"", account}:
        return True
    pattern = resource_pattern(resource)
    return not any(overlap(pattern, resource_pattern(own)) for own in want.own)


def _perverse(one: Statement) -> bool:
    """Whether a statement grants by exclusion, has a principal, or grants everything."""
    principal = one.principals or one.not_principals
    return bool(principal or inverted_statements([one]) or admin_statements([one]))


def _doubt(beyond: Iterable[Grant]) -> Words:
    """Return why none of it is surely in force; SILENCE if some of it is."""
    doubts = [one.unknown for one in beyond]
    return doubts[0] if doubts and all(doubts) else SILENCE


def _at_once(role: Role, several: Sequence[Surplus]) -> Difference:
    """Report many surplus permissions of one policy as one difference; a decision covers exactly these."""
    whole = hashlib.sha256("\n".join(sorted(map(str, several))).encode()).hexdigest()[:10]
    count, first = len(several), several[0].words
    found = Words(
        en=f"{count} permissions (digest {whole}), the first {first.en}",
        ja=f"{count}件の権限（ダイジェスト{whole}）、最初は{first.ja}",
    )
    return replace(as_difference(role, several[0]), found=found)


def _boundary(role: Role) -> tuple[Statement, ...] | None:
    return parse(role.boundary.document, role.boundary.name) if role.boundary else None


def _all_but(names: Iterable[str]) -> Words:
    listed = ", ".join(names)
    return Words(en=f"all but {listed}", ja=f"{listed}以外のすべて")
