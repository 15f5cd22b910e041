"""CloudWatch alarms: they begin without data, keep their state when redefined, and have a history."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.aws.moto import Mend, Moto
from local.aws.request import Request, Response, json_response

_KEPT = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp")
_HISTORY_KEPT = 1000


def put_metric_alarm(request: Request, moto: Moto) -> Response:
    """Begin with INSUFFICIENT_DATA where moto says OK; keep the state of one that exists."""
    alarms = moto.backend("cloudwatch", request.region).alarms
    name = request.parameters["AlarmName"]
    before = alarms.get(name)
    response = moto(request)
    if response.succeeded:
        alarm = alarms[name]
        for attribute in _KEPT if before else ():
            setattr(alarm, attribute, getattr(before, attribute))
        if not before:
            alarm.state_value = "INSUFFICIENT_DATA"
        summary = f'Alarm "{name}" {"updated" if before else "created"}'
        _note(request, moto, name, "ConfigurationUpdate", summary)
    return response


def set_alarm_state(request: Request, moto: Moto) -> Response:
    """Write the change, and what became of the alarm's actions, into its history."""
    backend = moto.backend("cloudwatch", request.region)
    name, state = request.parameters["AlarmName"], request.parameters["StateValue"]
    before = backend.alarms[name].state_value if name in backend.alarms else None
    response = moto(request)
    if response.succeeded and state != before:
        summary = f"Alarm updated from {before} to {state}"
        _note(request, moto, name, "StateUpdate", summary)
        for summary in _acted(backend.alarms[name], state, moto, request.region):
            _note(request, moto, name, "Action", summary)
    return response


def delete_alarms(request: Request, moto: Moto) -> Response:
    response = moto(request)
    if response.succeeded:
        for name in request.parameters["AlarmNames"]:
            _note(request, moto, name, "ConfigurationUpdate", f'Alarm "{name}" deleted')
    return response


def describe_alarm_history(request: Request, moto: Moto) -> Response:
    """Answer what was noted, newest first, for one alarm or all, of one kind or all."""
    asked = request.parameters
    start, end = (_time(asked.get(key)) for key in ("StartDate", "EndDate"))
    items = [
        item
        for item in _history(request, moto)
        if asked.get("AlarmName") in {None, item["AlarmName"]}
        and asked.get("HistoryItemType") in {None, item["HistoryItemType"]}
        and (start is None or item["Timestamp"] >= start)
        and (end is None or item["Timestamp"] <= end)
    ]
    newest_first = asked.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    shown = items[::-1] if newest_first else items
    return json_response({"AlarmHistoryItems": shown[: int(asked.get("MaxRecords", 100))]})


def _acted(alarm: Any, state: str, moto: Moto, region: str) -> list[str]:
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }[state]
    topics = moto.backend("sns", region).topics
    return [
        f"{'Successfully executed' if action in topics else 'Failed to execute'} action {action}"
        for action in actions
        if alarm.actions_enabled
    ]


def _history(request: Request, moto: Moto) -> list[dict[str, Any]]:
    notes = moto.notes("cloudwatch", request.region)
    history: list[dict[str, Any]] = notes.setdefault("history", [])
    return history


def _note(request: Request, moto: Moto, name: str, kind: str, summary: str) -> None:
    history = _history(request, moto)
    history.append(
        {
            "AlarmName": name,
            "AlarmType": "MetricAlarm",
            "Timestamp": datetime.now(UTC).timestamp(),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps({"version": "1.0", "type": kind}),
        }
    )
    del history[:-_HISTORY_KEPT]


def _time(given: object) -> float | None:
    if given is None or isinstance(given, int | float):
        return given
    return datetime.fromisoformat(str(given)).timestamp()


MENDS: Mapping[tuple[str, str], Mend] = {
    ("cloudwatch", "DeleteAlarms"): delete_alarms,
    ("cloudwatch", "DescribeAlarmHistory"): describe_alarm_history,
    ("cloudwatch", "PutMetricAlarm"): put_metric_alarm,
    ("cloudwatch", "SetAlarmState"): set_alarm_state,
}
