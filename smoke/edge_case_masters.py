"""Stamp masters that exist sooner or later, and that nobody tries by hand: on a local stack only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smoke.calls import Call
from smoke.scenarios import Scenarios

PREFIX = "SMOKE-SPECIAL-"
PLACE = {"M": {"lat": {"N": "35.0"}, "lon": {"N": "139.0"}, "radiusM": {"N": "20"}}}
BROKEN = {"M": {"lat": {"N": "135.0"}, "lon": {"N": "139.0"}, "radiusM": {"N": "20"}}}
HERE = {"lat": 35.0, "lon": 139.0}
DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """A master, made of the time of the run, and the call that is refused for it, with a 400."""

    name: str
    code: str
    attributes: Callable[[int], Mapping[str, Any]]
    call: Callable[[Scenarios, str], Call]

    @property
    def stamp_id(self) -> str:
        return PREFIX + self.name.upper().replace(" ", "-")

    def item(self, now: int) -> Mapping[str, Any]:
        """Return the master as DynamoDB takes it."""
        common = {"StampId": {"S": self.stamp_id}, "Name": {"S": "Smoke"}, "Type": {"S": "GPS"}}
        return {**common, "Location": PLACE, **self.attributes(now)}

    def asked(self, scenarios: Scenarios) -> Call:
        return self.call(scenarios, self.stamp_id)

    def __str__(self) -> str:
        return f"{self.name}: {self.code}"


def _award(scenarios: Scenarios, stamp_id: str) -> Call:
    return scenarios.award(scenarios.collector, stamp_id=stamp_id, **HERE)


def _position(scenarios: Scenarios, stamp_id: str) -> Call:
    return scenarios.position(scenarios.caller, spotId=stamp_id, **HERE)


def _nowhere(_: int) -> Mapping[str, Any]:
    return {"Location": {"M": {}}}


EDGE_CASES = (
    EdgeCase(
        "expired",
        "STAMP_EXPIRED",
        lambda now: {"ValidTo": {"N": str(now - DAY_S)}},
        _award,
    ),
    EdgeCase(
        "not yet valid",
        "STAMP_NOT_VALID_YET",
        lambda now: {"ValidFrom": {"N": str(now + DAY_S)}},
        _award,
    ),
    EdgeCase("award nowhere", "LOCATION_NOT_FOUND", _nowhere, _award),
    EdgeCase("award off the map", "INVALID_LOCATION", lambda _: {"Location": BROKEN}, _award),
    EdgeCase(
        "image",
        "STAMP_TYPE_MISMATCH",
        lambda _: {"Type": {"S": "IMAGE"}},
        _position,
    ),
    EdgeCase("nowhere", "LOCATION_NOT_FOUND", _nowhere, _position),
    EdgeCase("off the map", "INVALID_LOCATION", lambda _: {"Location": BROKEN}, _position),
)
