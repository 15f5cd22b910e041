"""Alarms that our own runs rang: known by the windows that smoke and load runs record."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from aws.alarm import Alarm
from aws.section import NotTestable
from signoff.evidence import Records

AFTERMATH = timedelta(minutes=10)
"""Two periods of five minutes: so long an alarm may lag behind what rang it."""


def settled(alarm: Alarm, records: Records, now: datetime) -> str:
    """Return the alarm's state, or raise NotTestable while a run of ours may be the cause."""
    if alarm.state != "ALARM" or alarm.state_since is None:
        return alarm.state
    until = _until(alarm.state_since, records)
    if until is not None and now <= until:
        raise NotTestable(
            f"{alarm.name} rang during a run of our own; not testable until {until:%H:%M} UTC"
        )
    return alarm.state


def _until(since: datetime, records: Records) -> datetime | None:
    """Return when the last run is over that may have rung the alarm, or kept it ringing since."""
    until: datetime | None = None
    for begin, end in sorted(_windows(records)):
        if begin <= (until or since) and since <= end:
            until = max(until or end, end)
    return until


def _windows(records: Records) -> Iterator[tuple[datetime, datetime]]:
    """Yield when each of our runs began, and until when an alarm may lag behind it."""
    for window in (one for one in records.entries if one.kind == "window"):
        begin, end = (datetime.fromisoformat(window.body[name]) for name in ("begin", "end"))
        yield begin, end + AFTERMATH
