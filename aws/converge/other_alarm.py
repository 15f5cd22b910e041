"""Alarms of another name that do what a planned alarm does, so that the planned one is not needed."""

from collections.abc import Iterable
from functools import lru_cache

from aws import desired
from aws.access.callers import allows_publishing, any_alarm, usable
from aws.change.gate import ChangeContext, unless_absent
from aws.converge.topic import key_of
from aws.firing import shortfalls, watches
from aws.kinds.alarm import Alarm, action_failed, decode
from aws.kinds.topic import REACHES_PEOPLE
from aws.kinds.topic import decode as decode_topic
from aws.raw import Raw

AT_MOST = 100
"""Alarms in one page of DescribeAlarms, which are fifty unless asked for."""


def doing_the_same(context: ChangeContext, wanted: Iterable[desired.Alarm]) -> frozenset[str]:
    """Return the names of planned alarms that an alarm of another name makes unnecessary.

    It fires whenever the planned one does, by the checks' own rule, and one of its topics surely notifies a
    person. One that notifies only through a composite alarm does not count: a second alarm does no harm.
    """
    notifies = lru_cache(maxsize=None)(lambda arn: _reaches_a_person(context, arn))
    found = read_all(context)

    def done(want: desired.Alarm) -> bool:
        return any(
            alarm.name != want.name
            and watches(alarm, want)
            and not shortfalls(alarm, want)
            and alarm.actions_enabled is True
            and any(notifies(arn) for arn in alarm.alarm_actions if _is_near(arn, want))
            and not _failed_last(context, alarm)
            for alarm in found
        )

    return frozenset(alarm.name for alarm in wanted if done(alarm))


def read_all(context: ChangeContext) -> tuple[Alarm, ...]:
    """Return the alarms on metrics, under any name."""
    which = {"AlarmTypes": ["MetricAlarm"], "PaginationConfig": {"PageSize": AT_MOST}}
    return tuple(
        map(decode, context.listed("cloudwatch", "describe_alarms", "MetricAlarms", **which))
    )


def _is_near(arn: str, want: desired.Alarm) -> bool:
    """Whether it is a topic of the same Region and account as the planned one."""
    return arn.rpartition(":")[0] == want.topic_arn.rpartition(":")[0]


def _reaches_a_person(context: ChangeContext, arn: str) -> bool:
    """Whether CloudWatch can publish to this topic, and a person's subscription is confirmed."""
    sns = context.client("sns")
    answer = unless_absent(sns.get_topic_attributes, TopicArn=arn)
    if answer is None:
        return False
    topic = decode_topic(arn, answer["Attributes"])
    if allows_publishing(topic, any_alarm(arn)) is not True:
        return False
    key = topic.kms_key
    if key is not None and not usable(key, lambda: key_of(context, key)):
        return False
    listed = context.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return any(map(_is_confirmed, listed))


def _is_confirmed(raw: Raw) -> bool:
    """Whether it is confirmed: else PendingConfirmation or Deleted stands where an ARN should."""
    return raw["Protocol"] in REACHES_PEOPLE and raw["SubscriptionArn"].startswith("arn:")


def _failed_last(context: ChangeContext, alarm: Alarm) -> bool:
    answer = context.client("cloudwatch").describe_alarm_history(
        AlarmName=alarm.name,
        HistoryItemType="Action",
        ScanBy="TimestampDescending",
        MaxRecords=1,
    )
    return any(map(action_failed, answer["AlarmHistoryItems"]))
