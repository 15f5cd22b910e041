"""Whether CloudWatch may publish to a topic and use its key: by their policies, Deny included."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from aws.iam import Answer, Condition, Context, Statement, Unknown, context, parse
from aws.iam.answer import every, negated, some
from aws.iam.condition import holds
from aws.iam.evaluation import applies
from aws.kinds.key import Key
from aws.kinds.topic import Topic
from aws.words import Words

SERVICE = "cloudwatch.amazonaws.com"
CLOUDWATCH = ("Service", SERVICE)
ANYONE = (("AWS", "*"), ("*", "*"))
ARN_KEY = "aws:sourcearn"
EQUAL = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
SILENT_KEY = "alias/aws/sns"
"""The AWS managed key of SNS. Its policy does not allow CloudWatch, and it can't be changed."""


def allows_publishing(topic: Topic, alarm: str) -> Answer:
    """Whether the topic's policy lets this alarm (an ARN) publish; Unknown if a condition cannot be judged."""
    return _allowed(topic.policy, "sns:Publish", topic.arn, _request(alarm.split(":")[4], alarm))


def any_alarm(topic: str) -> str:
    """Return the ARN of an arbitrary alarm in the Region and account of a topic."""
    region, account = topic.split(":")[3:5]
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:*"


def allows_encryption(key: Key) -> Answer:
    """Whether the key's policy lets CloudWatch encrypt with it; Unknown if a condition cannot be judged."""
    request = _request(key.arn.split(":")[4])
    actions = ("kms:Decrypt", "kms:GenerateDataKey")
    return every(_allowed(key.policy or "", action, key.arn, request) for action in actions)


def usable(name: str, look: Callable[[], Key | None]) -> bool:
    """Whether CloudWatch can encrypt with the key that a topic names; ``look`` reads the key if that matters."""
    if name.endswith(SILENT_KEY):
        return False
    key = look()
    return key is not None and key.state == "Enabled" and allows_encryption(key) is True


def _allowed(document: str, action: str, arn: str, request: Context) -> Answer:
    about = [
        statement
        for statement in parse(document or '{"Statement": []}')
        if _speaks_of_it(statement)
    ]
    denied = some(
        applies(statement, action, arn, request)
        for statement in about
        if statement.effect == "Deny"
    )
    allowed = some(
        every((applies(_bare(statement), action, arn, request), _met(statement, request)))
        for statement in about
        if statement.effect == "Allow"
    )
    return every((allowed, negated(denied)))


@cache
def _request(account: str, alarm: str | None = None) -> Context:
    """Return what is known of CloudWatch's request for ``alarm`` (an ARN), or for any alarm of the account."""
    return context(
        {
            **({ARN_KEY: alarm} if alarm else {}),
            "aws:SecureTransport": "true",
            "aws:SourceAccount": account,
            "aws:SourceOwner": account,
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": SERVICE,
            "aws:PrincipalOrgID": (),
            "sns:Protocol": (),
            "sns:Endpoint": (),
        }
    )


def _speaks_of_it(statement: Statement) -> bool:
    """Whether CloudWatch is among the statement's principals."""
    if statement.not_principals:
        return CLOUDWATCH not in statement.not_principals
    return bool({CLOUDWATCH, *ANYONE} & set(statement.principals))


def _bare(statement: Statement) -> Statement:
    return replace(statement, conditions=())


def _met(statement: Statement, request: Context) -> Answer:
    return every(_holds(condition, request) for condition in statement.conditions)


def _holds(condition: Condition, request: Context) -> Answer:
    """Whether a request meets a condition; if no alarm is given, any alarm of the account may be the source."""
    if ARN_KEY in request or condition.key.lower() != ARN_KEY:
        return holds(condition, request)
    if condition.operator not in EQUAL or condition.quantifier:
        return Unknown(
            Words(
                en=f"the condition {condition} is not evaluated",
                ja=f"条件{condition}は評価できません",
            )
        )
    return any(
        value.split(":")[4:5] == [*request["aws:sourceaccount"]] for value in condition.values
    )
