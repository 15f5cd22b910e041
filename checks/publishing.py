"""Whether CloudWatch may publish to a topic and use its key: by their policies, Deny included."""

from fnmatch import fnmatchcase

from aws.iam import Condition, Statement, covers, parse
from aws.key import Key
from aws.topic import Topic

CLOUDWATCH = ("Service", "cloudwatch.amazonaws.com")
ANYONE = (("AWS", "*"), ("*", "*"))
ACCOUNT_KEYS = frozenset({"aws:sourceaccount", "aws:sourceowner"})
ARN_KEY = "aws:sourcearn"
EQUAL = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike"})


def lets_publish(topic: Topic, account: str) -> bool:
    """Whether an alarm of this account is let through, and no statement may stand against it."""
    return _lets(topic.policy, "sns:Publish", topic.arn, account)


def lets_use(key: Key) -> bool:
    """Whether CloudWatch may encrypt with the key; a key's policy speaks of that key alone."""
    account = key.arn.split(":")[4]
    actions = ("kms:Decrypt", "kms:GenerateDataKey")
    return all(_lets(key.policy or "", action, key.arn, account) for action in actions)


def _lets(document: str, action: str, arn: str, account: str) -> bool:
    about = [one for one in parse(document or '{"Statement": []}') if _about(one, action, arn)]
    denied = [one for one in about if one.effect == "Deny"]
    allowed = [one for one in about if one.effect == "Allow"]
    return not denied and any(all(_holds(c, account) for c in one.conditions) for one in allowed)


def _about(statement: Statement, action: str, arn: str) -> bool:
    inverted = statement.not_actions or statement.not_resources or statement.not_principals
    if statement.effect == "Deny" and inverted:
        return True
    return (
        bool({CLOUDWATCH, *ANYONE} & set(statement.principals))
        and any(fnmatchcase(action.lower(), one.lower()) for one in statement.actions)
        and any(covers(one, arn) for one in statement.resources)
    )


def _holds(condition: Condition, account: str) -> bool:
    """Whether an alarm of the account meets it; what is not understood is not met."""
    key = condition.key.lower()
    if condition.operator not in EQUAL or condition.quantifier:
        return False
    if key in ACCOUNT_KEYS:
        return account in condition.values
    return key == ARN_KEY and any(one.split(":")[4:5] == [account] for one in condition.values)
