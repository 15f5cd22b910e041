"""Least privilege of one role: what its policies grant, beyond and short of the plan."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from aws import desired
from aws.bounds import Bound, within
from aws.difference import Certainty, Difference, differences
from aws.iam import (
    Excess,
    Grants,
    MissingPermission,
    Statement,
    admin_statements,
    escalations,
    excess,
    expand,
    grants,
    inverted_statements,
    missing,
    parse,
)
from aws.iam.evaluation import applies
from aws.ledgers.iam import ROLE
from aws.role import PolicyDocument, Role
from aws.section import Follows
from aws.words import SILENCE, Words, joined
from checks.bounds import Bounds
from checks.deployed import Deployed
from checks.secret_arns import READ, Named, is_about, named, reaches_more, unnamed
from signoff.decisions import Decided
from signoff.observations import Observations

BY_AWS = "arn:aws:iam::aws:policy"
BESIDE = frozenset(
    {
        f"{BY_AWS}/service-role/AWSLambdaBasicExecutionRole",
        f"{BY_AWS}/AWSXRayDaemonWriteAccess",
        f"{BY_AWS}/AWSXrayWriteOnlyAccess",
        f"{BY_AWS}/CloudWatchLambdaInsightsExecutionRolePolicy",
    }
)
"""Policies that AWS itself writes for logs, tracing and Lambda Insights: they only observe (rulings, 19 and 43)."""
GRAVER = {
    "SEC-12": frozenset({"SEC-14", "SEC-15"}),
    "SEC-15": frozenset({"SEC-14"}),
}
"""Row -> those that may tell of a surplus by which it is not true, either (ruling 48)."""
DETAILS = "iam:GetAccountAuthorizationDetails"
MANY = 10
"""Surplus permissions of one policy that are told one by one."""
INVOKE = "lambda:invokefunction"
LACKING = Words(en="permissions that are missing", ja="不足している権限")
BEYOND = Words(en="permission", ja="権限")
NEEDED = Words(en="permission that its function needs", ja="関数に必要な権限")
GRANTED = Bound(
    code="granted",
    value=None,
    holds=lambda _: False,
    words=Words(
        en="granted under conditions that surely hold", ja="確実に成立する条件で許可されていること"
    ),
)
PLANNED = Bound(
    code="planned",
    value=None,
    holds=lambda _: False,
    words=Words(
        en="only what the guide's table and AWS's own tools give its function",
        ja="手順書の表とAWS標準ツールが関数に与える権限だけであること",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """A pair of action and resource, as written, that grants more than the plan.

    ``owner`` is the one row that tells of it, ``unknown`` why it may not be in force at all.
    """

    owner: str
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
        """The one Resource of the pair; empty where it grants by exclusion."""
        return self.pair.resources[0] if self.pair.resources else ""


def surplus(role: Role, bounds: Bounds, row: str) -> tuple[Difference, ...]:
    """Return the surplus that ``row`` tells of; unparsed where nobody can say whether it is in force."""
    by_policy: dict[tuple[str, bool], list[Surplus]] = {}
    for one in _surplus(role, bounds):
        if one.owner == row:
            by_policy.setdefault((one.pair.policy, bool(one.unknown)), []).append(one)
    return tuple(
        difference
        for several in by_policy.values()
        for difference in (
            [_summed_up(role, several)]
            if len(several) > MANY
            else [_difference(role, one) for one in several]
        )
    )


def follow_graver(role: Role, bounds: Bounds, row: str, decided: Decided) -> None:
    """Raise Follows where another row tells of a surplus by which this one is not true, either."""
    for one in _surplus(role, bounds):
        if one.owner in GRAVER[row] and not (row == "SEC-15" and bounds.encloses(one.resource)):
            _follow(role, one, decided)


def follow_names(role: Role, bounds: Bounds, deployed: Deployed) -> None:
    """Raise Follows where SEC-16 tells of an ARN by which more than its own secret can be read."""
    for one in _surplus(role, bounds):
        wide = any(reaches_more(one.resource, secret, deployed) for secret in bounds.secrets)
        if one.owner == "SEC-16" and wide:
            raise _follows(role, one)


def follow_invoking(role: Role, bounds: Bounds, decided: Decided) -> None:
    """Raise Follows where a surplus lets the role invoke a function of ours."""
    arns = [arn for one in bounds.plan.functions for arn in (one.arn, one.alias_arn)]
    for one in _surplus(role, bounds):
        if any(applies(one.pair, INVOKE, arn, bounds.known) is True for arn in arns):
            _follow(role, one, decided)


def _follow(role: Role, one: Surplus, decided: Decided) -> None:
    if not one.unknown and decided.undecided([_difference(role, one)]):
        raise _follows(role, one)


def _follows(role: Role, one: Surplus) -> Follows:
    told = one.words
    words = Words(
        en=f"{role.name} is allowed {told.en}", ja=f"{role.name}に{told.ja}が許可されています"
    )
    return Follows(one.owner, words)


def _summed_up(role: Role, several: Sequence[Surplus]) -> Difference:
    """Tell of a policy with many surplus permissions at once; a decision is about exactly these."""
    whole = hashlib.sha256("\n".join(sorted(map(str, several))).encode()).hexdigest()[:10]
    count, first = len(several), several[0].words
    found = Words(
        en=f"{count} permissions (digest {whole}), the first {first.en}",
        ja=f"{count}件の権限（ダイジェスト{whole}）、最初は{first.ja}",
    )
    return replace(_difference(role, several[0]), found=found)


def _difference(role: Role, one: Surplus) -> Difference:
    return Difference(
        kind=ROLE,
        name=role.name,
        fact=BEYOND,
        found=joined((one.words, one.unknown), ": ") if one.unknown else one.words,
        bound=PLANNED,
        call=DETAILS,
        loosens=True,
        certainty=Certainty.UNPARSED if one.unknown else Certainty.CERTAIN,
    )


def lacking(role: Role, bounds: Bounds, arns: Iterable[str]) -> list[Words]:
    """Return required pairs that IAM would not allow. ``arns`` are the real ones of secrets."""
    lacked = (pair(o.action, o.resource) for o in _missing(role, bounds, arns) if not o.unknown)
    return sorted(lacked, key=str)


def lacks(role: Role, lost: Iterable[Words]) -> tuple[Difference, ...]:
    """Return that a role lacks what its function needs; ``lost`` as ``lacking`` returns it."""
    facts, found = {LACKING: list(lost)}, {LACKING: within(())}
    return differences(ROLE, role.name, facts, found, call=DETAILS, loosens=True)


def denied_by_boundary(role: Role, lost: Sequence[Words]) -> Words:
    first = joined(lost[:1])
    return Words(
        en=f"the boundary of {role.name} denies {first.en}",
        ja=f"{role.name}のアクセス許可の境界が{first.ja}を拒否しています",
    )


def follow_unnamed(
    role: Role, bounds: Bounds, arns: Sequence[str], decided: Decided, observe: Observations
) -> None:
    """Raise Follows where no policy names a secret: another row tells that it is lacking, or granted too widely."""
    for one in names_of(role, bounds, arns):
        if one.resources:
            continue
        owner, lost = one.told_at, lacking(role, bounds, arns)
        found = lacks(role, lost) if owner == "SEC-13" else surplus(role, bounds, owner)
        decided.follow(owner, found, observe, unnamed(one.secret))


def unclear(role: Role, bounds: Bounds, arns: Iterable[str]) -> tuple[Difference, ...]:
    """Return required pairs of which nobody can say whether IAM allows them."""
    return tuple(
        Difference(
            kind=ROLE,
            name=role.name,
            fact=NEEDED,
            found=joined((pair(one.action, one.resource), one.unknown), ": "),
            bound=GRANTED,
            call=DETAILS,
            certainty=Certainty.UNPARSED,
        )
        for one in _missing(role, bounds, arns)
        if one.unknown
    )


def _missing(role: Role, bounds: Bounds, arns: Iterable[str]) -> tuple[MissingPermission, ...]:
    granted = grants(
        _statements(role), bounds.known, boundary=_boundary(role), expand=_expanding(bounds)
    )
    return missing(granted, bounds.required, (*arns, *bounds.streams))


def names_of(role: Role, bounds: Bounds, arns: Iterable[str]) -> list[Named]:
    """Return how the role's policies name each secret that its function reads."""
    return [_named(role, bounds, *one) for one in zip(bounds.secrets, arns, strict=True)]


def _named(role: Role, bounds: Bounds, secret: desired.Secret, arn: str) -> Named:
    pairs = (pair for one in _statements(role) for pair in _split(one))
    resources = named(pairs, secret)
    told_at = "" if resources else _told_at(role, bounds, arn)
    return Named(secret=secret, arn=arn, resources=resources, told_at=told_at)


def _told_at(role: Role, bounds: Bounds, arn: str) -> str:
    """Return the row that tells of a grant which lets a secret be read without naming it."""
    wide = (
        one.owner
        for one in _surplus(role, bounds)
        if applies(one.pair, READ, arn, bounds.known) is True
    )
    return next(wide, "SEC-13")


def _surplus(role: Role, bounds: Bounds) -> tuple[Surplus, ...]:
    """Return every pair beyond the plan; several rows ask, and a role may have thousands of pairs."""
    return _beyond(_Question(role.policies, role.boundary, bounds.allowed, role, bounds))


@dataclass(frozen=True, slots=True)
class _Question:
    """What a role's surplus follows from: its policies, and what its plan allows."""

    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None
    allowed: tuple[tuple[str, str], ...]
    role: Role = field(compare=False)
    bounds: Bounds = field(compare=False)


@lru_cache(maxsize=64)
def _beyond(question: _Question) -> tuple[Surplus, ...]:
    role, bounds = question.role, question.bounds
    denies = [one for one in _statements(role) if one.effect == "Deny"]
    known, boundary, expanded = bounds.known, _boundary(role), _expanding(bounds)
    found = []
    for pair in _allowing(role, bounds):
        held = grants((pair, *denies), known, boundary=boundary, expand=expanded)
        beyond = excess(held, question.allowed)
        if beyond or _perverse(pair):
            owner = _owner(pair, held, beyond, bounds)
            found.append(Surplus(owner=owner, pair=pair, unknown=_doubt(beyond)))
    return tuple(found)


def _expanding(bounds: Bounds) -> Callable[[str], tuple[str, ...]]:
    """Expand actions of planned services only: of others any is beyond the plan, and there are hundreds."""
    planned = {action.partition(":")[0] for action, _ in bounds.allowed}

    def expanded(pattern: str) -> tuple[str, ...]:
        return expand(pattern) if pattern.partition(":")[0].lower() in planned else ()

    return expanded


def _allowing(role: Role, bounds: Bounds) -> Iterator[Statement]:
    """Yield the pairs that are allowed, but for those planned word for word: they can't be beyond."""
    planned = {((action,), (resource,)) for action, resource in bounds.allowed}
    for one in _statements(role, without=BESIDE):
        for pair in _split(one) if one.effect == "Allow" else ():
            if _perverse(pair) or (pair.actions, pair.resources) not in planned:
                yield pair


def _owner(pair: Statement, held: Grants, beyond: Iterable[Excess], bounds: Bounds) -> str:
    """Name the row of the gravest thing that can be said of a pair, so that only one tells of it."""
    actions = {one.action for one in beyond}
    if _perverse(pair) or any(grant.action in actions for grant in escalations(held)):
        return "SEC-14"
    action, resource = pair.actions[0].lower(), pair.resources[0]
    if action == READ and any(is_about(resource, secret) for secret in bounds.secrets):
        return "SEC-16"
    return "SEC-15" if bounds.outside(resource) else "SEC-12"


def _perverse(one: Statement) -> bool:
    """Whether it grants by exclusion, to somebody else, or everything."""
    principal = one.principals or one.not_principals
    return bool(principal or inverted_statements([one]) or admin_statements([one]))


def _doubt(beyond: Iterable[Excess]) -> Words:
    """Return why nothing of it is surely in force; silence where something is."""
    doubts = [one.unknown for one in beyond]
    return doubts[0] if doubts and all(doubts) else SILENCE


def _statements(role: Role, without: frozenset[str] = frozenset()) -> tuple[Statement, ...]:
    """Return every statement of the role's policies; PolicySyntaxError where one can't be read."""
    kept = (one for one in role.policies if one.arn not in without)
    return tuple(statement for one in kept for statement in parse(one.document, one.name))


def _boundary(role: Role) -> tuple[Statement, ...] | None:
    return parse(role.boundary.document, role.boundary.name) if role.boundary else None


def _split(one: Statement) -> Iterator[Statement]:
    """Yield a statement for each action and resource as written; what is excluded stays whole."""
    for action, resource in product(one.actions or (None,), one.resources or (None,)):
        yield replace(
            one, actions=(action,) if action else (), resources=(resource,) if resource else ()
        )


def pair(action: object, resource: object) -> Words:
    """Name an action on a resource; either may be Words."""
    did, on = (one if isinstance(one, Words) else Words.same(one) for one in (action, resource))
    return Words(en=f"{did.en} on {on.en}", ja=f"{on.ja}への{did.ja}")


def _all_but(names: Iterable[str]) -> Words:
    listed = ", ".join(names)
    return Words(en=f"all but {listed}", ja=f"{listed}以外のすべて")
