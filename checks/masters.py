"""When a stamp master is well formed, and on which days it is valid; items are DynamoDB JSON."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from boto3.dynamodb.types import TypeDeserializer

from signoff.inventory.section import NotTestable
from signoff.inventory.tables import Contents

JST = ZoneInfo("Asia/Tokyo")
LATEST_S = 1e11
"""The year 5138: a larger number is milliseconds, which would be valid for ever."""
LARGEST_RADIUS_M = 1_000
"""A spot is a place one walks to; a larger circle is a unit gone wrong."""
TYPES = ("GPS", "IMAGE")
Item = Mapping[str, Any]


def whole(contents: Contents) -> tuple[Item, ...]:
    """Return every item, or raise NotTestable where the scan was cut short."""
    if not contents.complete:
        raise NotTestable("the table holds more items than are read in one run")
    return contents.items


def malformed(items: tuple[Item, ...]) -> dict[str, str]:
    """Return stamp id -> what is wrong with it; an item without an id counts by its place."""
    found = {}
    for number, item in enumerate(items, 1):
        master = plain(item)
        if flaw := _flaw(master):
            found[str(master.get("StampId") or f"item {number}")] = flaw
    return found


def invalid_on(items: tuple[Item, ...], day: date) -> dict[str, str]:
    """Return stamp id -> its validity, for those that are not valid all through that day in Japan."""
    begin = datetime.combine(day, time.min, JST).timestamp()
    end = datetime.combine(day, time.max, JST).timestamp()
    found = {}
    for master in map(plain, items):
        first, last = (_moment(master.get(name)) for name in ("ValidFrom", "ValidTo"))
        if (first is not None and first > begin) or (last is not None and last < end):
            found[str(master.get("StampId"))] = f"{master.get('ValidFrom')}…{master.get('ValidTo')}"
    return found


def plain(item: Item) -> dict[str, Any]:
    decode = TypeDeserializer().deserialize
    return {name: decode(value) for name, value in item.items()}


def _flaw(master: Mapping[str, Any]) -> str | None:
    if not master.get("StampId") or not master.get("Name"):
        return "StampId or Name is missing"
    if master.get("Type") not in TYPES:
        return f"Type is {master.get('Type')!r}"
    return _span_flaw(master) or _place_flaw(master)


def _place_flaw(master: Mapping[str, Any]) -> str | None:
    return _location_flaw(master.get("Location")) if master["Type"] == "GPS" else None


def _location_flaw(location: Any) -> str | None:
    if not isinstance(location, Mapping) or set(location) != {"lat", "lon", "radiusM"}:
        keys = sorted(location) if isinstance(location, Mapping) else location
        return f"Location has not exactly lat, lon, radiusM but {keys}"
    bounds = {"lat": (-90, 90), "lon": (-180, 180), "radiusM": (1, LARGEST_RADIUS_M)}
    for name, (low, high) in bounds.items():
        if not isinstance(location[name], (int, float)) and not hasattr(location[name], "is_nan"):
            return f"{name} is no number"
        if not low <= location[name] <= high:
            return f"{name} is {location[name]}"
    return None


def _seconds(value: float) -> float:
    if value >= LATEST_S:
        raise ValueError(f"{value:.0f} is no time in seconds")
    return value


def _span_flaw(master: Mapping[str, Any]) -> str | None:
    try:
        first, last = (_moment(master.get(name)) for name in ("ValidFrom", "ValidTo"))
    except (TypeError, ValueError):
        return f"validity {master.get('ValidFrom')}…{master.get('ValidTo')} can't be read"
    if first is not None and last is not None and last < first:
        return "ValidTo is before ValidFrom"
    return None


def _moment(value: Any) -> float | None:
    """Read seconds since the epoch, or ISO 8601 (in Japan where it names no zone)."""
    if value is None:
        return None
    if not isinstance(value, str):
        return _seconds(float(value))
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).timestamp()
