"""The rally's days are days in Japan, so that the time zone of the machine that runs this changes no verdict."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")


def today(now: datetime) -> date:
    """Return the day in Japan at an aware datetime."""
    return now.astimezone(JST).date()


def in_japan(moment: datetime) -> str:
    """Return a moment as every page and message shows it: ``2026-12-03 03:17 JST``."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M} JST"
