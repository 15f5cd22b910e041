"""What a role's policies really grant: single actions on resource patterns, with denies kept separately."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aws.iam.actions import expand
from aws.iam.answer import Answer, Unknown, every
from aws.iam.condition import Context, holds
from aws.iam.evaluation import with_values
from aws.iam.pattern import overlap, text_pattern
from aws.iam.statement import Condition, Statement
from aws.words import SILENCE, Words

Expand = Callable[[str], tuple[str, ...]]

_NARROWING_KEYS = {"aws:requestedregion": 3, "aws:resourceaccount": 4}
"""Condition key -> the part of the resource's own ARN that it speaks of."""

_LEFT_EMPTY = {
    3: frozenset({"cloudfront", "iam", "organizations", "route53", "s3", "sts"}),
    4: frozenset({"apigateway", "route53", "s3"}),
}
"""Part of an ARN -> services whose ARNs leave it empty, so that it cannot be narrowed."""

_NARROWING_OPERATORS = frozenset({"StringEquals", "StringLike"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One action on one resource pattern, from one statement.

    ``action`` keeps its wildcard where it cannot be expanded (``*``). ``resource`` is narrowed by
    conditions on Region and account already. ``excepted`` is what NotResource leaves out.
    ``unknown`` says why another condition cannot be judged, and is silent otherwise.
    """

    action: str
    resource: str
    statement: Statement
    excepted: tuple[str, ...] = ()
    unknown: Words = SILENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """A role's permissions. ``limits`` holds what each boundary allows, and is empty without one."""

    statements: tuple[Statement, ...]
    boundary: tuple[Statement, ...] | None
    allows: tuple[Grant, ...]
    denies: tuple[Grant, ...]
    limits: tuple[Grant, ...]
    known: Context


def grants(
    statements: Iterable[Statement],
    known: Context,
    *,
    boundary: Iterable[Statement] | None = None,
    expand: Expand = expand,
) -> Grants:
    """Work out what policies grant, as far as ``known`` tells of their conditions.

    A condition that surely fails removes its grant. A deny counts only when it surely applies to
    all that it names.
    """
    own = tuple(with_values(statement, known) for statement in statements)
    limit = (
        None if boundary is None else tuple(with_values(statement, known) for statement in boundary)
    )
    everything = (*own, *(limit or ()))
    return Grants(
        statements=own,
        boundary=limit,
        allows=_granted(own, "Allow", known, expand),
        denies=tuple(g for g in _granted(everything, "Deny", known, expand) if not g.unknown),
        limits=_granted(limit or (), "Allow", known, expand),
        known=known,
    )


def _granted(
    statements: Iterable[Statement], effect: str, known: Context, expand: Expand
) -> tuple[Grant, ...]:
    return tuple(
        grant
        for statement in statements
        if statement.effect == effect
        for grant in _of(statement, known, expand)
    )


def _of(statement: Statement, known: Context, expand: Expand) -> Iterable[Grant]:
    narrowing = [c for c in statement.conditions if _narrows(c)]
    for action in _actions(statement, expand):
        for written in statement.resources or ("*",):
            for resource in _narrowed(written, action, narrowing):
                answer = _in_force(statement, resource, known)
                if answer is not False:
                    yield Grant(
                        action=action,
                        resource=resource,
                        statement=statement,
                        excepted=statement.not_resources,
                        unknown=_why_unknown(statement, answer, resource),
                    )


def _in_force(statement: Statement, resource: str, known: Context) -> Answer:
    """Judge the conditions for this resource, which decides the Region and account of a call.

    Where an allow asks for a Region that the pattern leaves open, it is in force in that Region.
    A deny must be in force everywhere to take anything away, so there it stays unknown.
    """
    here = _known_of(resource, known)
    is_allow = statement.effect == "Allow"
    judged = (c for c in statement.conditions if not (is_allow and _narrows(c)))
    return every(holds(condition, here) for condition in judged)


def _known_of(resource: str, known: Context) -> Context:
    """Take Region and account from the resource's ARN, and from nowhere else."""
    parts = resource.split(":", 5)
    here = {key: values for key, values in known.items() if key not in _NARROWING_KEYS}
    for key, part in _NARROWING_KEYS.items():
        if len(parts) == 6 and parts[part] and not {"*", "?"} & set(parts[part]):
            here[key] = (parts[part],)
    return here


def _actions(statement: Statement, expand: Expand) -> Sequence[str]:
    """NotAction grants all except a few: it stays ``*``, which no plan covers."""
    if statement.not_actions:
        return ("*",)
    named = (action for pattern in statement.actions for action in expand(pattern) or (pattern,))
    return tuple(dict.fromkeys(named))


def _narrows(condition: Condition) -> bool:
    is_on_the_arn = condition.key.lower() in _NARROWING_KEYS and not condition.quantifier
    return is_on_the_arn and condition.operator in _NARROWING_OPERATORS


def _narrowed(resource: str, action: str, conditions: Iterable[Condition]) -> Sequence[str]:
    """Write what the conditions say of the ARN into it; a pattern of no six parts stays wide."""
    resources = [resource]
    for condition in conditions:
        part = _NARROWING_KEYS[condition.key.lower()]
        if action.partition(":")[0].lower() not in _LEFT_EMPTY[part]:
            resources = [
                narrowed
                for wide in resources
                for value in condition.values
                if (narrowed := _with_part(wide, part, value))
            ]
    return resources


def _with_part(resource: str, part: int, value: str) -> str:
    """Narrow one part of an ARN to ``value``; empty if it is another already."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[part] == value:
        return resource
    if parts[part] == "*":
        return ":".join((*parts[:part], value, *parts[part + 1 :]))
    return resource if overlap(text_pattern(parts[part]), text_pattern(value)) else ""


def _why_unknown(statement: Statement, answer: Answer, resource: str) -> Words:
    if isinstance(answer, Unknown):
        return answer.reason
    if statement.has_variables and "${" in resource:
        return Words(
            en=f"the resource {resource} has a policy variable",
            ja=f"リソース{resource}にポリシー変数があります",
        )
    return SILENCE
