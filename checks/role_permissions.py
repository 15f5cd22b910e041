"""Least privilege of one role: which row reports what its policies grant beyond the plan, or lack."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from aws import desired
from aws.access.privileges import (
    DETAILS,
    context_of_calls,
    lacking,
    lacks,
    needed_of,
    only_observes,
    pair,
    split,
    statements,
)
from aws.access.surplus_permissions import (
    READ,
    Gravity,
    NamedSecret,
    Surplus,
    as_differences,
    grouped_differences,
    reaches_more,
    resources_reading,
)
from aws.access.surplus_permissions import surplus as all_surplus
from aws.bounds import described
from aws.difference import Difference
from aws.iam.condition import over_time, since
from aws.iam.evaluation import applies, evaluate_from, is_same
from aws.iam.pattern import TooIntricateError, escape_from, resource_pattern
from aws.iam.permissions import MissingPermission
from aws.iam.statement import Statement, parse
from aws.kinds.role import ROLE, Role
from aws.section import Follows, lookup
from aws.words import Words, joined
from checks.deployed import Deployed
from signoff.judge.decisions import Decisions, Judge

ROWS = {
    Gravity.UNLIMITED: "SEC-14",
    Gravity.SECRET: "SEC-16",
    Gravity.OUTSIDE: "SEC-15",
    Gravity.UNPLANNED: "SEC-12",
}
"""Gravity -> the one row that reports a surplus of that gravity."""
GRAVER = {
    "SEC-12": frozenset({"SEC-14", "SEC-15"}),
    "SEC-15": frozenset({"SEC-14"}),
}
"""Row -> rows that may report a surplus which makes it untrue as well."""
INVOKE = "lambda:invokefunction"
NEEDED = Words(en="permission that its function needs", ja="関数に必要な権限")
GRANTED = described(
    en="granted under conditions that are always met", ja="確実に成立する条件で許可されていること"
)


def surplus(role: Role, want: desired.Role, row: str, now: datetime) -> tuple[Difference, ...]:
    """Return the surplus that ``row`` reports."""
    return as_differences(
        role, (surplus for surplus in all_surplus(role, want, now) if ROWS[surplus.gravity] == row)
    )


def follow_graver(
    role: Role, want: desired.Role, row: str, decisions: Decisions, now: datetime
) -> None:
    """Raise Follows if a graver row reports a surplus that makes this row untrue as well."""
    for excess in _undecided(role, want, decisions, now):
        if ROWS[excess.gravity] in GRAVER[row] and not (
            row == "SEC-15" and _encloses(want, excess)
        ):
            raise _follows(role, excess)


def follow_names(role: Role, want: desired.Role, deployed: Deployed, now: datetime) -> None:
    """Raise Follows if SEC-16 reports an ARN by which more than the role's own secret can be read."""
    for excess in all_surplus(role, want, now):
        wide = any(
            reaches_more(excess.resource, secret, deployed.secret_names) for secret in want.secrets
        )
        if excess.gravity is Gravity.SECRET and wide:
            raise _follows(role, excess)


def follow_invoking(
    role: Role,
    want: desired.Role,
    functions: Iterable[desired.Function],
    decisions: Decisions,
    now: datetime,
) -> None:
    """Raise Follows if a surplus lets the role invoke one of our functions."""
    arns, context = (
        [arn for function in functions for arn in (function.arn, function.alias_arn)],
        since(context_of_calls(want), now),
    )
    for excess in _undecided(role, want, decisions, now):
        if any(applies(excess.pair, INVOKE, arn, context) is True for arn in arns):
            raise _follows(role, excess)


def _encloses(want: desired.Role, surplus: Surplus) -> bool:
    """Whether everything that the Resource matches belongs to this environment, by name."""
    own = [resource_pattern(each) for each in want.own]
    try:
        return (
            bool(surplus.resource)
            and escape_from(own, (resource_pattern(surplus.resource),)) is None
        )
    except TooIntricateError:
        return False


def _undecided(
    role: Role, want: desired.Role, decisions: Decisions, now: datetime
) -> Iterator[Surplus]:
    """Yield the surplus that no decision allows, as its row reports it."""
    surpluses = all_surplus(role, want, now)
    for gravity in ROWS:
        for difference, several in grouped_differences(
            role, (surplus for surplus in surpluses if surplus.gravity is gravity)
        ):
            if decisions.undecided([difference]):
                yield from several


def _follows(role: Role, surplus: Surplus) -> Follows:
    excess = surplus.words
    words = Words(
        en=f"{role.name} is allowed {excess.en}", ja=f"{role.name}に{excess.ja}が許可されています"
    )
    return Follows(ROWS[surplus.gravity], words)


def lost_by_boundary(
    role: Role, want: desired.Role, arns: Sequence[str], now: datetime
) -> list[MissingPermission]:
    """Return what a role lacks because of its permissions boundary alone."""
    if role.boundary is None:
        return []
    alone = lacking(replace(role, boundary=None), want, arns, now)
    absent = {(missing.action, missing.resource) for missing in alone}
    lacked = lacking(role, want, arns, now)
    return [missing for missing in lacked if (missing.action, missing.resource) not in absent]


def denied_by_boundary(role: Role, lost: Sequence[MissingPermission]) -> Words:
    first = joined(
        pair(Words.same(missing.action), Words.same(missing.resource)) for missing in lost[:1]
    )
    return Words(
        en=f"the boundary of {role.name} denies {first.en}",
        ja=f"{role.name}のアクセス許可の境界が{first.ja}を拒否しています",
    )


def surely_needed(
    role: Role, want: desired.Role, missing: Iterable[MissingPermission]
) -> list[MissingPermission]:
    """Return what is missing for certain: code of a team's own may do without, unless the role does nothing but write logs."""
    all_counts = want.judged_for_missing or only_observes(role)
    return [lack for lack in missing if not lack.unknown and (all_counts or lack.taken)]


def missing_beyond_tables(
    lacking: Iterable[MissingPermission],
    role: Role,
    want: desired.Role,
    deployed: Deployed,
    now: datetime,
) -> list[MissingPermission]:
    """Leave out what a table's own policy grants to the role by name: in one account that is enough, except for a bounded role."""
    times = over_time(needed_of(want, role), now)

    def granted(lack: MissingPermission) -> bool:
        granting = _granting(lack.resource, role, deployed)
        return evaluate_from(granting, lack.action, lack.resource, times).allowed

    return [
        lack for lack in lacking if role.boundary or lack.taken or lack.unknown or not granted(lack)
    ]


def _granting(resource: str, role: Role, deployed: Deployed) -> list[Statement]:
    """Return the statements that name a role, of the policy of the table that a resource is or belongs to."""
    table = next((t for t in deployed.plan.tables if f"{resource}/".startswith(f"{t.arn}/")), None)
    policy = table and lookup(deployed.sections.table_policies, table.name)
    if not table or not policy or policy.document is None:
        return []
    return [
        statement
        for statement in parse(policy.document, table.name)
        if any(
            is_same(principal, role.arn)
            for kind, principal in statement.principals
            if kind == "AWS"
        )
    ]


def follow_unnamed(
    role: Role, want: desired.Role, arns: Sequence[str], judge: Judge, now: datetime
) -> None:
    """Raise Follows if no policy names a secret: another row reports that it is lacking, or granted too widely."""
    for name in names_of(role, want, arns):
        if name.resources:
            continue
        owner, lost = _row_of(role, want, name.arn, now), lacking(role, want, arns, now)
        differences = lacks(role, lost) if owner == "SEC-13" else surplus(role, want, owner, now)
        judge.follow(owner, differences, unnamed(name.secret))


def unclear(role: Role, pairs: Iterable[MissingPermission]) -> tuple[Difference, ...]:
    """Return the pairs that IAM allows under a condition that cannot be evaluated, or that ends: it counts as not met."""
    return tuple(
        Difference(
            ROLE.words, role.name, NEEDED, missing.words, GRANTED, call=DETAILS, loosens=True
        )
        for missing in pairs
        if missing.unknown
    )


def names_of(role: Role, want: desired.Role, arns: Iterable[str]) -> list[NamedSecret]:
    """Return how the role's policies name each secret that its function reads."""
    pairs = [each for statement in statements(role) for each in split(statement)]
    return [
        NamedSecret(secret=secret, arn=arn, resources=resources_reading(pairs, secret))
        for secret, arn in zip(want.secrets, arns, strict=True)
    ]


def _row_of(role: Role, want: desired.Role, arn: str, now: datetime) -> str:
    """Return the row that reports a grant to read a secret without naming it; otherwise the row that reports it lacking."""
    context = since(context_of_calls(want), now)
    wide = (
        ROWS[surplus.gravity]
        for surplus in all_surplus(role, want, now)
        if applies(surplus.pair, READ, arn, context) is True
    )
    return next(wide, "SEC-13")


def unnamed(secret: desired.Secret) -> Words:
    return Words(
        en=f"no statement names secret {secret.name}",
        ja=f"シークレット{secret.name}を指定するステートメントがありません",
    )


def missing_beyond_suffixes(
    lacking: Iterable[MissingPermission], names: Iterable[NamedSecret]
) -> list[MissingPermission]:
    """Leave out what is lacking only because of how a secret is named; Follows if nothing else is lacking."""
    lost = list(lacking)
    missed = {name.arn for name in names if name.missed}
    others = [missing for missing in lost if missing.resource not in missed]
    if lost and not others:
        raise Follows(
            "SEC-16",
            en=f"the ARN by which a policy names a secret matches none: {lost[0].words.en}",
            ja=f"ポリシーが指定するシークレットのARNに一致するものがありません: {lost[0].words.ja}",
        )
    return others
