"""Where a stamp is, where a person is, and whether the two are close enough."""

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain import members
from lambdas.rally.domain.refusals import Refusal

EARTH_RADIUS_M = 6_371_000
SPELLINGS = {
    "lat": ("lat", "latitude"),
    "lon": ("lon", "lng", "longitude"),
    "radiusM": ("radiusM", "radius"),
}
"""Today's name of a location's member -> all names that items in our tables still use."""
_SHOWABLE = re.compile(r"(https://|(?![^/?#]*:))\S+")
"""A picture that the front end, a page of HTTPS, can show: by https, or relative to it."""
ACCURACY_CAP_M = 50.0
"""Phones report 5 to 30 m outdoors; a larger claimed error does not extend the range further."""


@dataclass(frozen=True)
class Location:
    """A spot: degrees, and a radius in metres."""

    lat: float
    lon: float
    radius_m: float

    def answer(self) -> dict[str, float]:
        """Return the contract's `Location`."""
        return {"lat": self.lat, "lon": self.lon, "radiusM": self.radius_m}


@dataclass(frozen=True)
class Position:
    """A person's position: degrees, and the phone's own error estimate in metres, if it sent one."""

    lat: float
    lon: float
    accuracy_m: float | None


def position_in(body: Mapping[str, Any]) -> Position:
    """Read `lat`, `lon` and the optional `accuracy`. Raises VALIDATION_ERROR if one is invalid."""
    accuracy = None
    if "accuracy" in body:
        accuracy = members.number(body, "accuracy", low=0, high=sys.float_info.max)
    return Position(
        members.number(body, "lat", low=-90, high=90),
        members.number(body, "lon", low=-180, high=180),
        accuracy,
    )


def location_of(master: Mapping[str, Any]) -> Location:
    """Read a stamp master's location, in the current spelling or an older one.

    Raises LOCATION_NOT_FOUND if there is none, INVALID_LOCATION if it cannot be right.
    """
    location = master.get("Location")
    if not isinstance(location, Mapping) or not location:
        raise Refusal("LOCATION_NOT_FOUND")
    lat, lon, radius_m = (_number(location, names) for names in SPELLINGS.values())
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < radius_m < math.inf):
        raise Refusal("INVALID_LOCATION")
    return Location(lat, lon, radius_m)


def picture_of(master: Mapping[str, Any]) -> str:
    """Return the address of a stamp master's picture; empty if there is none that the front end can show."""
    address = master.get("ImageUrl")
    return address if isinstance(address, str) and _SHOWABLE.fullmatch(address) else ""


def _number(location: Mapping[str, Any], spellings: tuple[str, ...]) -> float:
    # NaN fails every comparison in the caller, so an unreadable value needs no path of its own.
    value = next((location[name] for name in spellings if name in location), math.nan)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


def distance_m(position: Position, location: Location) -> float:
    """Great-circle metres by the haversine formula, on a sphere of 6,371,000 m."""
    lat1, lat2 = math.radians(position.lat), math.radians(location.lat)
    half_lat = (lat2 - lat1) / 2
    half_lon = math.radians(location.lon - position.lon) / 2
    chord = math.sin(half_lat) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(half_lon) ** 2
    # Rounding takes the chord of some antipodes to 1 + 2e-16; asin has no value above 1.
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def is_within(position: Position, location: Location, cap_m: float = ACCURACY_CAP_M) -> bool:
    """Whether the person may be at the spot. Doubt counts in the person's favour, up to the cap.

    The development system uses the larger of radius and accuracy. So does this, with the accuracy
    capped at `cap_m`: no honest user is newly refused, and a claim of 1e9 m gains nothing.
    """
    reach_m = max(location.radius_m, min(position.accuracy_m or 0.0, cap_m))
    return distance_m(position, location) <= reach_m
