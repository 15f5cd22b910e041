"""What a table's or secret's own policy takes away from our roles."""

from collections.abc import Iterable

from aws import desired
from aws.access.privileges import needed_of
from aws.bounds import unset
from aws.difference import Difference, if_any
from aws.iam import Unknown, parse
from aws.iam.evaluation import denied
from aws.iam.pattern import overlap, resource_pattern
from aws.kinds.statements import DENIED
from aws.words import Words, joined


def denials(
    kind: Words, name: str, arn: str, document: str | None, roles: Iterable[desired.Role]
) -> tuple[Difference, ...]:
    """Return what a resource's policy denies to the roles that need it, or may deny if that is unclear."""
    statements = [
        entry for entry in parse(document or '{"Statement": []}', name) if entry.effect == "Deny"
    ]
    found: dict[Words, str] = {}
    doubts: dict[Words, str] = {}
    for role in roles if statements else ():  # without a deny, no role need be known
        for action, statement, answer in denied(
            statements, role.arn, _needed(role, arn), needed_of(role)
        ):
            by = statement.words
            denial = Words(
                en=f"{action} to {role} ({by.en})", ja=f"{role}による{action}（{by.ja}）"
            )
            if isinstance(answer, Unknown):
                doubts[joined((denial, answer.reason), ": ")] = statement.digest
            else:
                found[denial] = statement.digest
    taken = found or doubts
    about = {"decidable": not found, "stops_calls": bool(found)}
    ids = tuple(sorted(set(taken.values())))
    return if_any(kind, name, DENIED, tuple(taken), unset(), ids=ids, **about)


def _needed(role: desired.Role, arn: str) -> list[tuple[str, str]]:
    """Return what the role needs of this resource: itself, or an index of a table."""
    pairs = ((permission.action, permission.resource) for permission in sorted(role.required))
    return [
        (action, arn if _fits(resource, arn) else resource)
        for action, resource in pairs
        if _fits(resource, arn) or resource.startswith(f"{arn}/")
    ]


def _fits(resource: str, arn: str) -> bool:
    return overlap(resource_pattern(resource), resource_pattern(arn))
