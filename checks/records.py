"""Records that only count while they are fresh, and for the release that is live."""

from datetime import datetime, timedelta
from typing import Any

from checks.deployed import Deployed
from signoff.inventory.section import Missing
from signoff.records import Record
from signoff.world import World

SKEW = timedelta(minutes=5)
"""A record may be dated so much later than now, which is AWS's time: whoever wrote it has a clock
of his own, and AWS refuses requests that are signed with a clock further off than this."""


def live_release(world: World, deployed: Deployed) -> str:
    """Return the release that is live; what is absent of it is told by the row that owns it."""
    for function in world.plan.functions:
        deployed.function(function)
    deployed.served()
    return world.release


def counting(
    deployed: Deployed, kind: str, *, release: str | None, days: int, now: datetime, **body: Any
) -> Record:
    """Return the newest such record; Missing where it is absent, too old, or of another release."""
    record = deployed.record(kind, **body)
    when = f"the newest {kind} record is of {record.created:%Y-%m-%d %H:%M} UTC"
    if not -SKEW <= now - record.created <= timedelta(days=days):
        raise Missing(f"{when}, not within the last {days} days")
    if release is not None and record.release != release:
        raise Missing(f"{when} and of release {record.release}, but {release} is live")
    return record
