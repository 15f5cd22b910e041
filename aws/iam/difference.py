"""What is granted beyond the plan, what the plan lacks, and grants that no function of ours may have in any plan."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from aws.iam.evaluation import EvalDecision, EvaluationResult, evaluate
from aws.iam.grants import Grant, Grants
from aws.iam.pattern import (
    Pattern,
    TooIntricateError,
    action_pattern,
    escape_from,
    overlap,
    resource_pattern,
)
from aws.iam.statement import Statement
from aws.words import SILENCE, Words, joined

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


def admin_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Find the statements that allow everything, or all of IAM, which is the same."""
    return tuple(s for s in statements if s.effect == "Allow" and _is_admin(s))


def _is_admin(statement: Statement) -> bool:
    actions = {action.lower() for action in statement.actions}
    everything = bool(statement.not_actions) or bool(actions & _EVERYTHING)
    resources = statement.resources or ("*",)
    return everything and any(resource_pattern(r).matches(_ANY_ROLE) for r in resources)


def inverted_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Find the statements that allow all but what they name: NotAction and NotResource."""
    inverted = (s for s in statements if s.not_actions or s.not_resources)
    return tuple(s for s in inverted if s.effect == "Allow")


def escalations(granted: Grants) -> tuple[Grant, ...]:
    """Find the grants by which a role could widen its own rights."""
    patterns = [action_pattern(pattern) for pattern in ESCALATIONS]
    return tuple(
        grant
        for grant in granted.allows
        if any(overlap(action_pattern(grant.action), pattern) for pattern in patterns)
    )


Permission = tuple[str, str]
"""(action, resource): either may have wildcards."""


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
        what = Words(en=f"{self.action} on {self.resource}", ja=f"{self.resource}への{self.action}")
        return joined((what, self.reason), ": ") if self.taken or self.unknown else what


def excess(granted: Grants, allowed: Iterable[Permission]) -> tuple[Grant, ...]:
    """Find every grant that covers any resource, existing or not, outside what is allowed.

    Denies and a permissions boundary are taken off first. A wildcard in Region or account counts
    as what it is: every Region, every account.
    """
    permissions = tuple(allowed)
    found = (_excess(grant, granted, permissions) for grant in granted.allows)
    return tuple(grant for grant in found if grant is not None)


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
    own = resource_pattern(grant.resource)
    if granted.boundary is None:
        yield (own,)
        return
    for limit in granted.limits:
        if overlap(action_pattern(limit.action), action_pattern(grant.action)):
            yield own, resource_pattern(limit.resource)


def _spans(action: str, grant: Grant) -> bool:
    """Whether an allowed action, which may have wildcards, includes all that the grant names."""
    if not {"*", "?"} & set(action):
        return action.lower() == grant.action.lower()
    return escape_from((action_pattern(action),), (action_pattern(grant.action),)) is None


def _removes(deny: Grant, grant: Grant) -> bool:
    return not deny.excepted and _spans(deny.action, grant)


def missing(
    granted: Grants, required: Iterable[Permission], arns: Iterable[str]
) -> tuple[MissingPermission, ...]:
    """Find every required permission that IAM would not allow on a real resource.

    ``required`` may name a resource by a pattern (a secret's ARN ends in six random characters);
    then every one of ``arns``, the ARNs that really exist, that fits it is tried. Where none fits,
    nothing can be said. They come in the order of action and resource.
    """
    real = tuple(arns)
    found = (
        problem
        for action, resource in sorted(required)
        for problem in _missing(granted, action, resource, real)
    )
    return tuple(dict.fromkeys(found))


def _missing(
    granted: Grants, action: str, resource: str, real: Sequence[str]
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
    limits = () if granted.boundary is None else (granted.boundary,)
    for target in targets:
        decision = evaluate(granted.statements, action, target, granted.known, limits=limits)
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
