"""What a role's policies really grant, what of it is beyond the plan, what the plan lacks, and what no plan may have."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from aws.iam.actions import expand
from aws.iam.condition import Answer, Context, Unknown, every, holds
from aws.iam.evaluation import EvalDecision, EvaluationResult, with_values
from aws.iam.pattern import (
    Pattern,
    TooIntricateError,
    action_pattern,
    escape_from,
    overlap,
    resource_pattern,
    text_pattern,
)
from aws.iam.statement import Condition, Statement
from aws.words import SILENCE, Words, joined

Expand = Callable[[str], tuple[str, ...]]

_NARROWING_KEYS = {"aws:requestedregion": 3, "aws:resourceaccount": 4}
"""Condition key -> the part of the resource's own ARN that it speaks of."""

_LEFT_EMPTY = {
    3: frozenset({"cloudfront", "iam", "organizations", "route53", "s3", "sts"}),
    4: frozenset({"apigateway", "route53", "s3"}),
}
"""Part of an ARN -> services whose ARNs leave it empty, so that it cannot be narrowed."""

_NARROWING_OPERATORS = frozenset({"StringEquals", "StringLike"})
_EVERYTHING = frozenset({"*", "*:*", "iam:*"})
_ANY_ROLE = "arn:aws:iam::123456789012:role/any"
ESCALATIONS = (
    *("iam:Add*", "iam:Attach*", "iam:Create*", "iam:DeleteRolePermissionsBoundary"),
    *("iam:DeleteUserPermissionsBoundary", "iam:Detach*", "iam:PassRole", "iam:Put*"),
    *("iam:SetDefaultPolicyVersion", "iam:Update*", "iam:Upload*"),
    *("sts:AssumeRole", "sts:AssumeRoot", "sts:GetFederationToken"),
    *("lambda:AddPermission", "lambda:CreateEventSourceMapping", "lambda:CreateFunction"),
    *("lambda:CreateFunctionUrlConfig", "lambda:UpdateAlias", "lambda:UpdateFunctionCode"),
    *("lambda:UpdateFunctionConfiguration", "lambda:UpdateFunctionUrlConfig"),
    *("cloudformation:CreateStack", "cloudformation:UpdateStack", "ec2:RunInstances"),
    *("ecs:RunTask", "glue:CreateJob", "codebuild:StartBuild", "ssm:SendCommand"),
    *("ssm:StartSession", "kms:CreateGrant", "kms:PutKeyPolicy", "s3:PutBucketPolicy"),
    *("secretsmanager:PutResourcePolicy", "dynamodb:PutResourcePolicy", "apigateway:PATCH"),
    *("apigateway:POST", "apigateway:PUT", "organizations:*"),
)
"""Actions by which a caller gains rights that it was not given, or gives them to others."""
Permission = tuple[str, str]
"""(action, resource): either may have wildcards."""


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

    boundary: tuple[Statement, ...] | None
    allows: tuple[Grant, ...]
    denies: tuple[Grant, ...]
    limits: tuple[Grant, ...]


def grants(
    statements: Iterable[Statement],
    request: Context,
    *,
    boundary: Iterable[Statement] | None = None,
    expand: Expand = expand,
) -> Grants:
    """Work out what policies grant, as far as ``request`` tells of their conditions.

    A condition that surely fails removes its grant. A deny counts only when it surely applies to
    all that it names.
    """
    own = tuple(with_values(each, request) for each in statements)
    limit = None if boundary is None else tuple(with_values(each, request) for each in boundary)
    everything = (*own, *(limit or ()))
    return Grants(
        boundary=limit,
        allows=_granted(own, "Allow", request, expand),
        denies=tuple(g for g in _granted(everything, "Deny", request, expand) if not g.unknown),
        limits=_granted(limit or (), "Allow", request, expand),
    )


def _granted(
    statements: Iterable[Statement], effect: str, request: Context, expand: Expand
) -> tuple[Grant, ...]:
    return tuple(
        grant
        for statement in statements
        if statement.effect == effect
        for grant in _of(statement, request, expand)
    )


def _of(statement: Statement, request: Context, expand: Expand) -> Iterable[Grant]:
    narrowing = [c for c in statement.conditions if _narrows(c)]
    for action in _actions(statement, expand):
        for written in statement.resources or ("*",):
            for resource in _narrowed(written, action, narrowing):
                answer = _in_force(statement, action, resource, request)
                if answer is not False:
                    yield Grant(
                        action=action,
                        resource=resource,
                        statement=statement,
                        excepted=statement.not_resources,
                        unknown=_why_unknown(statement, answer, resource),
                    )


def _in_force(statement: Statement, action: str, resource: str, request: Context) -> Answer:
    """Judge the conditions for an action on this resource, which decides the Region and account of a call.

    Where an allow asks for a Region that the pattern leaves open, it is in force in that Region.
    A deny must be in force everywhere to take anything away, so there it stays unknown.
    """
    here = _context_on(resource, request)
    is_allow = statement.effect == "Allow"
    judged = (c for c in statement.conditions if not (is_allow and _narrows(c)))
    return every(holds(condition, here, action) for condition in judged)


def _context_on(resource: str, request: Context) -> Context:
    """Take Region and account from the resource's ARN, and from nowhere else."""
    parts = resource.split(":", 5)
    here = {key: values for key, values in request.items() if key not in _NARROWING_KEYS}
    for key, part in _NARROWING_KEYS.items():
        if len(parts) == 6 and parts[part] and not {"*", "?"} & set(parts[part]):
            here[key] = (parts[part],)
    return here


def _actions(statement: Statement, expand: Expand) -> Sequence[str]:
    """NotAction grants all except a few: it stays ``*``, which no plan covers."""
    if statement.not_actions:
        return ("*",)
    actions = (action for pattern in statement.actions for action in expand(pattern) or (pattern,))
    return tuple(dict.fromkeys(actions))


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


def is_admin(statement: Statement) -> bool:
    """Whether an allowance is of everything, or of all of IAM, which is the same."""
    actions = {action.lower() for action in statement.actions}
    everything = bool(statement.not_actions) or bool(actions & _EVERYTHING)
    resources = statement.resources or ("*",)
    return everything and any(resource_pattern(r).matches(_ANY_ROLE) for r in resources)


def escalations(granted: Grants) -> tuple[Grant, ...]:
    """Find the grants by which a role could widen its own rights."""
    patterns = [action_pattern(pattern) for pattern in ESCALATIONS]
    return tuple(
        grant
        for grant in granted.allows
        if any(overlap(action_pattern(grant.action), pattern) for pattern in patterns)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPermission:
    """A permission that the plan needs and the role lacks.

    ``unknown`` tells why it cannot be judged: then the row is not testable rather than failed.
    """

    action: str
    resource: str
    reason: Words
    unknown: Words = SILENCE
    taken: bool = False
    """Whether a policy allows it, and a Deny, a boundary or a condition that is not met takes it away."""

    @property
    def words(self) -> Words:
        """What is missing, and what takes it away, if something does."""
        lost = Words(en=f"{self.action} on {self.resource}", ja=f"{self.resource}への{self.action}")
        return joined((lost, self.reason), ": ") if self.taken or self.unknown else lost


def excess(granted: Grants, allowed: Iterable[Permission]) -> tuple[Grant, ...]:
    """Find every grant that covers any resource, existing or not, outside what is allowed.

    Denies and a permissions boundary are taken off first. A wildcard in Region or account counts
    as what it is: every Region, every account.
    """
    permissions = tuple(allowed)
    beyond = (_excess(grant, granted, permissions) for grant in granted.allows)
    return tuple(grant for grant in beyond if grant is not None)


def _excess(grant: Grant, granted: Grants, allowed: Sequence[Permission]) -> Grant | None:
    outer = [
        *(resource_pattern(resource) for action, resource in allowed if _spans(action, grant)),
        *(resource_pattern(d.resource) for d in granted.denies if _removes(d, grant)),
        *(resource_pattern(resource) for resource in grant.excepted),
    ]
    try:
        inside = (escape_from(outer, inner) is None for inner in _effective(grant, granted))
        return None if all(inside) else grant
    except TooIntricateError as error:
        return replace(grant, unknown=error.words)


def _effective(grant: Grant, granted: Grants) -> Iterator[Sequence[Pattern]]:
    """Yield, one after the other, the sets that together are what the grant really reaches."""
    limits = [limit.resource for limit in granted.limits if _may_name(limit, grant)]
    narrowing: list[Sequence[str]] = [] if granted.boundary is None else [limits]
    narrowing += [deny.excepted for deny in granted.denies if _spares(deny, grant)]
    for narrowed in product(*narrowing):
        yield tuple(resource_pattern(resource) for resource in (grant.resource, *narrowed))


def _spares(deny: Grant, grant: Grant) -> bool:
    """Whether a deny leaves of what the grant names only what its NotResource lists; one for a Region alone leaves more."""
    unknown = any("${" in resource for resource in deny.excepted)
    everywhere = bool(deny.excepted) and deny.resource == "*"
    return everywhere and not unknown and _forbids(deny, grant)


def _spans(action: str, grant: Grant) -> bool:
    """Whether an allowed action, which may have wildcards, includes all that the grant names."""
    if not {"*", "?"} & set(action):
        return action.lower() == grant.action.lower()
    return escape_from((action_pattern(action),), (action_pattern(grant.action),)) is None


def _may_name(limit: Grant, grant: Grant) -> bool:
    """Whether a boundary's grant is about an action that the grant names; NotAction is about all others."""
    excluded = any(_spans(action, grant) for action in limit.statement.not_actions)
    return not excluded and overlap(action_pattern(limit.action), action_pattern(grant.action))


def _removes(deny: Grant, grant: Grant) -> bool:
    """Whether a deny is about all that the grant names."""
    return not deny.excepted and _forbids(deny, grant)


def _forbids(deny: Grant, grant: Grant) -> bool:
    """Whether a deny is about every action that the grant names: NotAction is about none that it lists."""
    spared = (action_pattern(action) for action in deny.statement.not_actions)
    if any(overlap(each, action_pattern(grant.action)) for each in spared):
        return False
    return _spans(deny.action, grant)


def missing(
    evaluated: Callable[[str, str], EvaluationResult],
    required: Iterable[Permission],
    arns: Iterable[str],
) -> tuple[MissingPermission, ...]:
    """Find every required permission that IAM, asked for an action on a resource, would not allow on a real one.

    ``required`` may name a resource by a pattern (a secret's ARN ends in six random characters);
    then every one of ``arns``, the ARNs that really exist, that fits it is tried. Where none fits,
    nothing can be said. They come in the order of action and resource.
    """
    real = tuple(arns)
    problems = (
        problem
        for action, resource in sorted(required)
        for problem in _missing(evaluated, action, resource, real)
    )
    return tuple(dict.fromkeys(problems))


def _missing(
    evaluated: Callable[[str, str], EvaluationResult],
    action: str,
    resource: str,
    real: Sequence[str],
) -> Iterator[MissingPermission]:
    has_wildcard = bool({"*", "?"} & set(resource)) and resource != "*"
    pattern = resource_pattern(resource)
    targets = [arn for arn in real if pattern.matches(arn)] if has_wildcard else [resource]
    if not targets:
        reason = Words(
            en=f"no resource that exists fits {resource}",
            ja=f"{resource}に当てはまるリソースがありません",
        )
        yield MissingPermission(action=action, resource=resource, reason=reason, unknown=reason)
    for target in targets:
        decision = evaluated(action, target)
        if not decision.allowed:
            yield missing_by(decision, action, target)


def missing_by(result: EvaluationResult, action: str, resource: str) -> MissingPermission:
    """Return what is missing, by the result that does not allow it."""
    is_unknown = result.outcome is EvalDecision.UNKNOWN
    return MissingPermission(
        action=action,
        resource=resource,
        reason=result.reason,
        unknown=result.reason if is_unknown else SILENCE,
        taken=result.taken,
    )
