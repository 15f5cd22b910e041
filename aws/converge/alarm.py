"""CloudWatch alarms (guide step 6-1): a Sum that is reached, told to the topic of the alerts."""

from collections.abc import Iterable, Mapping
from typing import Any

from aws.change import ChangeContext, Changes, difference
from aws.converge.tags import tag_list
from aws.desired import Alarm

AT_A_TIME = 100
"""Names in one DescribeAlarms."""


def converge(context: ChangeContext, alarm: Alarm) -> Changes:
    """Create the alarm or bring it to the plan."""
    return converge_one(context, alarm, read(context, [alarm]).get(alarm.name))


def converge_one(context: ChangeContext, alarm: Alarm, answer: Mapping[str, Any] | None) -> Changes:
    """Converge an alarm that was read already (None: there is none): thirty of them need one call.

    Actions beyond ours stay, those of other states too: somebody may want to hear of it by another
    way, or when it is over.
    """
    found = _found(alarm, answer) if answer else None
    changes = difference(f"alarm {alarm.name}", found, _wanted(alarm))
    return context.settle(
        changes, lambda: _put(context, alarm, answer or {}, created=answer is None)
    )


def read(context: ChangeContext, alarms: Iterable[Alarm]) -> dict[str, Mapping[str, Any]]:
    """Return the alarms that exist, by name."""
    client, names = context.client("cloudwatch"), [one.name for one in alarms]
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(names), AT_A_TIME):
        pages = client.get_paginator("describe_alarms").paginate(
            AlarmNames=names[start : start + AT_A_TIME], AlarmTypes=["MetricAlarm"]
        )
        found |= {one["AlarmName"]: one for page in pages for one in page["MetricAlarms"]}
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
        "actions enabled": True,
        "tells": alarm.topic_arn,
        "description": alarm.description,
    }


def _found(alarm: Alarm, answer: Mapping[str, Any]) -> dict[str, Any]:
    topic, tells = alarm.topic_arn, answer.get("AlarmActions", [])
    return {
        "metric": f"{answer.get('Namespace')} {answer.get('MetricName')}",
        "dimensions": {one["Name"]: one["Value"] for one in answer.get("Dimensions", [])},
        "statistic": answer.get("Statistic") or answer.get("ExtendedStatistic"),
        "period_s": answer.get("Period"),
        "periods": answer.get("EvaluationPeriods"),
        "datapoints": answer.get("DatapointsToAlarm", answer.get("EvaluationPeriods")),
        "threshold": answer.get("Threshold"),
        "comparison": answer.get("ComparisonOperator"),
        "missing data": answer.get("TreatMissingData", "missing"),
        "actions enabled": answer.get("ActionsEnabled"),
        "tells": topic if topic in tells else ", ".join(tells),
        "description": answer.get("AlarmDescription"),
    }


def _put(context: ChangeContext, alarm: Alarm, answer: Mapping[str, Any], *, created: bool) -> None:
    """PutMetricAlarm replaces the whole alarm; it takes tags only where it creates one."""
    told = [alarm.topic_arn, *answer.get("AlarmActions", [])]
    context.client("cloudwatch").put_metric_alarm(
        AlarmName=alarm.name,
        AlarmDescription=alarm.description,
        ActionsEnabled=True,
        AlarmActions=list(dict.fromkeys(told)),
        OKActions=answer.get("OKActions", []),
        InsufficientDataActions=answer.get("InsufficientDataActions", []),
        Namespace=alarm.namespace,
        MetricName=alarm.metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in alarm.dimensions.items()],
        Statistic="Sum",
        Period=alarm.period_s,
        EvaluationPeriods=1,
        DatapointsToAlarm=1,
        Threshold=float(alarm.threshold),
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        **({"Tags": tag_list(alarm.tags)} if created else {}),
    )
