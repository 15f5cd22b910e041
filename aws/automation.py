"""What acts by itself on our resources: rules of EventBridge, and schedules of EventBridge Scheduler."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aws.access.automated import UNIVERSAL, Deed, Ours, ours_of
from aws.door.failures import ReadFailure
from aws.door.listing import every_page
from aws.ledgers.events import RULE
from aws.ledgers.scheduler import SCHEDULE
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words

MOST = 1_000
"""Schedules that are read one by one; an account may have ten million."""
ONCE = re.compile(r"at\((.+)\)")
OFF = "DISABLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One target that reaches something of ours. ``digest`` is of the whole target: a decision repeats it."""

    target: str
    """ARN of what is called; of an API destination the URL."""
    target_id: str = ""
    """Its id in the rule; a schedule has only one."""
    on: tuple[str, ...] = ()
    """Names of our resources; empty for all that the role may act on."""
    role: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A rule (``bus/name``) or schedule (``group/name``) that acts on something of ours by itself."""

    kind: Words
    name: str
    when: str
    """Its schedule's expression, or its event pattern (JSON text)."""
    acts: tuple[Act, ...]
    ends: datetime | None = None
    """After that it does nothing more; None if it goes on."""


def automations(reading: Reading) -> Section[Automation]:
    """Read all rules and schedules of the Region that are enabled; those that reach nothing of ours are left out."""
    ours = ours_of(reading)
    rules = {f"{one['EventBusName']}/{one['Name']}": one for one in _rules(reading)}
    schedules = {f"{one['GroupName']}/{one['Name']}": one for one in _schedules(reading)}
    return {
        **_keyed(RULE, reading.each(rules, lambda name: _rule(reading, ours, name, rules[name]))),
        **_keyed(SCHEDULE, reading.each(schedules, lambda name: _schedule(reading, ours, name))),
    }


def _keyed(
    kind: Words, found: Mapping[str, Automation | Unreadable]
) -> dict[str, Automation | Unreadable]:
    """Name each that acts by its kind as well: a rule and a schedule may have one name."""
    return {
        f"{kind.en} {name}": one
        for name, one in found.items()
        if isinstance(one, Unreadable) or one.acts
    }


def _rules(reading: Reading) -> list[Raw]:
    """Return the enabled rules of all event buses of the Region."""
    buses = every_page(reading.aws, "events", "list_event_buses", "EventBuses")
    found: list[Raw] = []
    for bus in buses:
        of_bus = reading.aws.listed("events", "list_rules", "Rules", EventBusName=bus["Name"])
        found += [{**one, "EventBusName": bus["Name"]} for one in of_bus if one["State"] != OFF]
    return found


def _rule(reading: Reading, ours: Ours, name: str, rule: Raw) -> Automation:
    asked = {"Rule": rule["Name"], "EventBusName": rule["EventBusName"]}
    acts = []
    for one in reading.aws.listed("events", "list_targets_by_rule", "Targets", **asked):
        url = _url(reading, one["Arn"])
        deed = ours.deed({"RoleArn": rule.get("RoleArn"), **one}, url)
        if deed:
            acts.append(_act(one, deed, url))
    when = rule.get("ScheduleExpression") or rule.get("EventPattern", "")
    return Automation(kind=RULE, name=name, when=when, acts=tuple(acts))


def _schedules(reading: Reading) -> list[Raw]:
    """Return the enabled schedules that may act on ours; whose target is a queue or topic of others cannot."""
    found = reading.aws.listed("scheduler", "list_schedules", "Schedules")
    own = [one for one in found if one["State"] != OFF and _may_matter(one["Target"]["Arn"])]
    if len(own) > MOST:
        raise ReadFailure.of(
            "scheduler:ListSchedules",
            f"{len(own)} schedules, of which one run reads {MOST}",
            f"スケジュールが{len(own)}件あり、1回の実行で読み取るのは{MOST}件までです",
        )
    return own


def _may_matter(arn: str) -> bool:
    """Whether a target may act on ours; what a queue, a bus or a stream receives is judged at what reads it."""
    return UNIVERSAL in arn or arn.split(":")[2] not in {"sqs", "events", "kinesis", "firehose"}


def _schedule(reading: Reading, ours: Ours, name: str) -> Automation:
    group, _, own = name.partition("/")
    found = reading.aws.call("scheduler", "get_schedule", Name=own, GroupName=group)
    deed = ours.deed(found["Target"])
    acts = (_act(found["Target"], deed),) if deed else ()
    when = found["ScheduleExpression"]
    return Automation(kind=SCHEDULE, name=name, when=when, acts=acts, ends=_ends(found))


def _ends(found: Raw) -> datetime | None:
    """Return when a schedule has done all that it will: its end, or the one time at which it acts."""
    ends = [found["EndDate"]] if found.get("EndDate") else []
    if once := ONCE.fullmatch(found["ScheduleExpression"]):
        zone = ZoneInfo(found.get("ScheduleExpressionTimezone") or "UTC")
        late = timedelta(
            minutes=found.get("FlexibleTimeWindow", {}).get("MaximumWindowInMinutes", 0)
        )
        ends.append(datetime.fromisoformat(once[1]).replace(tzinfo=zone).astimezone(UTC) + late)
    return min(ends, default=None)


def _act(target: Raw, deed: Deed, url: str = "") -> Act:
    whole = json.dumps(target, sort_keys=True, default=str)
    return Act(
        target=url or target["Arn"],
        target_id=target.get("Id", ""),
        on=deed.on,
        role=deed.role,
        digest=hashlib.sha256(whole.encode()).hexdigest()[:10],
    )


def _url(reading: Reading, arn: str) -> str:
    """Return what an API destination calls; empty for any other target."""
    return reading.source(_endpoints).get(arn, "") if ":api-destination/" in arn else ""


def _endpoints(reading: Reading) -> Mapping[str, str]:
    """Return ARN -> URL of the Region's API destinations, read only if a rule has one."""
    found = every_page(reading.aws, "events", "list_api_destinations", "ApiDestinations")
    return {one["ApiDestinationArn"]: one["InvocationEndpoint"] for one in found}


READERS = {
    "automations": Reader(
        automations,
        (
            *("events:ListApiDestinations", "events:ListEventBuses", "events:ListRules"),
            *("events:ListTargetsByRule", "scheduler:GetSchedule", "scheduler:ListSchedules"),
        ),
    ),
}
