"""CloudWatch alarms (guide step 6-1): a Sum reaches its threshold, and the alerts topic is notified."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws.change.gate import ChangeContext, Changes, difference
from aws.change.tags import tag_list
from aws.desired import Alarm
from aws.firing import LOOKS_BACK, shortfalls, watches
from aws.kinds.alarm import DATAPOINTS, MISSING_DATA, STATISTIC, THRESHOLD, UNIT, decode
from aws.raw import Raw

AT_A_TIME = 100
"""The maximum number of names in one DescribeAlarms."""


def converge(context: ChangeContext, alarm: Alarm) -> Changes:
    """Create the alarm or bring it to the plan."""
    return converge_one(context, alarm, read(context, [alarm]).get(alarm.name))


def converge_one(context: ChangeContext, alarm: Alarm, answer: Raw | None) -> Changes:
    """Converge an alarm that was read already (None: there is none): thirty of them need one call.

    An alarm that fires whenever the planned one does stays as it is: nothing stricter is weakened. Actions
    beyond ours stay, also those of other states: somebody may want to be notified in another way, or
    when the alarm ends.
    """
    found = _found(alarm, answer) if answer else None
    wanted = {**_wanted(alarm), **(_kept(alarm, answer) if answer else {})}
    changes = difference(f"alarm {alarm.name}", found, wanted)
    return context.settle(
        changes, lambda: _put(context, alarm, answer or {}, wanted, created=answer is None)
    )


def read(context: ChangeContext, alarms: Iterable[Alarm]) -> dict[str, Mapping[str, Any]]:
    """Return the alarms that exist, by name."""
    found: dict[str, Mapping[str, Any]] = {}
    names = [alarm.name for alarm in alarms]
    for start in range(0, len(names), AT_A_TIME):
        some = names[start : start + AT_A_TIME]
        which = {"AlarmNames": some, "AlarmTypes": ["MetricAlarm"]}
        listed = context.listed("cloudwatch", "describe_alarms", "MetricAlarms", **which)
        found |= {entry["AlarmName"]: entry for entry in listed}
    return found


def _wanted(alarm: Alarm) -> dict[str, Any]:
    return {
        "metric": f"{alarm.namespace} {alarm.metric}",
        "dimensions": dict(alarm.dimensions),
        "statistic": "Sum",
        "period_s": alarm.period_s,
        "periods": 1,
        "datapoints": 1,
        "threshold": float(alarm.threshold),
        "comparison": "GreaterThanOrEqualToThreshold",
        "missing data": "notBreaching",
        "unit": None,
        "actions enabled": True,
        "tells": alarm.topic_arn,
        "description": alarm.description,
    }


def _kept(alarm: Alarm, answer: Raw) -> dict[str, Any]:
    """Return the settings of an alarm that are within the bounds of the plan."""
    is_, found = decode(answer), _found(alarm, answer)
    if is_.expressions or not watches(is_, alarm):
        return {}
    short = {shortfall.fact for shortfall in shortfalls(is_, alarm)}
    kept = {"dimensions"}
    if not short & {THRESHOLD, STATISTIC, LOOKS_BACK}:
        kept |= {"statistic", "period_s", "threshold", "comparison"}
    if not short & {DATAPOINTS, LOOKS_BACK}:
        kept |= {"periods", "datapoints"}
    if MISSING_DATA not in short:
        kept |= {"missing data"}
    if UNIT not in short:
        kept |= {"unit"}
    return {name: found[name] for name in kept}


def _found(alarm: Alarm, answer: Raw) -> dict[str, Any]:
    is_ = decode(answer)
    return {
        "metric": f"{is_.namespace} {is_.metric}",
        "dimensions": dict(is_.dimensions),
        "statistic": is_.statistic or None,
        "period_s": is_.period_s or None,
        "periods": is_.evaluation_periods,
        "datapoints": is_.datapoints_to_alarm or is_.evaluation_periods,
        "threshold": is_.threshold,
        "comparison": is_.comparison,
        "missing data": is_.missing_data,
        "unit": is_.unit,
        "actions enabled": is_.actions_enabled,
        "tells": alarm.topic_arn
        if alarm.topic_arn in is_.alarm_actions
        else ", ".join(is_.alarm_actions),
        "description": is_.description,
    }


def _put(
    context: ChangeContext,
    alarm: Alarm,
    answer: Raw,
    wanted: Mapping[str, Any],
    *,
    created: bool,
) -> None:
    """PutMetricAlarm replaces the whole alarm; it takes tags only where it creates one."""
    told = [alarm.topic_arn, *answer.get("AlarmActions", [])]
    dimensions = wanted["dimensions"].items()
    context.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm.name,
        AlarmDescription=alarm.description,
        ActionsEnabled=True,
        AlarmActions=list(dict.fromkeys(told)),
        OKActions=answer.get("OKActions", []),
        InsufficientDataActions=answer.get("InsufficientDataActions", []),
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions],
        Statistic=wanted["statistic"],
        Period=wanted["period_s"],
        EvaluationPeriods=wanted["periods"],
        DatapointsToAlarm=wanted["datapoints"],
        Threshold=wanted["threshold"],
        ComparisonOperator=wanted["comparison"],
        TreatMissingData=wanted["missing data"],
        **({"Unit": wanted["unit"]} if wanted["unit"] else {}),
        **({"Tags": tag_list(alarm.tags)} if created else {}),
    )
