"""CloudWatch: the alarms of this environment, and whether their last action was carried out."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from aws.composite import alarms_in
from aws.kinds.alarm import ALARM, COMPOSITE, LISTS, TYPE, TYPES, Alarm, decode, name_of
from aws.ledger import Unplanned
from aws.raw import Raw
from aws.reading import Reader, Reading, Scope
from aws.section import Section

HISTORY = timedelta(days=14)
MOST_PAGES = 5
"""Pages read of the whole account's alarm history, 100 actions each."""


def found(reading: Reading) -> list[Raw]:
    """Return the alarms named for this environment, and those on its resources, however named.

    The guide names no alarms, so one made in the console may have any name. A composite alarm
    is ours as soon as its rule names one of ours.
    """
    listed: dict[str, list[Raw]] = {key: [] for key in LISTS}
    for page in _listing(reading):
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


def _listing(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield the pages of DescribeAlarms, 100 alarms each; AWS's default is 50."""
    most = {"MaxRecords": 100}
    return reading.aws.pages("cloudwatch", "describe_alarms", AlarmTypes=list(TYPES), **most)


def _is_ours(raw: Raw, scope: Scope) -> bool:
    """Whether an alarm watches what is ours, or is named like ours and watches no other team's functions, tables or APIs.

    ``stamp-rally-2`` in the account of ``stamp-rally`` is another rally.
    """
    ours, watched = {*scope.functions, *scope.tables, scope.api} - {""}, list(_subjects(raw))
    others = any(dimension in RESOURCES for dimension, _ in watched)
    named = name_of(raw).startswith(scope.prefix) and not others
    return named or bool(ours & {value for _, value in watched})


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
    names, left, kept = {name_of(entry) for entry in ours}, list(composites), list[Raw]()
    while more := [
        entry
        for entry in left
        if names & _children(entry)
        or (name_of(entry).startswith(scope.prefix) and not _children(entry))
    ]:
        kept += more
        names |= {name_of(entry) for entry in more}
        left = [entry for entry in left if entry not in more]
    return kept


def _children(raw: Raw) -> set[str]:
    return set(alarms_in(raw.get("AlarmRule", "")))


def names(reading: Reading) -> list[str]:
    return [name_of(raw) for raw in reading.source(found)]


def alarms(reading: Reading) -> Section[Alarm]:
    raws = {name_of(raw): raw for raw in reading.source(found)}
    if not raws:
        return {}
    newest = _newest_actions(reading, raws)
    return reading.each(raws, lambda name: decode(raws[name], newest.get(name)))


def attachments(reading: Reading) -> Section[tuple[Unplanned, ...]]:
    """Gather what is not planned of each alarm, by the ledger; this makes no further call."""
    return {name: reading.aws.unplanned(ALARM.words.en, name) for name in names(reading)}


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


READERS = {
    "alarms": Reader(alarms, ALARM.actions),
    "alarm_attachments": Reader(attachments, ("cloudwatch:DescribeAlarms",)),
}
