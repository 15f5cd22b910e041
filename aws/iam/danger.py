"""Grants that no function of ours may have, planned or not."""

from collections.abc import Iterable

from aws.iam.grants import Grant, Grants
from aws.iam.pattern import action_pattern, overlap, resource_pattern
from aws.iam.statement import Statement

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
