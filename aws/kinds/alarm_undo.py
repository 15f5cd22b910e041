"""CloudWatch: how what is not planned of an alarm is undone: mute rules, other actions, suppressors, windows."""

from collections.abc import Callable, Mapping
from typing import Any

from aws.change.gate import Refused
from aws.change.undo import HowToUndo, UndoTarget, by_call, by_hand
from aws.kinds.alarm import (
    ALARM,
    EVALUATION,
    LOG_LINES,
    OTHER_ACTION,
    SUPPRESSOR,
    TYPES,
    WALL_CLOCK,
    WARM_UP,
)
from aws.kinds.mute_rule import MUTE_RULE
from aws.words import Words

PUT = {
    "MetricAlarms": "put_metric_alarm",
    "CompositeAlarms": "put_composite_alarm",
    "LogAlarms": "put_log_alarm",
}
"""List of DescribeAlarms -> the method that replaces one of it, whole."""
ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
SUPPRESSION = (
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
)


def _unmute(target: UndoTarget) -> None:
    """Take the alarm out of each mute rule; a rule that is left with none goes."""
    client = target.context.client("cloudwatch")
    for rule in target.ids:
        _leave(client, rule, target.name)


def _leave(client: Any, rule: str, alarm: str) -> None:
    read = client.get_alarm_mute_rule(AlarmMuteRuleName=rule)
    others = [name for name in read["MuteTargets"]["AlarmNames"] if name != alarm]
    if not others:
        client.delete_alarm_mute_rule(AlarmMuteRuleName=rule)
        return
    kept: dict[str, Any] = {
        name: read[name]
        for name in ("Name", "Description", "Rule", "StartDate", "ExpireDate")
        if name in read
    }
    client.put_alarm_mute_rule(**kept, MuteTargets={"AlarmNames": others})


Edit = Callable[[dict[str, Any], UndoTarget], Mapping[str, Any]]


def _put_again(edit: Edit) -> Callable[[UndoTarget], None]:
    """Put the alarm as it is, except for what ``edit`` leaves out: AWS replaces an alarm whole."""

    def call(target: UndoTarget) -> None:
        client = target.context.client("cloudwatch")
        kind, found = _described(client, target.name)
        operation = client.meta.method_to_api_mapping[PUT[kind]]
        model = client.meta.service_model.operation_model(operation)
        kept = {name: found[name] for name in model.input_shape.members if name in found}
        getattr(client, PUT[kind])(**edit(kept, target))

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
    left = {
        name: [entry for entry in alarm.get(name, ()) if entry not in target.ids]
        for name in ACTIONS
    }
    return {**alarm, **left}


def _without_suppression(alarm: dict[str, Any], _: UndoTarget) -> Mapping[str, Any]:
    return {name: value for name, value in alarm.items() if name not in SUPPRESSION}


_OF_ALARMS: Mapping[Words, HowToUndo[UndoTarget]] = {
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
        _put_again(_without_suppression),
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
UNDO: Mapping[tuple[Words, Words], HowToUndo[UndoTarget]] = {
    (ALARM.words, fact): how for fact, how in _OF_ALARMS.items()
}
