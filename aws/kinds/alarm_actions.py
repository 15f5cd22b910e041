"""CloudWatch: which alarms are ours, and whether their last action was carried out; what mutes them; how what is not planned of one is undone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aws.change.gate import Refused
from aws.change.undo import HowToUndo, Undoing, UndoTarget, by_call, by_hand
from aws.composite import alarms_in
from aws.kind.description import NAME, PLANNED_BY, STATUS, LeftOut, Part, ReadCall, fact
from aws.kind.engine import Kind
from aws.kinds.alarm import (
    ACTIONS,
    ALARM,
    COMPOSITE,
    EVALUATION,
    HELD,
    LISTS,
    LOG_LINES,
    OTHER_ACTION,
    SUPPRESSOR,
    TYPE,
    TYPES,
    WALL_CLOCK,
    WARM_UP,
    Alarm,
    name_of,
)
from aws.ledger import LABELS, NAMES, WHEN, Ledger, Unplanned, operation
from aws.ledgers import SCHEDULE
from aws.raw import Raw
from aws.reading import Reader, Reading, Scope
from aws.section import Section, Unreadable
from aws.words import Words

LISTED = "cloudwatch:ListAlarmMuteRules"
BY_STATUS = "told by the rule's status"
BY_SCHEDULE = "told by the rule's schedule"
NAMELESS_RULE = Unreadable(
    Words(
        en=f"{LISTED}: a rule has no AlarmMuteRuleArn",
        ja=f"{LISTED}: ルールにAlarmMuteRuleArnがありません",
    ),
    call=LISTED,
)


def _schedule(rule: Raw) -> str:
    when = rule.get("Schedule", {})
    parts = (when.get(key) for key in ("Expression", "Duration", "Timezone"))
    return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRule:
    """A rule that suppresses the actions of its alarms during its windows."""

    name: str = fact(NAME, "Name", part=PLANNED_BY)
    status: str = fact(
        STATUS, "Status", absent="", part=LeftOut("changes by the rule's own schedule", moves=True)
    )
    alarms: tuple[str, ...] = fact(
        Words(en="alarms", ja="アラーム"),
        "MuteTargets.AlarmNames",
        absent=(),
        read=tuple,
        covers="MuteTargets",
    )
    schedule: str = fact(SCHEDULE, "Rule", absent="", read=_schedule)
    """Expression, duration and time zone, as a person would read them."""


MUTE_RULE = Kind[MuteRule](
    words=Words(en="mute rule", ja="ミュートルール"),
    service="cloudwatch",
    section="mute_rules",
    type=MuteRule,
    part=Part.ALARMS,
    calls={
        "rule": ReadCall(
            operation="GetAlarmMuteRule",
            asks={"AlarmMuteRuleName": "{name}"},
            needs=frozenset({"Name"}),
            harmless={
                NAMES: "AlarmMuteRuleArn",
                LABELS: "Description",
                WHEN: "LastUpdatedTimestamp",
                "a rule that is not over is red, whenever it begins": "StartDate",
                BY_STATUS: "ExpireDate",
                BY_SCHEDULE: "MuteType",
            },
        )
    },
)
LEDGER: Ledger = {
    LISTED: operation(
        "AlarmMuteRuleSummaries",
        judged="AlarmMuteRuleArn Status",
        harmless={
            BY_STATUS: "ExpireDate",
            BY_SCHEDULE: "MuteType",
            WHEN: "LastUpdatedTimestamp",
        },
        needs="AlarmMuteRuleSummaries",
    )
}


def mute_rules(reading: Reading) -> Section[MuteRule]:
    """Read every mute rule that has not ended: only the rule itself lists the alarms that it mutes."""
    listed = reading.aws.listed("cloudwatch", "list_alarm_mute_rules", "AlarmMuteRuleSummaries")
    live = [entry for entry in listed if entry.get("Status") != "EXPIRED"]
    rules = {entry.get("AlarmMuteRuleArn", "").partition(":alarm-mute-rule:")[2] for entry in live}
    by_name = reading.each(sorted(rules - {""}), lambda name: MUTE_RULE.read(reading.aws, name))
    nameless = {"(a rule without a name)": NAMELESS_RULE} if "" in rules else {}
    return {**by_name, **nameless}


HISTORY = timedelta(days=14)
MOST_PAGES = 5
"""Pages read of the whole account's alarm history, 100 actions each."""


def own_alarms(reading: Reading) -> list[Raw]:
    """Return the alarms named for this environment, and those on its resources, however named.

    The guide names no alarms, so one made in the console may have any name. A composite alarm
    is ours as soon as its rule names one of ours.
    """
    listed: dict[str, list[Raw]] = {key: [] for key in LISTS}
    # 100 alarms a page; AWS's default is 50.
    parameters = {"AlarmTypes": list(TYPES), "MaxRecords": 100}
    for page in reading.aws.pages("cloudwatch", "describe_alarms", **parameters):
        for key in LISTS:
            listed[key] += page.get(key, ())
    single = [
        {**raw, TYPE: LISTS[key]}
        for key in ("MetricAlarms", "LogAlarms")
        for raw in listed[key]
        if _is_ours(raw, reading.scope)
    ]
    composite = [{**raw, TYPE: COMPOSITE} for raw in listed["CompositeAlarms"]]
    return [*single, *_composites_of(single, composite, reading.scope)]


def _is_ours(raw: Raw, scope: Scope) -> bool:
    """Whether an alarm watches what is ours, or is named like ours and watches no other team's functions, tables or APIs.

    ``stamp-rally-2`` in the account of ``stamp-rally`` is another rally.
    """
    ours, watched = {*scope.functions, *scope.tables, scope.api} - {""}, list(_subjects(raw))
    others = any(dimension in RESOURCES for dimension, _ in watched)
    ours_by_name = name_of(raw).startswith(scope.prefix) and not others
    return ours_by_name or bool(ours & {value for _, value in watched})


RESOURCES = frozenset({"FunctionName", "TableName", "ApiName"})
"""Dimensions that name a resource."""


def _subjects(raw: Raw) -> Iterator[tuple[str, str]]:
    """Yield the name and value of all dimensions that an alarm watches."""
    metrics = (metric.get("MetricStat", {}).get("Metric", {}) for metric in raw.get("Metrics", ()))
    for watched in (raw, *metrics):
        yield from (
            (dimension["Name"], dimension["Value"]) for dimension in watched.get("Dimensions", ())
        )


def _composites_of(ours: Iterable[Raw], composites: Iterable[Raw], scope: Scope) -> list[Raw]:
    """Return the composites of our alarms, of those composites, and so on."""
    names, others, result = {name_of(entry) for entry in ours}, list(composites), list[Raw]()
    while more := [
        entry
        for entry in others
        if names & _children(entry)
        or (name_of(entry).startswith(scope.prefix) and not _children(entry))
    ]:
        result += more
        names |= {name_of(entry) for entry in more}
        others = [entry for entry in others if entry not in more]
    return result


def _children(raw: Raw) -> set[str]:
    return set(alarms_in(raw.get("AlarmRule", "")))


def names(reading: Reading) -> list[str]:
    return [name_of(raw) for raw in reading.source(own_alarms)]


def alarms(reading: Reading) -> Section[Alarm]:
    raws = {name_of(raw): raw for raw in reading.source(own_alarms)}
    if not raws:
        return {}
    newest = _newest_actions(reading, raws)
    answers = {name: {"alarm": raw, "history": newest.get(name, {})} for name, raw in raws.items()}
    return reading.each(raws, lambda name: ALARM.decode(answers[name]))


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Gather what is not planned of each alarm, by the ledger; this makes no further call."""
    return {name: reading.aws.unplanned(ALARM.words, name) for name in names(reading)}


def _newest_actions(reading: Reading, alarms: Iterable[str]) -> dict[str, Raw]:
    """Return alarm -> the newest history entry about an action.

    One listing serves all alarms. In a busy account it is cut short, and the remaining alarms are read one by one.
    """
    newest: dict[str, Raw] = {}
    for number, page in enumerate(_history(reading), 1):
        for item in page["AlarmHistoryItems"]:
            newest.setdefault(item.get("AlarmName", ""), item)
        if number == MOST_PAGES and "NextToken" in page:
            for name in (name for name in alarms if name not in newest):
                for item in next(_history(reading, AlarmName=name))["AlarmHistoryItems"][:1]:
                    newest[name] = item
            break
    return newest


def _history(reading: Reading, **more: object) -> Iterator[dict[str, Any]]:
    return reading.aws.pages(
        "cloudwatch",
        "describe_alarm_history",
        AlarmTypes=list(TYPES),
        HistoryItemType="Action",
        StartDate=reading.now - HISTORY,
        ScanBy="TimestampDescending",
        **more,
    )


READERS = {
    MUTE_RULE.section: Reader(mute_rules, (LISTED, *MUTE_RULE.actions)),
    "alarms": Reader(alarms, ALARM.actions),
    "alarm_attachments": Reader(attachments, ("cloudwatch:DescribeAlarms",)),
}


PUT = {
    "MetricAlarms": "put_metric_alarm",
    "CompositeAlarms": "put_composite_alarm",
    "LogAlarms": "put_log_alarm",
}
"""List of DescribeAlarms -> the method that replaces one of it, whole."""
SUPPRESSION = ("ActionsSuppressor", *HELD)


def _unmute(target: UndoTarget) -> None:
    """Take the alarm out of each mute rule; a rule that is left with none goes."""
    client, members = target.context.client("cloudwatch"), ("Name", "Description", "Rule")
    for rule in target.ids:
        read = client.get_alarm_mute_rule(AlarmMuteRuleName=rule)
        others = [name for name in read["MuteTargets"]["AlarmNames"] if name != target.name]
        kept = {name: read[name] for name in (*members, "StartDate", "ExpireDate") if name in read}
        if others:
            client.put_alarm_mute_rule(**kept, MuteTargets={"AlarmNames": others})
        else:
            client.delete_alarm_mute_rule(AlarmMuteRuleName=rule)


Edit = Callable[[dict[str, Any], UndoTarget], Mapping[str, Any]]


def _put_again(edit: Edit) -> Callable[[UndoTarget], None]:
    """Put the alarm as it is, except for what ``edit`` leaves out: AWS replaces an alarm whole."""

    def call(target: UndoTarget) -> None:
        client = target.context.client("cloudwatch")
        kind, alarm = _described(client, target.name)
        operation = client.meta.method_to_api_mapping[PUT[kind]]
        model = client.meta.service_model.operation_model(operation)
        settings = {name: alarm[name] for name in model.input_shape.members if name in alarm}
        getattr(client, PUT[kind])(**edit(settings, target))

    return call


def _described(client: Any, name: str) -> tuple[str, Mapping[str, Any]]:
    answer = client.describe_alarms(AlarmNames=[name], AlarmTypes=list(TYPES))
    for kind in PUT:
        for entry in answer.get(kind, ()):
            return kind, entry
    raise Refused(
        en=f"alarm {name} no longer exists: judge again",
        ja=f"アラーム{name}はすでにありません。判定し直してください",
    )


def _without_those_shown(alarm: dict[str, Any], target: UndoTarget) -> Mapping[str, Any]:
    """Leave the actions that no row objects to."""
    actions = {
        name: [entry for entry in alarm.get(name, ()) if entry not in target.ids]
        for name in ACTIONS
    }
    return {**alarm, **actions}


_OF_ALARMS: Mapping[Words, HowToUndo] = {
    MUTE_RULE.words: by_call(
        _unmute,
        en="the alarm notifies people at any hour again",
        ja="アラームは時間帯を問わず通知されるようになります",
    ),
    OTHER_ACTION: by_call(
        _put_again(_without_those_shown),
        en="the alarm no longer does that; whom it notifies stays as it is",
        ja="以後、そのアクションは実行されません。通知先は変わりません",
    ),
    SUPPRESSOR: by_call(
        _put_again(
            lambda alarm, _: {name: alarm[name] for name in alarm if name not in SUPPRESSION}
        ),
        en="the alarm notifies also while its suppressor is in ALARM",
        ja="抑制アラームの発報中も通知されるようになります",
    ),
    **dict.fromkeys(
        (WALL_CLOCK, WARM_UP, LOG_LINES),
        by_hand(
            en="CloudWatch console > Alarms > {name} > Actions > Edit: turn it off",
            ja="CloudWatchコンソール > アラーム > {name} > アクション > 編集で、オフにしてください",
        ),
    ),
    EVALUATION: by_hand(
        en="CloudWatch console > Alarms > {name}: see why it cannot be evaluated (too many metrics, or a"
        " query that fails), and edit it",
        ja="CloudWatchコンソール > アラーム > {name}で、評価できない理由（メトリクス数の超過、クエリの失敗など）を確認し、"
        "編集してください",
    ),
}
UNDO: Undoing = {(ALARM.words, fact): how for fact, how in _OF_ALARMS.items()}
