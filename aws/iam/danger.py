"""Grants that no function of ours may have, whatever the plan says."""

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

_NARROWS_THE_CALLER = frozenset(
    {
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid"),
        *("aws:principalorgpaths", "aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount"),
    }
)


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


def public_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    """Find the statements of a resource policy that let anyone in.

    A condition on who calls or from where narrows it; any other condition does not.
    """
    return tuple(s for s in statements if s.effect == "Allow" and _is_public(s))


def _is_public(statement: Statement) -> bool:
    anyone = any(value == "*" for _, value in statement.principals)
    keys = {condition.key.lower() for condition in statement.conditions}
    return (anyone or bool(statement.not_principals)) and not keys & _NARROWS_THE_CALLER
