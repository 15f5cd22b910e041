"""CloudWatch: alarms begin without data, keep their state, have a history and are muted; log filters."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, json_response, not_implemented, refusal

_KEPT = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp")
_HISTORY_KEPT = 1000
_CLASS = "_log_group_class"
"""Attribute of moto's log group."""


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


def put_composite_alarm(request: Request, moto: Moto) -> Response:
    """Keep a composite alarm, which moto does not know; it stays in its first state."""
    params = dict(request.parameters)
    settings = {key: value for key, value in params.items() if key != "Tags"}
    account = moto.account
    arn = f"arn:aws:cloudwatch:{request.region}:{account}:alarm:{params['AlarmName']}"
    state = {"AlarmArn": arn, "StateValue": "INSUFFICIENT_DATA", "ActionsEnabled": True}
    moto.noted(request, "composites")[params["AlarmName"]] = {**state, **settings}
    return json_response({})


@completing
def describe_alarms(request: Request, moto: Moto, response: Response) -> Response:
    """Answer with composite alarms only where they are asked for, as AWS does."""
    params = request.parameters
    names, types = params.get("AlarmNames"), params.get("AlarmTypes") or ["MetricAlarm"]
    composites = [
        composite
        for name, composite in moto.noted(request, "composites").items()
        if "CompositeAlarm" in types and (not names or name in names)
    ]
    return response.with_document({**response.document, "CompositeAlarms": composites})


def delete_alarms(request: Request, moto: Moto) -> Response:
    for name in request.parameters["AlarmNames"]:
        moto.noted(request, "composites").pop(name, None)
    response = moto(request)
    if response.succeeded:
        for name in request.parameters["AlarmNames"]:
            _note(request, moto, name, "ConfigurationUpdate", f'Alarm "{name}" deleted')
    return response


def describe_alarm_history(request: Request, moto: Moto) -> Response:
    """Answer what was noted, newest first, for one alarm or all, of one kind or all."""
    params = request.parameters
    start = params.get("StartDate")
    items = [
        item
        for item in _history(request, moto)
        if params.get("AlarmName") in {None, item["AlarmName"]}
        and params.get("HistoryItemType") in {None, item["HistoryItemType"]}
        and (start is None or item["Timestamp"] >= start)
    ]
    return json_response({"AlarmHistoryItems": items[::-1][: int(params.get("MaxRecords", 100))]})


def put_alarm_mute_rule(request: Request, moto: Moto) -> Response:
    """Keep a mute rule, which moto does not know; it mutes nothing here, since no alarm fires by itself."""
    moto.noted(request, "mute_rules")[request.parameters["Name"]] = dict(request.parameters)
    return json_response({})


def delete_alarm_mute_rule(request: Request, moto: Moto) -> Response:
    moto.noted(request, "mute_rules").pop(request.parameters["AlarmMuteRuleName"], None)
    return json_response({})


def get_alarm_mute_rule(request: Request, moto: Moto) -> Response:
    name = request.parameters["AlarmMuteRuleName"]
    rule = moto.noted(request, "mute_rules").get(name)
    if rule is None:
        return refusal(request, "ResourceNotFoundException", f"no alarm mute rule {name}", 404)
    return json_response({**rule, **_summary(request, rule, moto.account)})


def list_alarm_mute_rules(request: Request, moto: Moto) -> Response:
    rules = moto.noted(request, "mute_rules").values()
    return json_response(
        {"AlarmMuteRuleSummaries": [_summary(request, rule, moto.account) for rule in rules]}
    )


def _summary(request: Request, rule: Mapping[str, Any], account: str) -> dict[str, Any]:
    expression = str(rule["Rule"]["Schedule"]["Expression"])
    arn = f"arn:aws:cloudwatch:{request.region}:{account}:alarm-mute-rule:{rule['Name']}"
    kind = "RECURRING" if expression.startswith("cron") else "ONE_TIME"
    return {"AlarmMuteRuleArn": arn, "Status": "SCHEDULED", "MuteType": kind}


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


_TERM = re.compile(r'(\??)"((?:[^"\\]|\\.)*)"(?:\s+|$)')


def filter_log_events(request: Request, moto: Moto) -> Response:
    """Apply quoted terms here: moto lets a pattern that it does not know match all."""
    pattern = str(request.parameters.get("filterPattern") or "").strip()
    if not pattern:
        return moto(request)
    matches = _selector(pattern)
    if matches is None:
        return not_implemented(request, f"the filter pattern {pattern}")
    with _showing(matches, moto.backend("logs", request.region), request.parameters):
        return moto(request.with_parameters({"filterPattern": ""}))


@contextmanager
def _showing(
    matches: Callable[[str], bool], backend: Any, params: Mapping[str, Any]
) -> Iterator[None]:
    """Show moto only the events that match: it writes out an event more slowly than it is searched."""
    group, since = backend.groups.get(params.get("logGroupName")), params.get("startTime") or 0
    everything = {stream: stream.events for stream in (group.streams.values() if group else ())}
    try:
        for stream, events in everything.items():
            stream.events = [e for e in events if e.timestamp >= since and matches(e.message)]
        yield
    finally:
        for stream, events in everything.items():
            stream.events = events


def _selector(pattern: str) -> Callable[[str], bool] | None:
    """Return a function that says whether a message has all plain terms; None for a pattern that is not known here.

    Of terms with ``?`` one is enough, and beside plain ones they count for nothing, as at AWS.
    """
    if "".join(m[0] for m in _TERM.finditer(pattern)) != pattern:
        return None
    terms = [(m[1], m[2].replace('\\"', '"')) for m in _TERM.finditer(pattern)]
    plain = [term for sign, term in terms if not sign]
    if plain:
        return lambda message: all(term in message for term in plain)
    return lambda message: any(term in message for _, term in terms)


def account_policies(request: Request, moto: Moto) -> Response:
    """Keep policies for all log groups of the account, which moto does not know."""
    policies, params = moto.noted(request, "account_policies"), request.parameters
    if request.operation == "DescribeAccountPolicies":
        of_type = [value for (kind, _), value in policies.items() if kind == params["policyType"]]
        return json_response({"accountPolicies": of_type})
    place = (params["policyType"], params["policyName"])
    if request.operation == "DeleteAccountPolicy":
        if policies.pop(place, None) is None:
            return refusal(request, "ResourceNotFoundException", "Policy does not exist")
        return json_response({})
    policies[place] = {**params, "scope": "ALL"}
    return json_response({"accountPolicy": policies[place]})


delete_account_policy = describe_account_policies = put_account_policy = account_policies


def resource_policies(request: Request, moto: Moto) -> Response:
    """Keep the policy of a single log group apart; moto treats it as one of the account."""
    policies, params = moto.noted(request, "group_policies"), request.parameters
    group = params.get("resourceArn")
    if request.operation == "DescribeResourcePolicies":
        if params.get("policyScope") != "RESOURCE":
            return moto(request)
        of_group = [value for arn, value in policies.items() if group in {None, arn}]
        return json_response({"resourcePolicies": of_group})
    if group is None:
        return moto(request)
    if request.operation == "DeleteResourcePolicy":
        return _delete_group_policy(request, policies)
    document = params["policyDocument"]
    policies[group] = {
        "policyDocument": document,
        "resourceArn": group,
        "policyScope": "RESOURCE",
        "revisionId": sha256(document.encode()).hexdigest(),
    }
    return json_response({"resourcePolicy": policies[group]})


delete_resource_policy = describe_resource_policies = put_resource_policy = resource_policies


def _delete_group_policy(request: Request, policies: dict[str, dict[str, Any]]) -> Response:
    """Delete the policy of a group if the revision is given, as DeleteResourcePolicy requires."""
    group, revision = (
        request.parameters.get(name) for name in ("resourceArn", "expectedRevisionId")
    )
    if group not in policies:
        return refusal(request, "ResourceNotFoundException", "Policy does not exist")
    if revision != policies[group]["revisionId"]:
        return refusal(request, "InvalidParameterException", "Revision is not the current one")
    del policies[group]
    return json_response({})


@completing
def create_log_group(request: Request, moto: Moto, response: Response) -> Response:
    """Keep the class of the group, which never changes."""
    if log_class := request.parameters.get("logGroupClass"):
        groups = moto.backend("logs", request.region).groups
        setattr(groups[request.parameters["logGroupName"]], _CLASS, log_class)
    return response


@completing
def describe_log_groups(request: Request, moto: Moto, response: Response) -> Response:
    """Answer with the class of each group."""
    groups = moto.backend("logs", request.region).groups
    listed = [
        {**group, "logGroupClass": getattr(groups[group["logGroupName"]], _CLASS, "STANDARD")}
        for group in response.document["logGroups"]
    ]
    return response.with_document({**response.document, "logGroups": listed})
