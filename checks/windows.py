"""Alarms that our own runs rang: known by the windows that smoke and load runs record."""

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
    for window in (one for one in records.entries if one.kind == "window"):
        begin, end = (datetime.fromisoformat(window.body[name]) for name in ("begin", "end"))
        if begin <= alarm.state_since <= end + AFTERMATH and now <= end + AFTERMATH:
            raise NotTestable(
                f"{alarm.name} rang during our own {window.body['what']} run; "
                f"not testable until {end + AFTERMATH:%H:%M} UTC"
            )
    return alarm.state
