"""The topic that alarms notify, its policy for CloudWatch, and the subscribed address (guide step 6-1)."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from aws.access.callers import alarm_beside, allows_publishing, usable
from aws.change.gate import Change, ChangeContext, Changes, difference, tag_list, unless_absent
from aws.converge.policy_document import POLICY
from aws.desired import Topic
from aws.iam.statement import listed, policy_of
from aws.kind.description import KMS_KEY
from aws.kinds.key import KEY, Key
from aws.kinds.topic import TOPIC
from aws.kinds.topic import Topic as CurrentTopic
from aws.raw import Raw
from aws.words import Words

STATEMENT = "CloudWatchAlarmsMayPublish"
PUBLISHERS = POLICY.named(STATEMENT)
EMAIL = Words(en="email", ja="メールアドレス")
PENDING = "PendingConfirmation"
"""In place of the ARN of a subscription whose mail is not confirmed yet."""


def converge(context: ChangeContext, topic: Topic, alarms: Iterable[str]) -> Changes:
    """Create the topic and let the alarms of this account publish; other permissions of its policy stay.

    Statements that deny it to one of ``alarms`` (names) are removed after a person agreed, and so is a key that CloudWatch cannot use.
    """
    arns = [alarm_beside(topic.arn, name) for name in alarms]
    answer = unless_absent(context.client("sns").get_topic_attributes, TopicArn=topic.arn)
    current = decoded(topic.arn, answer) if answer else None
    made = _publishing(context, topic, current, arns)
    return made + (_readable(context, topic, current, arns) if current else ())


def is_there(context: ChangeContext, topic: Topic) -> bool:
    get = context.client("sns").get_topic_attributes
    return unless_absent(get, TopicArn=topic.arn) is not None


def _publishing(
    context: ChangeContext, topic: Topic, current: CurrentTopic | None, alarms: Iterable[str]
) -> Changes:
    """Let the account's alarms publish, unless the policy already does."""
    name, desired = TOPIC.resource(topic.name), statement(topic)
    if current is None:
        made = difference(name, None, {PUBLISHERS: desired})
        return context.settle(made, lambda: _create(context, topic))
    before = _statements(current)
    if _allows(current, before, alarms):
        return ()
    own = [statement for statement in before if statement.get("Sid") == STATEMENT]
    others = [statement for statement in before if statement not in own]
    denying = [other for other in others if not _allows(current, [desired, other], alarms)]
    changes = difference(name, {PUBLISHERS: next(iter(own), None)}, {PUBLISHERS: desired})
    for entry in denying:
        field = POLICY.named(entry.get("Sid", "without Sid"))
        changes += (Change(name, field, entry, None, destroys=True),)
    statements = [*(other for other in others if other not in denying), desired]
    return context.settle(changes, lambda: _put(context, topic, statements))


def _allows(current: CurrentTopic, statements: list[dict[str, Any]], alarms: Iterable[str]) -> bool:
    """Whether a policy of these statements surely lets the alarms publish."""
    topic, now = replace(current, policy=json.dumps(policy_of(statements))), datetime.now(UTC)
    return all(allows_publishing(topic, alarm, now).allowed for alarm in alarms)


def _readable(
    context: ChangeContext, topic: Topic, current: CurrentTopic, alarms: Iterable[str]
) -> Changes:
    """Remove a key that CloudWatch cannot use, after a person agreed: with it no alarm is ever delivered."""
    look, now = cache(partial(key_of, context)), datetime.now(UTC)
    if all(usable(current, look, alarm, now) for alarm in alarms):
        return ()
    silent = (Change(TOPIC.resource(topic.name), KMS_KEY, current.kms_key, None, destroys=True),)
    return context.settle(silent, lambda: _set(context, topic, "KmsMasterKeyId", ""))


def key_of(context: ChangeContext, name: str) -> Key | None:
    """Read a key with its policy; None where there is none."""
    kms = context.client("kms")
    answer = unless_absent(kms.describe_key, KeyId=name)
    if answer is None:
        return None
    policy = kms.get_key_policy(KeyId=answer["KeyMetadata"]["KeyId"], PolicyName="default")
    return KEY.decode({"key": answer, "policy": {"Policy": policy["Policy"]}})


def converge_subscription(
    context: ChangeContext, topic: Topic, mailed: Callable[[str, str], None]
) -> Changes:
    """Subscribe the address of the environment; AWS then sends a mail that a person confirms.

    ``mailed`` is called with the topic and the address once the mail is on its way.
    """
    client = context.client("sns")
    heard = _subscriptions(context, topic)
    context.needs(
        topic.email or heard,
        "e-mail address",
        en=f"topic {topic.name} has no subscriber",
        ja=f"トピック{topic.name}の通知先がありません",
    )
    if (email := topic.email) is None:
        return ()
    current = {EMAIL: email} if email in heard else None
    changes = difference(TOPIC.resource(topic.name), current, {EMAIL: email})

    def subscribe() -> None:
        client.subscribe(TopicArn=topic.arn, Protocol="email", Endpoint=email)
        mailed(topic.arn, email)

    return context.settle(changes, subscribe)


def is_confirmed(context: ChangeContext, topic: Topic) -> bool:
    """Whether the subscribed address, or each of them if the environment names none, was confirmed."""
    heard = _subscriptions(context, topic)
    addresses = (topic.email,) if topic.email else (*heard,)
    return all(heard.get(address, PENDING) != PENDING for address in addresses)


def statement(topic: Topic) -> dict[str, Any]:
    """Write the statement that lets this account's alarms, and no other's, publish."""
    return {
        "Sid": STATEMENT,
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic.arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": topic.arn.split(":")[4]}},
    }


def decoded(arn: str, answer: Raw) -> CurrentTopic:
    """Return what a topic's attributes tell; an answer without any is not one of an empty topic."""
    return TOPIC.of({"Attributes": answer["Attributes"]}, arn)


def _subscriptions(context: ChangeContext, topic: Topic) -> dict[str, str]:
    """Return address -> ARN of its subscription."""
    if not is_there(context, topic):
        return {}
    operation, key = "list_subscriptions_by_topic", "Subscriptions"
    listed = context.listed("sns", operation, key, TopicArn=topic.arn)
    # A cancelled subscription is listed for a while, with this in place of an ARN.
    return {
        entry["Endpoint"]: entry["SubscriptionArn"]
        for entry in listed
        if entry["SubscriptionArn"] != "Deleted"
    }


def _statements(current: CurrentTopic) -> list[dict[str, Any]]:
    return [*listed(json.loads(current.policy or "{}").get("Statement", []))]


def _create(context: ChangeContext, topic: Topic) -> None:
    client = context.client("sns")
    client.create_topic(Name=topic.name, Tags=tag_list(topic.tags))
    get = partial(client.get_topic_attributes, TopicArn=topic.arn)
    made = decoded(topic.arn, context.once_found(get))
    _put(context, topic, [*_statements(made), statement(topic)])


def _put(context: ChangeContext, topic: Topic, statements: list[dict[str, Any]]) -> None:
    _set(context, topic, "Policy", json.dumps(policy_of(statements)))


def _set(context: ChangeContext, topic: Topic, name: str, value: str) -> None:
    client, on = context.client("sns"), {"TopicArn": topic.arn}
    call = partial(client.set_topic_attributes, **on, AttributeName=name, AttributeValue=value)
    context.once_found(call)
