"""The topic that alarms tell, open to CloudWatch, and the address that hears of it (guide step 6-1)."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from aws.change import (
    Change,
    ChangeContext,
    Changes,
    MissingPrerequisite,
    difference,
    nothing,
    unless_absent,
)
from aws.converge.tags import tag_list
from aws.desired import Topic
from aws.words import Words

STATEMENT = "CloudWatchAlarmsMayPublish"
PUBLISHERS = f"policy {STATEMENT}"
KEY = "key"
SILENT_KEY = "alias/aws/sns"
"""The AWS managed key: CloudWatch is no user of it, so that nothing is ever told."""


def converge(context: ChangeContext, topic: Topic) -> Changes:
    """Create the topic and let the alarms of this account publish; what else its policy says, stays."""
    client, name = context.client("sns"), f"topic {topic.name}"
    answer = unless_absent(client.get_topic_attributes, TopicArn=topic.arn)
    attributes = answer["Attributes"] if answer else None
    wanted = {PUBLISHERS: statement(topic)}
    found = {PUBLISHERS: _found(attributes)} if attributes else None
    changes = difference(name, found, wanted)
    made = context.settle(changes, lambda: _apply(context, topic, attributes))
    if attributes and attributes.get("KmsMasterKeyId") == SILENT_KEY:
        silent = (Change(name, KEY, SILENT_KEY, None, destroys=True),)
        made += context.settle(silent, lambda: _set(context, topic, "KmsMasterKeyId", ""))
    return made + (_unprotected(context, topic) if attributes else ())


def _unprotected(context: ChangeContext, topic: Topic) -> Changes:
    """Take a data protection policy off, after asking: it can drop or change what alarms say."""
    client = context.client("sns")
    answer = client.get_data_protection_policy(ResourceArn=topic.arn)
    if not (policy := answer.get("DataProtectionPolicy")):
        return ()
    change = Change(f"topic {topic.name}", "data protection policy", policy, None, destroys=True)
    return context.settle(
        (change,),
        lambda: client.put_data_protection_policy(ResourceArn=topic.arn, DataProtectionPolicy=""),
    )


def converge_subscription(
    context: ChangeContext, topic: Topic, mailed: Callable[[str, str], None] = nothing
) -> Changes:
    """Subscribe the address of the environment; AWS then sends a mail that a person confirms.

    ``mailed`` is told of the topic and the address, once the mail is on its way.
    """
    client = context.client("sns")
    heard = _subscriptions(context, topic)
    context.needs(
        topic.email or heard,
        MissingPrerequisite(
            "e-mail address",
            Words(
                en=f"topic {topic.name} tells nobody",
                ja=f"トピック{topic.name}の通知先がありません",
            ),
        ),
    )
    if (email := topic.email) is None:
        return ()
    known = {"email": email} if email in heard else None
    changes = difference(f"topic {topic.name}", known, {"email": email})

    def subscribe() -> None:
        client.subscribe(TopicArn=topic.arn, Protocol="email", Endpoint=email)
        mailed(topic.arn, email)

    return context.settle(changes, subscribe) + _unfiltered(context, topic, email)


def _unfiltered(context: ChangeContext, topic: Topic, email: str) -> Changes:
    """Take the filter off the planned address, after asking: it keeps alarms from the person."""
    client = context.client("sns")
    if unless_absent(client.get_topic_attributes, TopicArn=topic.arn) is None:
        return ()
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic.arn)
    ours = [one for page in pages for one in page["Subscriptions"] if one["Endpoint"] == email]
    made: Changes = ()
    confirmed = [arn for arn in (one["SubscriptionArn"] for one in ours) if arn.startswith("arn:")]
    for arn in confirmed:
        found = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        if (policy := found.get("FilterPolicy", "{}")) == "{}":
            continue
        take_off = partial(
            client.set_subscription_attributes,
            SubscriptionArn=arn,
            AttributeName="FilterPolicy",
            AttributeValue="{}",
        )
        change = Change(f"topic {topic.name}", f"filter of {email}", policy, None, destroys=True)
        made += context.settle((change,), take_off)
    return made


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


def _subscriptions(context: ChangeContext, topic: Topic) -> set[str]:
    client = context.client("sns")
    if unless_absent(client.get_topic_attributes, TopicArn=topic.arn) is None:
        return set()
    pages = client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic.arn)
    return {one["Endpoint"] for page in pages for one in page["Subscriptions"]}


def _found(attributes: dict[str, str]) -> dict[str, Any] | None:
    return next((one for one in _statements(attributes) if one.get("Sid") == STATEMENT), None)


def _statements(attributes: dict[str, str]) -> list[dict[str, Any]]:
    policy = json.loads(attributes.get("Policy", "{}"))
    return list(policy.get("Statement", []))


def _apply(context: ChangeContext, topic: Topic, attributes: dict[str, str] | None) -> None:
    client = context.client("sns")
    if attributes is None:
        client.create_topic(Name=topic.name, Tags=tag_list(topic.tags))
        get = partial(client.get_topic_attributes, TopicArn=topic.arn)
        attributes = context.retry(get, fresh=True)["Attributes"]
    others = [one for one in _statements(attributes) if one.get("Sid") != STATEMENT]
    policy = {"Version": "2012-10-17", "Statement": [*others, statement(topic)]}
    _set(context, topic, "Policy", json.dumps(policy))


def _set(context: ChangeContext, topic: Topic, name: str, value: str) -> None:
    client, on = context.client("sns"), {"TopicArn": topic.arn}
    call = partial(client.set_topic_attributes, **on, AttributeName=name, AttributeValue=value)
    context.retry(call, fresh=True)
