"""Whether CloudWatch may publish to a topic and use its key: by their policies, Deny included."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from aws.iam import Answer, Condition, Context, Statement, Unknown, context, parse
from aws.iam.answer import every, negated, some
from aws.iam.condition import holds
from aws.iam.evaluation import applies
from aws.key import Key
from aws.topic import Topic
from aws.words import Words

SERVICE = "cloudwatch.amazonaws.com"
CLOUDWATCH = ("Service", SERVICE)
ANYONE = (("AWS", "*"), ("*", "*"))
ARN_KEY = "aws:sourcearn"
EQUAL = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})
SILENT_KEY = "alias/aws/sns"
"""The AWS managed key of SNS, whose policy CloudWatch is not in and nobody can change."""


def lets_publish(topic: Topic, account: str) -> Answer:
    """Whether an alarm of this account is let through; Unknown where a condition is beyond us."""
    return _lets(topic.policy, "sns:Publish", topic.arn, account)


def lets_use(key: Key) -> Answer:
    """Whether CloudWatch may encrypt with the key; a key's policy speaks of that key alone."""
    account = key.arn.split(":")[4]
    actions = ("kms:Decrypt", "kms:GenerateDataKey")
    return every(_lets(key.policy or "", action, key.arn, account) for action in actions)


def usable(name: str, look: Callable[[], Key | None]) -> bool:
    """Whether CloudWatch can encrypt with the key that a topic names; ``look`` reads it where that matters."""
    if name.endswith(SILENT_KEY):
        return False
    key = look()
    return key is not None and key.state == "Enabled" and lets_use(key) is True


def _lets(document: str, action: str, arn: str, account: str) -> Answer:
    request = _request(account)
    about = [one for one in parse(document or '{"Statement": []}') if _speaks_of_it(one)]
    denied = some(applies(one, action, arn, request) for one in about if one.effect == "Deny")
    allowed = some(
        every((applies(_bare(one), action, arn, request), _met(one, request, account)))
        for one in about
        if one.effect == "Allow"
    )
    return every((allowed, negated(denied)))


@cache
def _request(account: str) -> Context:
    """Return what is known of a request that CloudWatch makes for an alarm of the account."""
    return context(
        {
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
    """Whether CloudWatch is among the principals."""
    if statement.not_principals:
        return CLOUDWATCH not in statement.not_principals
    return bool({CLOUDWATCH, *ANYONE} & set(statement.principals))


def _bare(statement: Statement) -> Statement:
    return replace(statement, conditions=())


def _met(statement: Statement, request: Context, account: str) -> Answer:
    return every(_holds(condition, request, account) for condition in statement.conditions)


def _holds(condition: Condition, request: Context, account: str) -> Answer:
    """Whether an alarm of the account meets it; any alarm of ours may be named as the source."""
    if condition.key.lower() != ARN_KEY:
        return holds(condition, request)
    if condition.operator not in EQUAL or condition.quantifier:
        return Unknown(
            Words(
                en=f"the condition {condition} is not evaluated",
                ja=f"条件{condition}は評価できません",
            )
        )
    return any(one.split(":")[4:5] == [account] for one in condition.values)
