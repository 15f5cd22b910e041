"""CloudWatch: the alarms of this environment, and whether their last action was carried out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.reading import Reader, Reading, utc
from aws.section import Section

Raw = Mapping[str, Any]


HISTORY = timedelta(days=14)


MOST_PAGES = 5
"""Of the whole account's history, 100 actions each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric alarm; ``period_s`` in seconds. Metric-math alarms have an empty ``metric``."""

    name: str
    arn: str
    actions_enabled: bool
    alarm_actions: tuple[str, ...]
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int | None
    threshold: float
    comparison: str
    missing_data: str
    state: str
    state_since: datetime | None
    description: str = ""
    unit: str | None = None
    """Where set, only data of this very unit counts."""
    failed_action: str | None = None
    """The newest action of the alarm's history, where it failed; a later success clears it."""


def found(reading: Reading) -> list[Raw]:
    """Return the alarms named for this environment, and those on its resources, however named.

    The guide names no alarm, so that one made in the console may have any name.
    """
    scope = reading.scope
    ours = {*scope.functions, *scope.tables, scope.api}
    return [
        raw
        for raw in reading.aws.listed("cloudwatch", "describe_alarms", "MetricAlarms")
        if raw["AlarmName"].startswith(scope.prefix)
        or ours & {one["Value"] for one in raw.get("Dimensions", ())}
    ]


def names(reading: Reading) -> list[str]:
    return [raw["AlarmName"] for raw in reading.source(found)]


def alarms(reading: Reading) -> Section[Alarm]:
    raws = {raw["AlarmName"]: raw for raw in reading.source(found)}
    if not raws:
        return {}
    newest = _newest_actions(reading, raws)
    return reading.each(raws, lambda name: _alarm(raws[name], newest.get(name)))


def _newest_actions(reading: Reading, alarms: Iterable[str]) -> dict[str, Raw]:
    """Alarm -> the newest entry of its history about an action.

    One listing serves all alarms; in a busy account it is cut short, and the other alarms are asked one by one.
    """
    newest: dict[str, Raw] = {}
    for number, page in enumerate(_history(reading), 1):
        for item in page["AlarmHistoryItems"]:
            newest.setdefault(item["AlarmName"], item)
        if number == MOST_PAGES and "NextToken" in page:
            missing = [name for name in alarms if name not in newest]
            return {**newest, **{name: item for name in missing for item in _one(reading, name)}}
    return newest


def _history(reading: Reading, **more: object) -> Iterator[dict[str, Any]]:
    return reading.aws.pages(
        "cloudwatch",
        "describe_alarm_history",
        HistoryItemType="Action",
        StartDate=datetime.now(UTC) - HISTORY,
        ScanBy="TimestampDescending",
        **more,
    )


def _one(reading: Reading, alarm: str) -> list[Raw]:
    first: list[Raw] = next(_history(reading, AlarmName=alarm))["AlarmHistoryItems"]
    return first[:1]


def _failed(item: Raw) -> bool:
    data = json.loads(item.get("HistoryData") or "{}")
    summary: str = item["HistorySummary"]
    return data.get("actionState") == "Failed" or summary.startswith("Failed")


def _alarm(raw: Raw, newest_action: Raw | None) -> Alarm:
    failed = newest_action is not None and _failed(newest_action)
    return Alarm(
        name=raw["AlarmName"],
        arn=raw["AlarmArn"],
        actions_enabled=raw["ActionsEnabled"],
        alarm_actions=tuple(raw.get("AlarmActions", ())),
        namespace=raw.get("Namespace", ""),
        metric=raw.get("MetricName", ""),
        dimensions={one["Name"]: one["Value"] for one in raw.get("Dimensions", ())},
        statistic=raw.get("Statistic") or raw.get("ExtendedStatistic") or "",
        period_s=raw.get("Period", 0),
        evaluation_periods=raw["EvaluationPeriods"],
        datapoints_to_alarm=raw.get("DatapointsToAlarm"),
        threshold=float(raw.get("Threshold", 0)),
        comparison=raw["ComparisonOperator"],
        missing_data=raw.get("TreatMissingData", "missing"),
        state=raw["StateValue"],
        state_since=utc(raw.get("StateTransitionedTimestamp") or raw.get("StateUpdatedTimestamp")),
        description=raw.get("AlarmDescription", ""),
        unit=raw.get("Unit"),
        failed_action=newest_action["HistorySummary"] if newest_action and failed else None,
    )


READERS = {
    "alarms": Reader(alarms, ("cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory")),
}
