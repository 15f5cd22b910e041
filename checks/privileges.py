"""Least privilege of one role: what its policies grant, beyond and short of the plan."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from aws import desired
from aws.iam import (
    Excess,
    Grants,
    MissingPermission,
    Statement,
    admin_statements,
    escalations,
    excess,
    grants,
    inverted_statements,
    missing,
    parse,
)
from aws.iam.evaluation import applies
from aws.role import Role
from aws.section import NotTestable
from aws.words import Words
from checks.bounds import Bounds
from checks.secret_arns import READ, Named, is_about, named

BASIC = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
"""AWS's own policy for logs: it names every log group, and is accepted (rulings, 19)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surplus:
    """A pair of action and resource, as written, that grants more than the plan.

    ``owner`` is the one row that tells of it, ``unknown`` why it may not be in force at all.
    """

    owner: str
    pair: Statement
    unknown: str

    def __str__(self) -> str:
        one = self.pair
        action = one.actions[0] if one.actions else f"all but {', '.join(one.not_actions)}"
        resource = one.resources[0] if one.resources else f"all but {', '.join(one.not_resources)}"
        return f"{action} on {resource} ({one})"


def surplus(role: Role, bounds: Bounds, row: str) -> list[str]:
    """Return the surplus that ``row`` tells of; NotTestable where none of it is surely in force."""
    found = [one for one in _surplus(role, bounds) if one.owner == row]
    sure = [str(one) for one in found if not one.unknown]
    if found and not sure:
        raise NotTestable(
            Words(
                en=f"{role.name}: {found[0]}: {found[0].unknown}",
                ja=f"{role.name}: {found[0]}: {found[0].unknown}",
            )
        )
    return sure


def lacking(role: Role, bounds: Bounds, arns: Iterable[str]) -> list[str]:
    """Return required pairs that IAM would not allow. ``arns`` are the real ones of secrets."""
    granted = grants(_statements(role), bounds.known, boundary=_boundary(role))
    found = missing(granted, bounds.required, (*arns, *bounds.streams))
    sure = [one for one in found if not one.unknown]
    if found and not sure:
        raise NotTestable(
            Words(
                en=f"{role.name}: {found[0].action}: {found[0].unknown}",
                ja=f"{role.name}: {found[0].action}: {found[0].unknown}",
            )
        )
    return sorted(_pair(one) for one in sure)


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


def _surplus(role: Role, bounds: Bounds) -> Iterator[Surplus]:
    denies = [one for one in _statements(role) if one.effect == "Deny"]
    for pair in _allowing(role, bounds):
        held = grants((pair, *denies), bounds.known, boundary=_boundary(role))
        beyond = excess(held, bounds.allowed)
        if beyond or _perverse(pair):
            owner = _owner(pair, held, beyond, bounds)
            yield Surplus(owner=owner, pair=pair, unknown=_doubt(beyond))


def _allowing(role: Role, bounds: Bounds) -> Iterator[Statement]:
    """Yield the pairs that are allowed, but for those planned word for word: they can't be beyond."""
    planned = {((action,), (resource,)) for action, resource in bounds.allowed}
    for one in _statements(role, without=BASIC):
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


def _doubt(beyond: Iterable[Excess]) -> str:
    """Return why nothing of it is surely in force; empty where something is."""
    doubts = [one.unknown for one in beyond]
    return doubts[0] if doubts and all(doubts) else ""


def _statements(role: Role, without: str = "") -> tuple[Statement, ...]:
    """Return every statement of the role's policies; PolicySyntaxError where one can't be read."""
    kept = (one for one in role.policies if not without or one.arn != without)
    return tuple(statement for one in kept for statement in parse(one.document, one.name))


def _boundary(role: Role) -> tuple[Statement, ...] | None:
    return parse(role.boundary.document, role.boundary.name) if role.boundary else None


def _split(one: Statement) -> Iterator[Statement]:
    """Yield a statement for each action and resource as written; what is excluded stays whole."""
    for action, resource in product(one.actions or (None,), one.resources or (None,)):
        yield replace(
            one, actions=(action,) if action else (), resources=(resource,) if resource else ()
        )


def _pair(one: MissingPermission) -> str:
    return f"{one.action} on {one.resource}"
