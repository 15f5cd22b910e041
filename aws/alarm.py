"""CloudWatch: the alarms of this environment, who mutes them, and whether their last action was carried out."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.composite import alarms_in
from aws.ledger import Unplanned
from aws.ledgers.cloudwatch import ALARM
from aws.raw import Raw, utc
from aws.reading import Reader, Reading, Scope
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words

HISTORY = timedelta(days=14)


NAMELESS_RULE = Unreadable(
    Words(
        en="cloudwatch:ListAlarmMuteRules: a rule has no AlarmMuteRuleArn",
        ja="cloudwatch:ListAlarmMuteRules: ルールにAlarmMuteRuleArnがありません",
    ),
    call="cloudwatch:ListAlarmMuteRules",
)


MOST_PAGES = 5
"""Pages read of the whole account's alarm history, 100 actions each."""

METRIC, COMPOSITE, LOG = TYPES = ("MetricAlarm", "CompositeAlarm", "LogAlarm")
"""Types of alarms: AWS returns only the types that are requested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedMetric:
    """One metric of a metric-math alarm."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """An alarm of any type; ``period_s`` is in seconds. Only an alarm on a single metric has ``metric``."""

    name: str
    arn: str
    actions_enabled: bool | None
    alarm_actions: tuple[str, ...]
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period_s: int
    evaluation_periods: int
    datapoints_to_alarm: int | None
    threshold: float | None
    comparison: str
    missing_data: str
    state: str
    state_since: datetime | None
    description: str = ""
    unit: str | None = None
    """Where set, only data of this very unit counts."""
    failed_action: str | None = None
    """The newest action in the alarm's history, if it failed; a later success clears it."""
    type: str = METRIC
    expressions: tuple[str, ...] = ()
    """Metric math or a query whose result is compared with the threshold."""
    watched: tuple[WatchedMetric, ...] = ()
    """The metrics that the expressions use."""
    rule: str = ""
    """Of a composite alarm: the rule by which it goes into ALARM."""
    suppressor: str | None = None
    """Of a composite alarm: another alarm; while that is in ALARM, this one notifies nobody."""

    @property
    def children(self) -> frozenset[str]:
        """Names of the alarms in the rule of a composite alarm."""
        return alarms_in(self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRule:
    """A rule that suppresses the actions of its alarms during its windows."""

    name: str
    status: str
    alarms: tuple[str, ...]
    schedule: str
    """Expression, duration and time zone, as a person would read them."""


def found(reading: Reading) -> list[Raw]:
    """Return the alarms named for this environment, and those on its resources, however named.

    The guide names no alarms, so one made in the console may have any name. A composite alarm
    is ours as soon as its rule names one of ours.
    """
    listed: dict[str, list[Raw]] = {key: [] for key in _LISTS}
    for page in _listing(reading):
        for key in _LISTS:
            listed[key] += page.get(key, ())
    single = [
        {**raw, _TYPE: _LISTS[key]}
        for key in ("MetricAlarms", "LogAlarms")
        for raw in listed[key]
        if _is_ours(raw, reading.scope)
    ]
    composite = [{**raw, _TYPE: COMPOSITE} for raw in listed["CompositeAlarms"]]
    return [*single, *_composites_of(single, composite, reading.scope)]


def _listing(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the pages of DescribeAlarms, 100 alarms each; AWS's default is 50."""
    most = {"MaxRecords": 100}
    return reading.aws.pages("cloudwatch", "describe_alarms", AlarmTypes=list(TYPES), **most)


_TYPE = "(type)"
_LISTS = {"MetricAlarms": METRIC, "CompositeAlarms": COMPOSITE, "LogAlarms": LOG}


def _is_ours(raw: Raw, scope: Scope) -> bool:
    """Whether an alarm watches what is ours, or is named like ours and watches nobody else's functions, tables or APIs.

    ``stamp-rally-2`` in the account of ``stamp-rally`` is another rally.
    """
    ours, watched = {*scope.functions, *scope.tables, scope.api} - {""}, list(_subjects(raw))
    others = any(dimension in RESOURCES for dimension, _ in watched)
    named = _name(raw).startswith(scope.prefix) and not others
    return named or bool(ours & {value for _, value in watched})


RESOURCES = frozenset({"FunctionName", "TableName", "ApiName"})
"""Dimensions that name a resource."""


def _subjects(raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield the name and value of all dimensions that an alarm watches."""
    metrics = (one.get("MetricStat", {}).get("Metric", {}) for one in raw.get("Metrics", ()))
    for watched in (raw, *metrics):
        yield from ((one["Name"], one["Value"]) for one in watched.get("Dimensions", ()))


def _composites_of(ours: Iterable[Raw], composites: Iterable[Raw], scope: Scope) -> list[Raw]:
    """Return the composites of our alarms, of those composites, and so on."""
    names, left, kept = {_name(one) for one in ours}, list(composites), list[Raw]()
    while more := [
        one
        for one in left
        if names & _children(one) or (_name(one).startswith(scope.prefix) and not _children(one))
    ]:
        kept += more
        names |= {_name(one) for one in more}
        left = [one for one in left if one not in more]
    return kept


def _children(raw: Raw) -> set[str]:
    return set(alarms_in(raw.get("AlarmRule", "")))


def _name(raw: Raw) -> str:
    """Return an alarm's name, from the end of its ARN if AWS leaves the name out."""
    name: str = raw.get("AlarmName") or raw.get("AlarmArn", "").partition(":alarm:")[2]
    return name or "(an alarm without a name)"


def names(reading: Reading) -> list[str]:
    return [_name(raw) for raw in reading.source(found)]


def alarms(reading: Reading) -> Section[Alarm]:
    raws = {_name(raw): raw for raw in reading.source(found)}
    if not raws:
        return {}
    newest = _newest_actions(reading, raws)
    return reading.each(raws, lambda name: _alarm(raws[name], newest.get(name)))


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Gather what nobody planned of each alarm, by the ledger; this makes no further call."""
    kind = ALARM.en
    return {name: reading.aws.unplanned(kind, name) for name in names(reading)}


def mute_rules(reading: Reading) -> Section[MuteRule]:
    """Read every mute rule that has not ended: only the rule itself lists the alarms that it mutes."""
    listed = reading.aws.listed("cloudwatch", "list_alarm_mute_rules", "AlarmMuteRuleSummaries")
    left = [one for one in listed if one.get("Status") != "EXPIRED"]
    rules = {one.get("AlarmMuteRuleArn", "").partition(":alarm-mute-rule:")[2] for one in left}
    found = reading.each(sorted(rules - {""}), lambda name: _mute_rule(reading, name))
    nameless = {"(a rule without a name)": NAMELESS_RULE} if "" in rules else {}
    return {**found, **nameless}


def _mute_rule(reading: Reading, name: str) -> MuteRule:
    raw = reading.aws.call("cloudwatch", "get_alarm_mute_rule", AlarmMuteRuleName=name)
    when = raw.get("Rule", {}).get("Schedule", {})
    parts = (when.get(key) for key in ("Expression", "Duration", "Timezone"))
    return MuteRule(
        name=name,
        status=raw.get("Status", ""),
        alarms=tuple(raw.get("MuteTargets", {}).get("AlarmNames", ())),
        schedule=" ".join(filter(None, parts)),
    )


def _newest_actions(reading: Reading, alarms: Iterable[str]) -> dict[str, Raw]:
    """Return alarm -> the newest history entry about an action.

    One listing serves all alarms. In a busy account it is cut short, and the remaining alarms are read one by one.
    """
    newest: dict[str, Raw] = {}
    for number, page in enumerate(_history(reading), 1):
        for item in page["AlarmHistoryItems"]:
            newest.setdefault(item.get("AlarmName", ""), item)
        if number == MOST_PAGES and "NextToken" in page:
            missing = [name for name in alarms if name not in newest]
            return {**newest, **{name: item for name in missing for item in _one(reading, name)}}
    return newest


def _history(reading: Reading, **more: object) -> Iterator[dict[str, Any]]:
    return reading.aws.pages(
        "cloudwatch",
        "describe_alarm_history",
        AlarmTypes=list(TYPES),
        HistoryItemType="Action",
        StartDate=datetime.now(UTC) - HISTORY,
        ScanBy="TimestampDescending",
        **more,
    )


def _one(reading: Reading, alarm: str) -> list[Raw]:
    first: list[Raw] = next(_history(reading, AlarmName=alarm))["AlarmHistoryItems"]
    return first[:1]


def action_failed(item: Raw) -> bool:
    """Whether an entry of an alarm's history reports an action that failed."""
    data = json.loads(item.get("HistoryData") or "{}")
    summary: str = item.get("HistorySummary", "")
    return data.get("actionState") == "Failed" or summary.startswith("Failed")


def _alarm(raw: Raw, newest_action: Raw | None) -> Alarm:
    failed = newest_action is not None and action_failed(newest_action)
    return decode(
        raw, newest_action.get("HistorySummary", "") if newest_action and failed else None
    )


def decode(raw: Raw, failed_action: str | None = None) -> Alarm:
    """Return an alarm's facts. AWS has two forms for an alarm on a single metric; both decode to the same."""
    stat = _single(raw)
    watched = {**raw, **stat, **stat.get("Metric", {})}
    criteria = raw.get("EvaluationCriteria", {}).get("PromQLCriteria", {}).get("Query")
    query = raw.get("ScheduledQueryConfiguration", {}).get("QueryString")
    math = () if stat else tuple(one.get("Expression") for one in raw.get("Metrics", ()))
    return Alarm(
        name=_name(raw),
        arn=raw.get("AlarmArn", ""),
        actions_enabled=raw.get("ActionsEnabled"),
        alarm_actions=tuple(raw.get("AlarmActions", ())),
        namespace=watched.get("Namespace", ""),
        metric=watched.get("MetricName", ""),
        dimensions=_dimensions(watched),
        statistic=watched.get("Statistic")
        or watched.get("ExtendedStatistic")
        or watched.get("Stat", ""),
        period_s=watched.get("Period", 0),
        evaluation_periods=raw.get("EvaluationPeriods", 0),
        datapoints_to_alarm=raw.get("DatapointsToAlarm"),
        threshold=raw.get("Threshold"),
        comparison=raw.get("ComparisonOperator", ""),
        missing_data=raw.get("TreatMissingData", "missing"),
        state=raw.get("StateValue", ""),
        state_since=utc(raw.get("StateTransitionedTimestamp") or raw.get("StateUpdatedTimestamp")),
        description=raw.get("AlarmDescription", ""),
        unit=watched.get("Unit"),
        failed_action=failed_action,
        type=raw.get(_TYPE, METRIC),
        expressions=tuple(filter(None, (*math, criteria, query))),
        watched=() if stat else tuple(_watched(raw)),
        rule=raw.get("AlarmRule", ""),
        suppressor=raw.get("ActionsSuppressor"),
    )


def _single(raw: Raw) -> Raw:
    """Return the MetricStat of an alarm whose Metrics list is one metric of this account, else an empty mapping."""
    metrics = raw.get("Metrics", ())
    only: Raw = metrics[0] if len(metrics) == 1 else {}
    return {} if "AccountId" in only else only.get("MetricStat", {})


def _watched(raw: Raw) -> Iterator[WatchedMetric]:
    """Yield the metrics of this account behind metric math."""
    own = (one for one in raw.get("Metrics", ()) if "AccountId" not in one)
    for metric in (one["MetricStat"].get("Metric", {}) for one in own if "MetricStat" in one):
        yield WatchedMetric(
            namespace=metric.get("Namespace", ""),
            metric=metric.get("MetricName", ""),
            dimensions=_dimensions(metric),
        )


def _dimensions(raw: Raw) -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in raw.get("Dimensions", ())}


READERS = {
    "alarms": Reader(alarms, ("cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory")),
    "alarm_attachments": Reader(attachments, ("cloudwatch:DescribeAlarms",)),
    "mute_rules": Reader(
        mute_rules, ("cloudwatch:ListAlarmMuteRules", "cloudwatch:GetAlarmMuteRule")
    ),
}
