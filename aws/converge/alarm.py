"""CloudWatch alarms (guide step 6-1): a Sum reaches its threshold, and the alerts topic is notified.

An alarm of another name may do what a planned one does, so that the planned one is not needed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

from aws.access.callers import alarm_beside, allows_publishing, usable
from aws.bounds import exactly
from aws.change.gate import ChangeContext, Changes, tag_list, unless_absent
from aws.converge.topic import decoded, key_of
from aws.desired import Alarm
from aws.firing import LOOKS_BACK, misnamed, shortfalls, watches
from aws.kinds.alarm import (
    ALARM,
    DATAPOINTS,
    MISSING_DATA,
    STATISTIC,
    THRESHOLD,
    UNIT,
    action_failed,
)
from aws.kinds.alarm import Alarm as CurrentAlarm
from aws.kinds.topic import REACHES_PEOPLE
from aws.raw import Raw

AT_A_TIME = 100
"""The maximum number of names in one DescribeAlarms, and of alarms in a page, which are fifty unless asked for."""


def converge(context: ChangeContext, alarms: Iterable[Alarm], there: Mapping[str, Raw]) -> Changes:
    """Create alarms or bring them to the plan; ``there`` is what ``read`` returned: thirty of them need one call.

    An alarm that fires whenever the planned one does stays as it is: nothing stricter is weakened. Actions
    beyond ours stay, also those of other states: a team may want to be notified in another way, or
    when the alarm ends.
    """
    return context.each(lambda given, alarm: _converge(given, alarm, there.get(alarm.name)), alarms)


def _converge(context: ChangeContext, alarm: Alarm, answer: Raw | None) -> Changes:
    current = ALARM.of(answer) if answer else None
    values = _desired(alarm) | (_preserved(alarm, current) if current else {})
    desired = {ALARM.facts[key].words: value for key, value in values.items()}
    bounds = {words: exactly(value) for words, value in desired.items()}
    changes = ALARM.repairs(alarm.name, current, bounds)
    members = ALARM.members(desired)
    return context.settle(changes, lambda: _put(context, alarm, answer, members))


def read(context: ChangeContext, alarms: Iterable[Alarm]) -> dict[str, Mapping[str, Any]]:
    """Return the alarms that exist, by name."""
    alarms_by_name: dict[str, Mapping[str, Any]] = {}
    names = [alarm.name for alarm in alarms]
    for start in range(0, len(names), AT_A_TIME):
        batch = names[start : start + AT_A_TIME]
        query = {"AlarmNames": batch, "AlarmTypes": ["MetricAlarm"]}
        listed = context.listed("cloudwatch", "describe_alarms", "MetricAlarms", **query)
        alarms_by_name |= {entry["AlarmName"]: entry for entry in listed}
    return alarms_by_name


def _desired(alarm: Alarm) -> dict[str, Any]:
    return {
        "namespace": alarm.namespace,
        "metric": alarm.metric,
        "dimensions": dict(alarm.dimensions),
        "statistic": "Sum",
        "period_s": alarm.period_s,
        "evaluation_periods": 1,
        "datapoints_to_alarm": 1,
        "threshold": float(alarm.threshold),
        "comparison": "GreaterThanOrEqualToThreshold",
        "missing_data": "notBreaching",
        "unit": None,
        "actions_enabled": True,
        "alarm_actions": (alarm.topic_arn,),
        "description": alarm.description,
    }


def _preserved(alarm: Alarm, current: CurrentAlarm) -> dict[str, Any]:
    """Return the settings of an alarm that are within the bounds of the plan, and what it does beside."""
    topics = tuple(dict.fromkeys((alarm.topic_arn, *current.alarm_actions)))
    actions = {
        "alarm_actions": current.alarm_actions
        if set(topics) == {*current.alarm_actions}
        else topics
    }
    if current.expressions or not watches(current, alarm):
        return actions
    short = {shortfall.fact for shortfall in shortfalls(current, alarm)}
    within_bounds = {"dimensions"}
    if not short & {THRESHOLD, STATISTIC, LOOKS_BACK}:
        within_bounds |= {"statistic", "period_s", "threshold", "comparison"}
    if not short & {DATAPOINTS, LOOKS_BACK}:
        within_bounds |= {"evaluation_periods", "datapoints_to_alarm"}
    if MISSING_DATA not in short:
        within_bounds |= {"missing_data"}
    if UNIT not in short:
        within_bounds |= {"unit"}
    return actions | {name: getattr(current, name) for name in within_bounds}


def _put(
    context: ChangeContext, alarm: Alarm, answer: Raw | None, members: Mapping[str, Any]
) -> None:
    """PutMetricAlarm replaces the whole alarm; it takes tags only where it creates one."""
    others = ("OKActions", "InsufficientDataActions")
    context.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm.name,
        **{name: value for name, value in members.items() if value is not None},
        **(
            {name: answer.get(name, []) for name in others}
            if answer
            else {"Tags": tag_list(alarm.tags)}
        ),
    )


def doing_the_same(
    context: ChangeContext, absent: Iterable[Alarm], planned: Iterable[Alarm]
) -> frozenset[str]:
    """Return the names of absent alarms that an alarm of another name, not planned for another metric, makes unnecessary.

    It fires whenever the planned one does, by the checks' own rule, and one of its topics surely notifies a
    person. One that notifies only through a composite alarm does not count: a second alarm does no harm.
    """
    notifies = lru_cache(maxsize=None)(partial(_reaches_a_person, context))
    candidates = [alarm for alarm in read_all(context) if not misnamed(alarm, planned)]

    def done(want: Alarm) -> bool:
        region_and_account = want.topic_arn.rpartition(":")[0]
        return any(
            alarm.name != want.name
            and watches(alarm, want)
            and not shortfalls(alarm, want)
            and alarm.actions_enabled is True
            and any(
                notifies(arn, alarm.name)
                for arn in alarm.alarm_actions
                if arn.rpartition(":")[0] == region_and_account
            )
            and not _failed_last(context, alarm)
            for alarm in candidates
        )

    return frozenset(alarm.name for alarm in absent if done(alarm))


def read_all(context: ChangeContext) -> tuple[CurrentAlarm, ...]:
    """Return the alarms on metrics, under any name."""
    which = {"AlarmTypes": ["MetricAlarm"], "PaginationConfig": {"PageSize": AT_A_TIME}}
    return tuple(
        map(ALARM.of, context.listed("cloudwatch", "describe_alarms", "MetricAlarms", **which))
    )


def _reaches_a_person(context: ChangeContext, arn: str, name: str) -> bool:
    """Whether this alarm can publish to this topic, and a person's subscription is confirmed."""
    sns = context.client("sns")
    answer = unless_absent(sns.get_topic_attributes, TopicArn=arn)
    if answer is None:
        return False
    topic, alarm, now = decoded(arn, answer), alarm_beside(arn, name), datetime.now(UTC)
    look = partial(key_of, context)
    if not (allows_publishing(topic, alarm, now).allowed and usable(topic, look, alarm, now)):
        return False
    listed = context.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    # Of one that is not confirmed, PendingConfirmation or Deleted stands where an ARN should.
    return any(
        entry["Protocol"] in REACHES_PEOPLE and entry["SubscriptionArn"].startswith("arn:")
        for entry in listed
    )


def _failed_last(context: ChangeContext, alarm: CurrentAlarm) -> bool:
    answer = context.client("cloudwatch").describe_alarm_history(
        AlarmName=alarm.name, HistoryItemType="Action", ScanBy="TimestampDescending", MaxRecords=1
    )
    return any(map(action_failed, answer["AlarmHistoryItems"]))
