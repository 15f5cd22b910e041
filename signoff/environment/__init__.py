"""An environment: its typed form, and how it is found in the file of environments, overrides included."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from aws.difference import where
from signoff.environment.loading import ENVIRONMENTS, Loaded, load, names, peek
from signoff.environment.problems import EnvironmentFileError
from signoff.environment.schema import (
    ADAPTER,
    Acceptance,
    Area,
    Decider,
    Decision,
    Demand,
    Domain,
    Environment,
    FrontEnd,
    FunctionSettings,
    RecordAges,
    RouteSettings,
    Season,
    Smoke,
    TableSettings,
    Throttle,
    Waiver,
    embedded,
)
from signoff.environment.value_types import origin_of

__all__ = [
    "ADAPTER",
    "ENVIRONMENTS",
    "Acceptance",
    "Area",
    "Decider",
    "Decision",
    "Demand",
    "Domain",
    "Environment",
    "EnvironmentFileError",
    "FrontEnd",
    "FunctionSettings",
    "Loaded",
    "RecordAges",
    "RouteSettings",
    "Season",
    "Smoke",
    "TableSettings",
    "Throttle",
    "Waiver",
    "embedded",
    "load",
    "names",
    "origin_of",
    "peek",
    "where",
]

JST = ZoneInfo("Asia/Tokyo")


def today(now: datetime) -> date:
    """Return the day in Japan at an aware datetime."""
    return now.astimezone(JST).date()


def in_japan(moment: datetime) -> str:
    """Return a moment as every page and message shows it: ``2026-12-03 03:17 JST``."""
    return f"{moment.astimezone(JST):%Y-%m-%d %H:%M} JST"
