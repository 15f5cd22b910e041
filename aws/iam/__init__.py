"""The IAM policy language: read it, evaluate it, compare what is granted with what is planned.

Nothing here asks AWS. The local AWS API enforces with it, and the least-privilege rows judge with it.
"""

from aws.iam.actions import actions_for, actions_of, expand
from aws.iam.condition import Answer, Context, Unknown, context
from aws.iam.difference import (
    Grant,
    Grants,
    MissingPermission,
    Permission,
    admin_statements,
    escalations,
    excess,
    grants,
    inverted_statements,
    missing,
    missing_by,
)
from aws.iam.evaluation import EvalDecision, EvaluationResult, evaluate
from aws.iam.pattern import covers, resource_pattern
from aws.iam.statement import Condition, PolicySyntaxError, Statement, parse

__all__ = [
    "Answer",
    "Condition",
    "Context",
    "EvalDecision",
    "EvaluationResult",
    "Grant",
    "Grants",
    "MissingPermission",
    "Permission",
    "PolicySyntaxError",
    "Statement",
    "Unknown",
    "actions_for",
    "actions_of",
    "admin_statements",
    "context",
    "covers",
    "escalations",
    "evaluate",
    "excess",
    "expand",
    "grants",
    "inverted_statements",
    "missing",
    "missing_by",
    "parse",
    "resource_pattern",
]
