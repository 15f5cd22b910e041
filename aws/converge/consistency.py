"""How late a read may show a change by AWS's documentation, and so how long a red proof is tried again.

Values are twice what the documents say, since they say "usually" and "a few": trying again costs seconds,
giving up too early costs somebody's morning.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

SETTLES_WITHIN_S = (
    (
        "secretsmanager:ListSecrets",
        600.0,
    ),  # botocore: "might not reflect changes from the last five minutes"
    ("iam:*", 60.0),  # IAM User Guide, Troubleshooting: changes are not always immediately visible
    ("kms:*", 60.0),  # KMS Developer Guide, Eventual consistency
    (
        "cloudwatch:*Dashboard*",
        60.0,
    ),  # botocore, GetDashboard: a delay while dashboard data propagates
    ("dynamodb:*", 20.0),  # botocore, TagResource, DescribeTable: after a few seconds
    ("*:*Tags*", 20.0),
    ("*:List*", 20.0),
    ("*:Describe*", 20.0),
    ("sns:*", 20.0),
    ("apigateway:GetRestApis", 20.0),  # and other listings of API Gateway, which promise nothing
    ("apigateway:GetUsagePlans", 20.0),
    ("apigateway:GetApiKeys", 20.0),
    ("lambda:Get*", 20.0),  # found by every provider that creates functions
    ("secretsmanager:*", 20.0),  # botocore, ListSecrets: all operations are eventually consistent
)
"""``service:Operation`` -> seconds; the first that matches counts."""


def settles_within(calls: Iterable[str]) -> float:
    """Return the seconds after which these reads surely show a change; 0 if they are consistent."""
    return max((_of(one) for one in calls), default=0.0)


def _of(call: str) -> float:
    return next((s for pattern, s in SETTLES_WITHIN_S if fnmatchcase(call, pattern)), 0.0)
