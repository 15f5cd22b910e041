"""What a role's policies grant beyond its plan. Checks and repairs both ask this module."""

import enum
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from aws import desired
from aws.access.privileges import (
    DETAILS,
    SECRETS,
    TABLES,
    boundary_of,
    by_service,
    context_of_calls,
    expanding,
    pair,
    place_of,
    split,
    statements,
)
from aws.bounds import described
from aws.desired import Secret
from aws.difference import Difference
from aws.iam.condition import Context, context, since
from aws.iam.pattern import action_pattern, covers, overlap, resource_pattern
from aws.iam.permissions import Grant, Grants, escalations, excess, grants, is_admin
from aws.iam.statement import Statement, only
from aws.kinds.role import ROLE, PolicyDocument, Role
from aws.words import SILENCE, Words, joined

SUFFIX = "-??????"
READ = "secretsmanager:getsecretvalue"
"""The action in lower case: actions are case-insensitive."""
Names = Callable[[], Iterable[str]]
"""Returns the names of all existing secrets; called only if they matter."""
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
MANY = 10
"""Surplus permissions of a policy of the account up to which each is reported by itself."""
BEYOND = Words(en="permission", ja="権限")
PLANNED = described(
    Words(
        en="only what the plan and AWS's own tools give its function",
        ja="計画とAWS標準ツールが関数に与える権限だけ",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSecret:
    """How a role's policies name one secret: ``resources`` as written, ``arn`` its real ARN."""

    secret: Secret
    arn: str
    resources: tuple[str, ...]

    @property
    def missed(self) -> bool:
        """Whether a policy means the secret, but no Resource matches its real ARN."""
        fits = any(resource_pattern(resource).matches(self.arn) for resource in self.resources)
        return bool(self.resources) and not fits


def is_about(resource: str, secret: Secret) -> bool:
    """Whether a Resource means this secret: it matches the ARN, or would except for the last six characters."""
    patterns = resource_pattern(resource), resource_pattern(secret.arn_pattern)
    return _spells(resource, secret) or overlap(*patterns)


def resources_reading(pairs: Iterable[Statement], secret: Secret) -> tuple[str, ...]:
    """Collect the Resources by which statements, split into pairs, allow reading the secret."""
    return tuple(pair.resources[0] for pair in pairs if _allows_reading(pair, secret))


def unsound(named_secret: NamedSecret, names: Names) -> list[Words]:
    """Say which of the Resources match nothing, or more than the secret."""
    flaws = {resource: _flaw(resource, named_secret, names) for resource in named_secret.resources}
    return [
        Words(en=f"{resource} {flaw.en}", ja=f"{resource}（{flaw.ja}）")
        for resource, flaw in flaws.items()
        if flaw
    ]


def reaches_more(resource: str, secret: Secret, names: Names) -> bool:
    """Whether a Resource allows reading more than the one secret."""
    return bool({"*", "?"} & set(resource)) and _beyond_it(resource, secret, names) is not None


def _allows_reading(statement: Statement, secret: Secret) -> bool:
    """Whether a pair allows reading the secret by name; other rows report wider actions."""
    if statement.effect != "Allow" or not statement.actions or not statement.resources:
        return False
    action, resource = statement.actions[0], statement.resources[0]
    if action.lower() == READ:
        return is_about(resource, secret)
    return action_pattern(action).matches(READ) and _spells(resource, secret)


def _spells(resource: str, secret: Secret) -> bool:
    stem = re.escape(secret.arn_pattern.removesuffix(SUFFIX))
    return re.fullmatch(rf"{stem}(-[\w?*]{{0,6}}|[?*]*)", resource) is not None


def _flaw(resource: str, named_secret: NamedSecret, names: Names) -> Words | None:
    """Return what is wrong with a Resource."""
    if not resource_pattern(resource).matches(named_secret.arn):
        return Words(en=f"does not match {named_secret.arn}", ja=f"{named_secret.arn}に一致しない")
    return _beyond_it(resource, named_secret.secret, names)


def _beyond_it(resource: str, secret: Secret, names: Names) -> Words | None:
    """Return what else a Resource reaches. ``-*`` also matches ``token-secret-key-old-…``: fine if none exists."""
    if covers(secret.arn_pattern, resource):
        return None
    if not covers(f"{secret.arn_pattern.removesuffix(SUFFIX)}-*", resource):
        return Words(en="reaches beyond the secret", ja="このシークレット以外にも及ぶ")
    reached = ", ".join(_reached(resource, secret, names))
    return Words(en=f"reaches {reached}", ja=f"{reached}にも及ぶ") if reached else None


def _reached(resource: str, secret: Secret, names: Names) -> Iterator[str]:
    """Yield the other secrets that exist and that the Resource matches as well."""
    before = secret.arn_pattern.removesuffix(f"{secret.name}{SUFFIX}")
    for other in sorted({*names()} - {secret.name}):
        patterns = resource_pattern(resource), resource_pattern(f"{before}{other}{SUFFIX}")
        if overlap(*patterns):
            yield other


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
        statement = self.pair
        action = (
            Words.same(statement.actions[0])
            if statement.actions
            else _all_but(statement.not_actions)
        )
        resource = Words.same(self.resource) if self.resource else _all_but(statement.not_resources)
        on, by = pair(action, resource), statement.words
        if statement.conditions:
            written = [str(condition) for condition in statement.conditions]
            on = Words(
                en=f"{on.en} if {' and '.join(written)}",
                ja=f"{on.ja}（条件: {'、'.join(written)}）",
            )
        return Words(en=f"{on.en} ({by.en})", ja=f"{on.ja}（{by.ja}）")

    @property
    def resource(self) -> str:
        """The one Resource of the pair; empty if it grants by exclusion."""
        return self.pair.resources[0] if self.pair.resources else ""


def surplus(role: Role, want: desired.Role, now: datetime) -> tuple[Surplus, ...]:
    """Return every pair beyond the plan, now or later; several rows ask, and a role may have thousands of pairs."""
    return _beyond(_Question(role.policies, role.boundary, want.allowed, now, role, want))


def as_differences(role: Role, surpluses: Iterable[Surplus]) -> tuple[Difference, ...]:
    """Return surplus as differences; a condition that cannot be evaluated counts as met."""
    return tuple(difference for difference, _ in grouped_differences(role, surpluses))


def grouped_differences(
    role: Role, surpluses: Iterable[Surplus]
) -> Iterator[tuple[Difference, tuple[Surplus, ...]]]:
    """Yield each difference with the surplus that it reports, all of one of AWS's policies: a decision is about the whole difference."""
    by_aws = {policy.name for policy in role.policies if (policy.arn or "").startswith(BY_AWS)}
    by_policy: dict[tuple[str, bool], list[Surplus]] = {}
    for wide in surpluses:
        by_policy.setdefault((wide.pair.policy, bool(wide.unknown)), []).append(wide)
    for several in by_policy.values():
        if len(several) > (1 if several[0].pair.policy in by_aws else MANY):
            yield _at_once(role, several), tuple(several)
        else:
            yield from ((as_difference(role, excess), (excess,)) for excess in several)


def as_difference(role: Role, surplus: Surplus) -> Difference:
    return Difference(
        ROLE.words,
        role.name,
        BEYOND,
        joined((surplus.words, surplus.unknown), ": ") if surplus.unknown else surplus.words,
        PLANNED,
        call=DETAILS,
        loosens=True,
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """The inputs of a role's surplus: its policies, and what its plan allows."""

    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None
    allowed: tuple[tuple[str, str], ...]
    now: datetime
    role: Role = field(compare=False)
    want: desired.Role = field(compare=False)


@lru_cache(maxsize=64)
def _beyond(question: _Question) -> tuple[Surplus, ...]:
    role, want = question.role, question.want
    denies = only("Deny", statements(role))
    boundary, expanded = boundary_of(role), expanding(want)
    calls = [since(call, question.now) for call in _calls_of(role, want)]
    surpluses = []
    for statement in _allowing(role, want):
        for call in calls:
            granted = grants((statement, *denies), call, boundary=boundary, expand=expanded)
            if beyond := excess(granted, question.allowed):
                break
        if beyond or _perverse(statement):
            gravity = _gravity(statement, granted, beyond, want)
            surpluses.append(Surplus(gravity=gravity, pair=statement, unknown=_doubt(beyond)))
    return tuple(surpluses)


def _calls_of(role: Role, want: desired.Role) -> Sequence[Context]:
    """Return what is known of a call that the role makes, and, where a condition asks for it, of its other calls.

    It may call by HTTP, use a KMS key itself, or have it used by a service, which may be a service outside the plan.
    """
    own = context_of_calls(want, role)
    by_secrets, by_tables = (by_service(want, service) for service in (SECRETS, TABLES))
    by_any = {key: value for key, value in {**own, **by_tables}.items() if key != "kms:viaservice"}
    account = {"kms:calleraccount": by_tables["kms:calleraccount"]}
    others = context({"aws:SecureTransport": "false"}), account, by_secrets, by_tables
    keys = {entry.key.lower() for policy in statements(role) for entry in policy.conditions}
    if not keys & {key for further in others for key in further}:
        return (own,)
    return (own, *({**own, **further} for further in others), by_any)


def _allowing(role: Role, want: desired.Role) -> Iterator[Statement]:
    """Yield the allowed pairs, except those that are literally in the plan and so cannot be surplus."""
    planned = {((action,), (resource,)) for action, resource in want.allowed}
    for statement in only("Allow", statements(role, without=BESIDE)):
        for each in split(statement):
            if _perverse(each) or (each.actions, each.resources) not in planned:
                yield each


def _gravity(
    statement: Statement, granted: Grants, beyond: Iterable[Grant], want: desired.Role
) -> Gravity:
    actions = {each.action for each in beyond}
    if _perverse(statement) or any(grant.action in actions for grant in escalations(granted)):
        return Gravity.UNLIMITED
    action, resource = statement.actions[0].lower(), statement.resources[0]
    if action == READ and any(is_about(resource, secret) for secret in want.secrets):
        return Gravity.SECRET
    return Gravity.OUTSIDE if _outside(resource, want) else Gravity.UNPLANNED


def _outside(resource: str, want: desired.Role) -> bool:
    """Whether an ARN, wildcards included, is not of this account, Region and environment."""
    parts, (region, account) = resource.split(":", 5), place_of(want)
    if len(parts) < 6:
        return False
    if parts[3] not in {"", region} or parts[4] not in {"", account}:
        return True
    pattern = resource_pattern(resource)
    return not any(overlap(pattern, resource_pattern(own)) for own in want.own)


def _perverse(statement: Statement) -> bool:
    """Whether a statement grants by exclusion, has a principal, or grants everything."""
    excluding = statement.not_actions or statement.not_resources or statement.not_principals
    return bool(excluding or statement.principals) or is_admin(statement)


def _doubt(beyond: Iterable[Grant]) -> Words:
    """Return why none of it is surely in force; SILENCE if some of it is."""
    doubts = [grant.unknown for grant in beyond]
    return doubts[0] if doubts and all(doubts) else SILENCE


def _at_once(role: Role, several: Sequence[Surplus]) -> Difference:
    """Report the surplus permissions of one policy as one difference, which names ten; a decision covers exactly these."""
    whole = hashlib.sha256("\n".join(sorted(map(str, several))).encode()).hexdigest()[:10]
    count, named = len(several), [wide.words for wide in several[:MANY]]
    shown = joined((*named, *([Words.same("…")] if count > MANY else [])), "; ")
    summary = Words(
        en=f"{count} permissions (digest {whole}): {shown.en}",
        ja=f"{count}件の権限（ダイジェスト{whole}）: {shown.ja}",
    )
    return replace(as_difference(role, several[0]), actual=summary)


def _all_but(names: Iterable[str]) -> Words:
    listed = ", ".join(names)
    return Words(en=f"all but {listed}", ja=f"{listed}以外のすべて")
