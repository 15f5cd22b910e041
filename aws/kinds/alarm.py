"""CloudWatch alarms of any type: on a single metric, on metric math, composite."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws.kind.description import (
    ARN,
    DESCRIPTION,
    IDENTITY,
    NAME,
    PLANNED_BY,
    STATE,
    TEXT,
    LeftOut,
    Part,
    ReadCall,
    fact,
)
from aws.kind.engine import Kind
from aws.ledger import JUDGED, LABELS, NAMES, WHEN, Closed, by_member, only
from aws.raw import Raw, utc
from aws.words import Words

METRIC, COMPOSITE, LOG = TYPES = ("MetricAlarm", "CompositeAlarm", "LogAlarm")
"""Types of alarms: AWS returns only the types that are requested."""
TYPE = "(type)"
"""Key under which an alarm's type is added to AWS's answer, where only the list shows the type."""
LISTS = {"MetricAlarms": METRIC, "CompositeAlarms": COMPOSITE, "LogAlarms": LOG}
STATISTIC = Words(en="statistic", ja="統計")
THRESHOLD = Words(en="threshold", ja="しきい値")
DATAPOINTS = Words(en="data points to alarm", ja="発報に必要なデータポイント数")
UNIT = Words(en="unit", ja="単位")
MISSING_DATA = Words(en="missing data", ja="欠落データの扱い")
EXPRESSION = Words(en="expression", ja="式")
SUPPRESSOR = Words(en="suppressor", ja="抑制アラーム")
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
HELD = ("ActionsSuppressedBy", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
OTHER_ACTION = Words(en="action other than a notification", ja="通知以外のアクション")
ACTIONS_ENABLED = Words(en="actions enabled", ja="アクション有効")
EVALUATION = Words(en="state of its evaluation", ja="評価の状態")
WALL_CLOCK = Words(en="evaluation by the wall clock", ja="時計の区切りに合わせた評価")
WARM_UP = Words(en="warm-up period", ja="ウォームアップ期間")
LOG_LINES = Words(en="log lines in its notifications", ja="通知に含まれるログ行数")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMetric:
    """One metric of a metric-math alarm."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: int


MOVES = LeftOut("the calls of this run count as well", moves=True)


def name_of(raw: Raw) -> str:
    """Return an alarm's name, from the end of its ARN if AWS leaves the name out."""
    name: str = raw.get("AlarmName") or raw.get("AlarmArn", "").partition(":alarm:")[2]
    return name or "(an alarm without a name)"


def _single(raw: Raw) -> Raw:
    """Return the MetricStat of an alarm whose Metrics list is one metric of this account, else an empty mapping."""
    metrics = raw.get("Metrics", ())
    only_one: Raw = metrics[0] if len(metrics) == 1 else {}
    return only_one.get("MetricStat", {}) if _is_of_own_account(only_one, raw) else {}


def _is_of_own_account(metric: Raw, raw: Raw) -> bool:
    named = metric.get("AccountId")
    return named is None or f":{named}:alarm:" in raw.get("AlarmArn", "")


def _of_metric(raw: Raw) -> Raw:
    """Return the settings of a single metric; AWS has two forms for an alarm on one, and both decode to the same."""
    stat = _single(raw)
    return {**raw, **stat, **stat.get("Metric", {})}


def _setting(words: Words, *members: str, absent: Any = "") -> Any:
    """Describe a setting of a single metric, by the names that AWS has for it."""

    def read(raw: Raw) -> Any:
        settings = _of_metric(raw)
        return next((settings[name] for name in members if settings.get(name)), absent)

    def write(value: Any) -> dict[str, Any]:
        return {members[0]: value}

    return fact(words, "", absent=absent, read=read, write=write, covers=" ".join(members))


def _dimensions(raw: Raw) -> dict[str, str]:
    return {dimension["Name"]: dimension["Value"] for dimension in raw.get("Dimensions", ())}


def _expressions(raw: Raw) -> tuple[str, ...]:
    criteria = raw.get("EvaluationCriteria", {}).get("PromQLCriteria", {}).get("Query")
    query = raw.get("ScheduledQueryConfiguration", {}).get("QueryString")
    math = (
        () if _single(raw) else tuple(metric.get("Expression") for metric in raw.get("Metrics", ()))
    )
    return tuple(filter(None, (*math, criteria, query)))


def _watched(raw: Raw) -> tuple[WatchedMetric, ...]:
    """Return the metrics of this account behind metric math, in the order of their ids."""
    own = sorted(
        (metric for metric in raw.get("Metrics", ()) if _is_of_own_account(metric, raw)),
        key=lambda metric: str(metric.get("Id")),
    )
    stats = (entry["MetricStat"] for entry in own if "MetricStat" in entry and not _single(raw))
    return tuple(
        WatchedMetric(
            namespace=metric.get("Namespace", ""),
            metric=metric.get("MetricName", ""),
            dimensions=_dimensions(metric),
            statistic=metric.get("Stat", ""),
            period_s=metric.get("Period", 0),
        )
        for metric in ({**stat, **stat.get("Metric", {})} for stat in stats)
    )


def action_failed(item: Raw) -> bool:
    """Whether an entry of an alarm's history reports an action that failed."""
    data = json.loads(item.get("HistoryData") or "{}")
    summary: str = item.get("HistorySummary", "")
    return data.get("actionState") == "Failed" or summary.startswith("Failed")


def _failure(newest: Raw) -> str | None:
    return newest.get("HistorySummary", "") if newest and action_failed(newest) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm of any type; ``period_s`` is in seconds. Only an alarm on a single metric has ``metric``."""

    name: str = fact(NAME, "", read=name_of, covers="AlarmName", part=PLANNED_BY)
    arn: str = fact(ARN, "AlarmArn", absent="", part=IDENTITY)
    actions_enabled: bool | None = fact(ACTIONS_ENABLED, "ActionsEnabled", absent=None)
    alarm_actions: tuple[str, ...] = fact(
        Words(en="alarm actions", ja="アラームのアクション"), "AlarmActions", absent=(), read=tuple
    )
    namespace: str = _setting(Words(en="namespace", ja="名前空間"), "Namespace")
    metric: str = _setting(Words(en="metric", ja="メトリクス"), "MetricName")
    dimensions: Mapping[str, str] = fact(
        Words(en="dimensions", ja="ディメンション"),
        "",
        absent={},
        read=lambda raw: _dimensions(_of_metric(raw)),
        write=lambda dimensions: {
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()]
        },
        covers="Dimensions",
    )
    statistic: str = _setting(STATISTIC, "Statistic", "ExtendedStatistic", "Stat")
    period_s: int = _setting(Words(en="period (s)", ja="期間（秒）"), "Period", absent=0)
    evaluation_periods: int = fact(
        Words(en="evaluation periods", ja="評価期間の数"), "EvaluationPeriods", absent=0
    )
    datapoints_to_alarm: int | None = fact(DATAPOINTS, "DatapointsToAlarm", absent=None)
    threshold: float | None = fact(THRESHOLD, "Threshold", absent=None)
    comparison: str = fact(Words(en="comparison", ja="比較演算子"), "ComparisonOperator", absent="")
    missing_data: str = fact(MISSING_DATA, "TreatMissingData", absent="missing")
    state: str = fact(STATE, "StateValue", absent="", part=MOVES)
    state_since: datetime | None = fact(
        Words(en="in this state since", ja="状態の開始時刻"),
        "",
        absent=None,
        part=MOVES,
        read=lambda raw: utc(
            raw.get("StateTransitionedTimestamp") or raw.get("StateUpdatedTimestamp")
        ),
        covers="StateTransitionedTimestamp StateUpdatedTimestamp",
    )
    description: str = fact(DESCRIPTION, "AlarmDescription", absent="", part=TEXT)
    unit: str | None = _setting(UNIT, "Unit", absent=None)
    """If it is set, CloudWatch evaluates only data with this unit."""
    failed_action: str | None = fact(
        Words(en="failed action", ja="失敗したアクション"),
        "",
        part=MOVES,
        call="history",
        absent=None,
        read=_failure,
        covers="HistorySummary HistoryData",
    )
    """The newest action in the alarm's history, if it failed; a later success clears it."""
    type: str = fact(
        Words(en="type", ja="種類"), "", absent=METRIC, read=lambda raw: raw.get(TYPE, METRIC)
    )
    expressions: tuple[str, ...] = fact(
        EXPRESSION,
        "",
        absent=(),
        read=_expressions,
        covers="Metrics EvaluationCriteria ScheduledQueryConfiguration",
    )
    """Metric math or a query whose result is compared with the threshold."""
    watched: tuple[WatchedMetric, ...] = fact(
        Words(en="metrics of the expression", ja="式のメトリクス"), "", absent=(), read=_watched
    )
    rule: str = fact(
        Words(en="rule of the composite alarm", ja="複合アラームのルール"), "AlarmRule", absent=""
    )
    """Of a composite alarm: the rule by which it goes into ALARM."""


def _others(actions: list[str]) -> list[str]:
    """Return the actions other than those of our plan: a notification to a topic, a table's autoscaling."""
    return [
        action for action in actions if action.split(":")[2:3] not in (["sns"], ["autoscaling"])
    ]


_OF_ANY_TYPE = (
    "AlarmName AlarmArn AlarmConfigurationUpdatedTimestamp ActionsEnabled AlarmActions OKActions"
    " InsufficientDataActions StateValue StateReason StateReasonData StateUpdatedTimestamp"
    " StateTransitionedTimestamp AlarmDescription ActionConfiguration"
)
ALARM = Kind[Alarm](
    words=Words(en="alarm", ja="アラーム"),
    service="cloudwatch",
    section="alarms",
    attached_section="alarm_attachments",
    type=Alarm,
    part=Part.ALARMS,
    calls={
        "alarm": ReadCall(
            operation="DescribeAlarms",
            named=by_member("AlarmName"),
            needs=frozenset({"MetricAlarms"}),
            lists={
                "MetricAlarms": f"{_OF_ANY_TYPE} MetricName Namespace Statistic ExtendedStatistic"
                " Dimensions Period Unit EvaluationPeriods DatapointsToAlarm Threshold"
                " ComparisonOperator TreatMissingData EvaluateLowSampleCountPercentile Metrics"
                " ThresholdMetricId EvaluationState EvaluationWindow WarmUpConfiguration"
                " EvaluationCriteria EvaluationInterval",
                "CompositeAlarms": f"{_OF_ANY_TYPE} AlarmRule ActionsSuppressor"
                " ActionsSuppressedBy ActionsSuppressedReason ActionsSuppressorWaitPeriod"
                " ActionsSuppressorExtensionPeriod",
                "LogAlarms": f"{_OF_ANY_TYPE} ScheduledQueryConfiguration QueryResultsToEvaluate"
                " QueryResultsToAlarm Threshold ComparisonOperator TreatMissingData"
                " EvaluationState ActionLogLineCount ActionLogLineRoleArn WarmUpConfiguration",
            },
            members={
                **dict.fromkeys(
                    ACTIONS,
                    Closed(OTHER_ACTION, usual=lambda value: not _others(value), shows=_others),
                ),
                "ActionsSuppressor": Closed(SUPPRESSOR, siblings=HELD, loosens=True),
                "EvaluationState": Closed(EVALUATION),
                "EvaluationWindow": Closed(
                    WALL_CLOCK, usual=lambda value: "WallClockWindow" not in value
                ),
                "WarmUpConfiguration": Closed(WARM_UP, shows="WarmUpPeriodDurationInMinutes"),
                "ActionLogLineCount": Closed(LOG_LINES, usual=only(0)),
            },
            harmless={
                WHEN: "AlarmConfigurationUpdatedTimestamp",
                LABELS: "AlarmDescription",
                "why the alarm is in its state; the state is judged": "StateReason StateReasonData",
                "tags of the alarm that its notifications carry; they reach the same people": "ActionConfiguration",
                "about percentiles, and the statistic is judged": "EvaluateLowSampleCountPercentile",
                "about bands of anomalies, whose comparison is judged": "ThresholdMetricId",
                "about queries, which are judged as such": "EvaluationInterval QueryResultsToEvaluate QueryResultsToAlarm",
                "by which the log lines of notifications are read": "ActionLogLineRoleArn",
                "about the suppressor, which is red as such; a decision repeats how": f"ActionsSuppressedReason {' '.join(HELD)}",
            },
        ),
        "history": ReadCall(
            operation="DescribeAlarmHistory",
            under="AlarmHistoryItems",
            pages="AlarmHistoryItems",
            needs=frozenset({"AlarmHistoryItems"}),
            members={"AlarmName": JUDGED},
            harmless={
                NAMES: "AlarmContributorId",
                LABELS: "AlarmContributorAttributes",
                "told by the alarm": "AlarmType",
                "the newest comes first": "Timestamp",
                "only actions are asked for": "HistoryItemType",
            },
        ),
    },
)
