"""An environment: its typed form, and how it is found in the file of environments, overrides included."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from aws.difference import where
from signoff.environment.loading import ENVIRONMENTS, load, names, option_of, peek, tables_of
from signoff.environment.problems import EnvironmentFileError
from signoff.environment.schema import Environment, embedded

__all__ = [
    "ENVIRONMENTS",
    "Environment",
    "EnvironmentFileError",
    "embedded",
    "load",
    "names",
    "option_of",
    "peek",
    "tables_of",
    "where",
]

JST = ZoneInfo("Asia/Tokyo")


def today(now: datetime) -> date:
    """Return the day in Japan at an aware datetime."""
    return now.astimezone(JST).date()


def in_japan(moment: datetime) -> str:
    """Return a moment as every page and message shows it: ``2026-12-03 03:17 JST``."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M} JST"
