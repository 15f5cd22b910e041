"""Where a caller must stand, and when: the stamp masters that are deployed, as smoke and load need them for an award."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from lambdas.rally.domain.spots import SPELLINGS
from plan.masters import FIRST_SECOND, LAST_SECOND, epoch_s

EARTH_RADIUS_M = 6_371_000
"""Stated here too, since the suite judges the functions' own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A GPS stamp; degrees and metres. ``opens``, ``closes``: seconds since the epoch, or None."""

    stamp_id: str
    name: str
    lat: float
    lon: float
    radius_m: float
    opens: float | None = None
    closes: float | None = None
    description: str = ""
    image_url: str = ""

    def open_at(self, now: float) -> bool:
        after = self.opens is None or self.opens <= now
        return after and (self.closes is None or self.closes >= now)

    def refusal_at(self, now: float) -> str:
        """Return the error code of an award at a time when the spot is not open."""
        too_early = self.opens is not None and now < self.opens
        return "STAMP_NOT_VALID_YET" if too_early else "STAMP_EXPIRED"

    def collected(self, at: int) -> Mapping[str, Any]:
        """Return how a list of stamps shows this one, collected at that time by GPS."""
        shown = {
            "stamp_id": self.stamp_id,
            "name": self.name,
            "description": self.description,
            "type": "GPS",
            "collected_at": at,
            "method": "GPS",
            "location": {"lat": self.lat, "lon": self.lon, "radiusM": self.radius_m},
        }
        return shown | ({"image_url": self.image_url} if self.image_url else {})

    def away(self, metres: float, bearing: float = 0.0) -> Mapping[str, float]:
        """Return the position at this distance along a great circle; ``bearing`` in degrees.

        Bearing 0 leads towards the equator, and 90 to the east.
        """
        angle, here = metres / EARTH_RADIUS_M, math.radians(self.lat)
        course = math.radians(180 - bearing if self.lat > 0 else bearing)
        there = math.asin(
            math.sin(here) * math.cos(angle) + math.cos(here) * math.sin(angle) * math.cos(course)
        )
        east = math.atan2(
            math.sin(course) * math.sin(angle) * math.cos(here),
            math.cos(angle) - math.sin(here) * math.sin(there),
        )
        lon = (self.lon + math.degrees(east) + 540) % 360 - 180
        return {"lat": math.degrees(there), "lon": lon}


def spots_in(items: Iterable[Mapping[str, Any]]) -> tuple[Spot, ...]:
    """Read the GPS stamps among the masters, in the order of their ids; unreadable ones are left out.

    DATA-02 judges whether all are well formed.
    """
    decode = TypeDeserializer().deserialize
    masters = [{name: decode(value) for name, value in item.items()} for item in items]
    found = [spot for master in masters if (spot := _spot(master))]
    return tuple(sorted(found, key=lambda spot: spot.stamp_id))


def _spot(master: Mapping[str, Any]) -> Spot | None:
    location = master.get("Location")
    if master.get("Type") != "GPS" or not isinstance(location, Mapping):
        return None
    try:
        lat, lon, radius_m = [
            float(next(location[name] for name in names if name in location))
            for names in SPELLINGS.values()
        ]
        return Spot(
            stamp_id=master["StampId"],
            name=str(master.get("Name", "")),
            opens=_bound(master.get("ValidFrom"), FIRST_SECOND),
            closes=_bound(master.get("ValidTo"), LAST_SECOND),
            lat=lat,
            lon=lon,
            radius_m=radius_m,
            description=_text(master.get("Description")),
            image_url=_text(master.get("ImageUrl")),
        )
    except (StopIteration, KeyError, TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _bound(value: Any, of_day: time) -> float | None:
    if value is None or not isinstance(value, str):
        return None if value is None else float(value)
    return epoch_s(value, of_day)
