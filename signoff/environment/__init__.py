"""An environment: its typed form, and how it is found in the file of environments, overrides included."""

from signoff.environment.loading import ENVIRONMENTS, Loaded, load, names, peek
from signoff.environment.problems import EnvironmentFileError
from signoff.environment.reference import where
from signoff.environment.schema import (
    Area,
    Decision,
    Domain,
    Environment,
    Freshness,
    FrontEnd,
    FunctionSettings,
    Season,
    Smoke,
    Throttle,
    Waiver,
    embedded,
)

__all__ = [
    "ENVIRONMENTS",
    "Area",
    "Decision",
    "Domain",
    "Environment",
    "EnvironmentFileError",
    "Freshness",
    "FrontEnd",
    "FunctionSettings",
    "Loaded",
    "Season",
    "Smoke",
    "Throttle",
    "Waiver",
    "embedded",
    "load",
    "names",
    "peek",
    "where",
]
