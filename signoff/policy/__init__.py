"""The IAM policy language: read it, evaluate it, compare what is granted with what is planned.

Nothing here asks AWS. The local AWS API enforces with it, and the least-privilege rows judge with it.
"""

from signoff.policy.actions import actions_for, actions_of, expand
from signoff.policy.answer import Answer, Unknown
from signoff.policy.condition import Context, context
from signoff.policy.danger import (
    admin_statements,
    escalations,
    inverted_statements,
    public_statements,
)
from signoff.policy.difference import Excess, Missing, Permission, excess, missing
from signoff.policy.evaluation import Decision, Outcome, evaluate
from signoff.policy.grants import Grant, Grants, grants
from signoff.policy.pattern import covers, resource_pattern
from signoff.policy.statement import Condition, PolicySyntaxError, Statement, parse

__all__ = [
    "Answer",
    "Condition",
    "Context",
    "Decision",
    "Excess",
    "Grant",
    "Grants",
    "Missing",
    "Outcome",
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
    "parse",
    "public_statements",
    "resource_pattern",
]
