"""Stamp masters that exist sooner or later, and that nobody tries by hand: on a local stack only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from smoke.calls import Call
from smoke.script import Script

PREFIX = "SMOKE-SPECIAL-"
PLACE = {"M": {"lat": {"N": "35.0"}, "lon": {"N": "139.0"}, "radiusM": {"N": "20"}}}
BROKEN = {"M": {"lat": {"N": "135.0"}, "lon": {"N": "139.0"}, "radiusM": {"N": "20"}}}
HERE = {"lat": 35.0, "lon": 139.0}
DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Special:
    """A master, made of the time of the run, and the call that is refused for it, with a 400."""

    name: str
    code: str
    attributes: Callable[[int], Mapping[str, Any]]
    call: Callable[[Script, str], Call]

    @property
    def stamp_id(self) -> str:
        return PREFIX + self.name.upper().replace(" ", "-")

    def item(self, now: int) -> Mapping[str, Any]:
        """Return the master as DynamoDB takes it."""
        common = {"StampId": {"S": self.stamp_id}, "Name": {"S": "Smoke"}, "Type": {"S": "GPS"}}
        return {**common, "Location": PLACE, **self.attributes(now)}

    def asked(self, script: Script) -> Call:
        return self.call(script, self.stamp_id)

    def __str__(self) -> str:
        return f"{self.name}: {self.code}"


def _award(script: Script, stamp_id: str) -> Call:
    return script.award(script.collector, stamp_id=stamp_id, **HERE)


def _position(script: Script, stamp_id: str) -> Call:
    return script.position(script.caller, spotId=stamp_id, **HERE)


def _nowhere(_: int) -> Mapping[str, Any]:
    return {"Location": {"M": {}}}


SPECIAL = (
    Special(
        "expired",
        "STAMP_EXPIRED",
        lambda now: {"ValidTo": {"N": str(now - DAY_S)}},
        _award,
    ),
    Special(
        "not yet valid",
        "STAMP_NOT_VALID_YET",
        lambda now: {"ValidFrom": {"N": str(now + DAY_S)}},
        _award,
    ),
    Special("award nowhere", "LOCATION_NOT_FOUND", _nowhere, _award),
    Special("award off the map", "INVALID_LOCATION", lambda _: {"Location": BROKEN}, _award),
    Special(
        "image",
        "STAMP_TYPE_MISMATCH",
        lambda _: {"Type": {"S": "IMAGE"}},
        _position,
    ),
    Special("nowhere", "LOCATION_NOT_FOUND", _nowhere, _position),
    Special("off the map", "INVALID_LOCATION", lambda _: {"Location": BROKEN}, _position),
)
