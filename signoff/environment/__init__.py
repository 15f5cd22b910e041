"""An environment: its typed form, and how it is found in the file of environments, overrides included."""

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
    "peek",
    "where",
]
