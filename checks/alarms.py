"""Which alarm watches each planned metric, whether it is in ALARM, and what keeps it from reaching people."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from aws import desired
from aws.bounds import as_text, one_of
from aws.difference import Difference, unallowed
from aws.firing import muted_by, shortfalls, watches
from aws.inventory import Sections
from aws.kind.description import STATE
from aws.kinds.alarm import ALARM, OTHER_ACTION, Alarm
from aws.section import Follows, Missing, NotTestable, every, lookup
from aws.words import Words, joined
from checks.delivery import Delivery
from signoff.evidence import Records
from signoff.judge.decisions import Decisions
from signoff.judge.drift import NotYet, fired_by_us

LISTED_METRICS = {
    "AWS/DynamoDB UserErrors": frozenset({frozenset[str]()}),
    "AWS/DynamoDB ThrottledRequests": frozenset({frozenset({"TableName", "Operation"})}),
}
"""Metrics that are easily given wrong dimensions, with the only ones under which AWS publishes them."""
ROWS = {
    "function-errors": "MON-01",
    "api-4xx": "MON-02",
    "api-5xx": "MON-03",
    "throttle": "MON-04",
    "function-faults": "MON-05",
}
"""Kind of alarm -> the row that owns its existence."""
SILENT = {STATE: one_of("OK", "INSUFFICIENT_DATA")}


def alarm_for(want: desired.Alarm, delivery: Delivery, row: str) -> Alarm:
    """Return the alarm on that metric; if there is none, Missing at the row of its kind, Follows at others.

    Of several, the one with the fewest faults is judged; of equals, the one with the planned name.
    """
    alarms = every(delivery.sections.alarms)
    watching = [alarm for alarm in alarms if watches(alarm, want)]
    if len(watching) > 1:
        return min(watching, key=lambda alarm: _rank(alarm, want, delivery))
    if watching:
        return watching[0]
    near = (
        alarm
        for alarm in alarms
        if alarm.name == want.name
        or (alarm.namespace == want.namespace and want.subject in alarm.dimensions.values())
    )
    why = _unwatched(want, next(near, None))
    owner = ROWS[want.kind]
    raise Missing(why) if row == owner else Follows(owner, why)


def _unwatched(want: desired.Alarm, near: Alarm | None) -> Words:
    """Say that no alarm is on this metric, and which one is close to it."""
    dimensions = as_text(want.dimensions)
    sentences = [
        Words(
            en=f"no alarm is on {want.metric} of {want.subject} ({dimensions})",
            ja=f"{want.subject}の{want.metric}（{dimensions}）を監視するアラームがありません",
        )
    ]
    if near:
        there = f"{near.metric} ({as_text(near.dimensions) or '-'})"
        sentences.append(
            Words(
                en=f"alarm {near.name} is on {there}", ja=f"アラーム{near.name}の対象は{there}です"
            )
        )
    if near and _dead(near):
        sentences.append(
            Words(
                en="AWS never publishes that metric with these dimensions",
                ja="AWSはこのディメンションの組み合わせでそのメトリクスを発行しません",
            )
        )
    return joined(sentences)


def _rank(alarm: Alarm, want: desired.Alarm, delivery: Delivery) -> tuple[int, bool, str]:
    """Order alarms on the same metric: the fewest faults first, then ours by name."""
    faults = len(shortfalls(alarm, want))
    try:
        faults += len(delivery.faults(alarm)) + len(muting(alarm, delivery.sections))
    except NotTestable:
        faults += 1
    return faults, alarm.name != want.name, alarm.name


def muting(alarm: Alarm, sections: Sections) -> tuple[Difference, ...]:
    """Return the mute rules that name the alarm and have not ended."""
    return muted_by(alarm.name, every(sections.mute_rules))


def silencing(alarm: Alarm, delivery: Delivery) -> tuple[Difference, ...]:
    """Return what is not planned of the alarm, and of the composite alarms that it is heard through."""
    by_name = {watching.name: watching for watching in (alarm, *delivery.route(alarm))}
    return tuple(
        difference
        for watching in by_name.values()
        for difference in (
            *muting(watching, delivery.sections),
            *unallowed(lookup(delivery.sections.alarm_attachments, watching.name) or ()),
        )
    )


def other_actions(sections: Sections) -> tuple[Difference, ...]:
    """Return what our alarms do besides publishing to topics."""
    attached = every(sections.alarm_attachments)
    return unallowed(
        unplanned for several in attached for unplanned in several if unplanned.fact == OTHER_ACTION
    )


def unnotified(alarm: Alarm, delivery: Delivery, decisions: Decisions) -> tuple[Difference, ...]:
    """Return why no person is notified of the alarm; Follows if a row about its silence is red."""
    if faults := delivery.faults(alarm):
        return faults
    for owner, differences in (
        ("MON-08", silencing(alarm, delivery)),
        ("MON-09", delivery.cut_off(alarm)),
    ):
        if undecided := decisions.undecided(differences):
            raise Follows(owner, undecided[0].words)
    return ()


def in_alarm_state(
    alarms: Iterable[Alarm], records: Records, now: datetime
) -> Iterator[Difference]:
    """Yield alarms in ALARM, or in no state that we know; raise NotYet while a run of ours may be the cause."""
    for alarm in alarms:
        fired = alarm.state_since if alarm.state == "ALARM" else None
        if fired and (until := fired_by_us(fired, records, now)):
            raise NotYet(
                Words(
                    en=f"{alarm.name} fired during a run of our own",
                    ja=f"{alarm.name}は本ソフトウェアの実行中に発報しました",
                ),
                until,
            )
        yield from ALARM.differences(alarm.name, alarm, SILENT, loosens=True)


def scales(alarm: Alarm) -> bool:
    """Whether an alarm only scales a capacity, so that its firing is not a fault."""
    actions = alarm.alarm_actions
    return bool(actions) and all(action.split(":")[2:3] == ["autoscaling"] for action in actions)


def _dead(alarm: Alarm) -> bool:
    listed = LISTED_METRICS.get(f"{alarm.namespace} {alarm.metric}")
    return listed is not None and frozenset(alarm.dimensions) not in listed
