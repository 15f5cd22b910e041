"""How late AWS is: per operation, with what says so.

Where a document names a bound ("up to"), it is that; where it says "a few seconds", a few seconds. What stands under
CAUTION is documented nowhere: listings and tags of services that promise nothing are assumed to be as late as others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_DYNAMODB = "botocore, dynamodb"
_LAMBDA = "Lambda Developer Guide, Lambda function states; Terraform waits for a function to be found after CreateFunction"
_IAM = "IAM User Guide, Troubleshooting: changes that I make are not always immediately visible"
CAUTION = "not documented: nothing promises that a listing shows what was just made"


@dataclass(frozen=True, slots=True)
class Delay:
    """A read shows a write only after ``seconds``; ``source`` says so."""

    operations: tuple[str, ...]
    """``service:Operation``, with wildcards."""
    seconds: float
    source: str


SHOWS_AFTER = (
    Delay(("iam:Get*", "iam:List*"), 20, _IAM),
    Delay(("dynamodb:DescribeTable",), 3, f"{_DYNAMODB} DescribeTable: wait for a few seconds"),
    Delay(("dynamodb:ListTagsOfResource",), 5, f"{_DYNAMODB} TagResource: after a few seconds"),
    Delay(("dynamodb:GetResourcePolicy",), 5, f"{_DYNAMODB} GetResourcePolicy: eventually"),
    Delay(
        (
            "dynamodb:DescribeTimeToLive",
            "dynamodb:DescribeContinuousBackups",
            "dynamodb:ListTables",
        ),
        3,
        CAUTION,
    ),
    Delay(("lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:GetAlias"), 2, _LAMBDA),
    Delay(("lambda:List*", "lambda:GetPolicy"), 4, CAUTION),
    Delay(
        ("secretsmanager:ListSecrets",),
        300,
        "botocore, secretsmanager ListSecrets: might not reflect changes from the last five minutes",
    ),
    Delay(
        ("secretsmanager:Describe*", "secretsmanager:Get*"),
        3,
        "botocore, secretsmanager ListSecrets: all operations are eventually consistent",
    ),
    Delay(
        ("kms:Describe*", "kms:List*", "kms:GetKeyPolicy"), 5, "botocore, kms: eventual consistency"
    ),
    Delay(
        ("cloudwatch:GetDashboard", "cloudwatch:ListDashboards"),
        10,
        "botocore, cloudwatch GetDashboard: delay while dashboard data propagates",
    ),
    Delay(
        ("application-autoscaling:Describe*",),
        5,
        "botocore, application-autoscaling RegisterScalableTarget: a brief delay",
    ),
    Delay(("cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource"), 3, CAUTION),
    Delay(("logs:DescribeLogGroups", "logs:ListTagsForResource"), 3, CAUTION),
    Delay(("sns:GetTopicAttributes", "sns:GetSubscriptionAttributes", "sns:List*"), 3, CAUTION),
    Delay(
        (
            "apigateway:GetRestApis",
            "apigateway:GetUsagePlans",
            "apigateway:GetApiKeys",
            "apigateway:GetTags",
        ),
        3,
        CAUTION,
    ),
)
ITEMS_SHOW_AFTER_S = 1.0
"""Eventually consistent reads of items: usually within a second (DynamoDB Developer Guide, Read consistency)."""
IAM_IN_FORCE_AFTER_S = 20.0
"""Seconds until a changed policy is in force."""

ASSUMABLE_AFTER_S = 10.0
"""A role that IAM has just made: Lambda and API Gateway refuse it meanwhile (AWS re:Post, and every provider's retries)."""
FUNCTION_PENDING_S, FUNCTION_UPDATING_S, VERSION_PENDING_S = 4.0, 3.0, 3.0
"""Lambda Developer Guide, Lambda function states."""
TABLE_CREATING_S, TABLE_UPDATING_S, BACKUPS_AFTER_S = 6.0, 4.0, 8.0
"""CREATING, UPDATING; how long after its creation a table refuses point-in-time recovery."""
LOG_ROLE_KNOWN_AFTER_S = 5.0
"""Until a stage may log by a role that was just set for the account."""


@dataclass(frozen=True, slots=True)
class CallQuota:
    """So many calls of these operations in so many seconds, in a bucket of ``burst`` calls."""

    operations: tuple[str, ...]
    calls: float
    seconds: float
    burst: float
    but: tuple[str, ...] = ()


FIVE_A_SECOND = (
    *("AssociateKmsKey", "DescribeMetricFilters", "DescribeSubscriptionFilters"),
    *("ListTagsForResource", "PutRetentionPolicy", "TagResource", "UntagResource"),
)
"""Operations of CloudWatch Logs that a late AWS answers five times a second each."""
QUOTAS = (
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
    CallQuota(("apigateway:*",), 10, 1, 40),
    CallQuota(("apigateway:CreateRestApi",), 1, 3, 1),
    CallQuota(("apigateway:CreateDeployment",), 1, 5, 1),
    CallQuota(("apigateway:CreateResource", "apigateway:DeleteResource"), 5, 1, 5),
    CallQuota(("apigateway:GetResources",), 5, 2, 5),
    CallQuota(("apigateway:UpdateAccount",), 1, 20, 1),
    CallQuota(("apigateway:UpdateUsagePlan",), 1, 20, 1),
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    CallQuota(("lambda:GetPolicy",), 15, 1, 15),
    CallQuota(("lambda:GetFunction",), 100, 1, 100),
    CallQuota(
        ("lambda:*",), 15, 1, 15, but=("lambda:GetPolicy", "lambda:GetFunction", "lambda:Invoke")
    ),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html
    CallQuota(("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"), 3, 1, 3),
    CallQuota(("cloudwatch:DescribeAlarms",), 9, 1, 9),
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
    CallQuota(("logs:CreateLogGroup",), 10, 1, 10),
    CallQuota(("logs:DescribeLogGroups",), 10, 1, 10),
    *(CallQuota((f"logs:{operation}",), 5, 1, 5) for operation in FIVE_A_SECOND),
    # botocore, dynamodb: the documentation of these two operations
    CallQuota(("dynamodb:DescribeContinuousBackups",), 10, 1, 10),
    CallQuota(("dynamodb:ListTagsOfResource",), 10, 1, 10),
)


def shows_after(operation: str) -> float:
    """Return the seconds after which ``service:Operation`` shows a write; 0 where it does at once."""
    return next((one.seconds for one in SHOWS_AFTER if named(operation, one.operations)), 0.0)


def named(operation: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(operation, pattern) for pattern in patterns)


READS: Mapping[str, tuple[str, ...]] = {
    "logs": ("PutLogEvents", "CreateLogStream"),
    "lambda": ("Invoke",),
    "sts": ("AssumeRole",),
}
"""Operations that change nothing which a read here shows, though their names do not say so."""
READ_VERBS = ("Get", "List", "Describe", "Head", "Filter", "Scan", "Query", "BatchGet", "Simulate")


def reads(service: str, operation: str) -> bool:
    return operation.startswith(READ_VERBS) or operation in READS.get(service, ())
