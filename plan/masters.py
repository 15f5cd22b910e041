"""When a stamp master is well formed and when it is valid: used before a migration and by the checks after it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from aws.contents import EARLIEST_S, LATEST_S
from aws.words import Words, plain
from lambdas.rally.domain.members import legible
from lambdas.rally.domain.spots import SPELLINGS, picture_of
from plan.master_words import Item, Typed, text_of, words_flaw
from signoff.environment import JST

FIRST_SECOND, LAST_MINUTE, LAST_SECOND = time.min, time(23, 59), time(23, 59, 59)
"""The first and last moment of a day: awards are judged in whole seconds."""
LARGEST_RADIUS_M = 1_000
"""Metres. A spot is a place that people walk to; a larger radius is in the wrong unit."""
BOUNDS: Mapping[str, tuple[int, int]] = {
    "lat": (-90, 90),
    "lon": (-180, 180),
    "radiusM": (1, LARGEST_RADIUS_M),
}
"""Members of a location that are read, and their ranges, in degrees and metres."""
READ = {name for names in SPELLINGS.values() for name in names}
"""The same in older spellings as well: beside the usual one, which of the two is meant is unknown."""
STAMP_ID = re.compile(r"[^#\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]{0,127}")
"""What the contract calls a StampId, and the functions take: ``#`` begins the ranking's counters."""
TYPES = ("GPS", "IMAGE")
NOTHING: Typed = {"NULL": True}
EARTH_RADIUS_M = 6_371_000
"""Stated here too, since the suite judges the functions' own."""


def flaw(item: Item) -> Words | None:
    """Return what is wrong with a master in DynamoDB JSON, or None."""
    for name in ("StampId", "Name"):
        if not text_of(item.get(name)).strip():
            return Words(
                en=f"{name} is missing, empty or not text",
                ja=f"{name}がない、空、または文字列でない",
            )
    if not STAMP_ID.fullmatch(text_of(item.get("StampId"))):
        shown = _shown(item.get("StampId", NOTHING))
        return Words(
            en=f"StampId is {shown}; it needs 1 to 128 characters, none of control, and no # at its beginning",
            ja=f"StampIdが{shown}（1から128文字で、制御文字を含まず、#で始まらないこと）",
        )
    kind = item.get("Type", NOTHING)
    if text_of(kind) not in TYPES:
        shown, types = _shown(kind), " / ".join(TYPES)
        return Words(en=f"Type is {shown}, not {types}", ja=f"Typeが{shown}（{types}のいずれか）")
    return (
        _span_flaw(item)
        or (_place_flaw(item) if text_of(kind) == "GPS" else None)
        or words_flaw(item)
    )


def flaw_in_turn() -> Callable[[Item], Words | None]:
    """Return what says what is wrong with each master, by itself or beside those before it: ids that look the same."""
    first: dict[str, str] = {}

    def flaw_of(item: Item) -> Words | None:
        id_ = stamp_id(item, "")
        other = first.setdefault(plain(id_), id_)
        taken = Words(en=f"people take it for {other}", ja=f"{other}と見分けられない")
        return flaw(item) or (taken if other != id_ else None)

    return flaw_of


def malformed(items: Iterable[Item]) -> dict[str, Words]:
    """Return stamp id -> its flaw, by id; an item without an id counts by its place."""
    in_order = sorted(enumerate(items, 1), key=lambda numbered: stamp_id(numbered[1], ""))
    flaw_of = flaw_in_turn()
    return {
        stamp_id(item, f"item {number}"): why for number, item in in_order if (why := flaw_of(item))
    }


@dataclass(frozen=True, slots=True)
class Validity:
    """Which stamps are valid on a day in Japan. Each field maps stamp id -> its validity as written."""

    ended: Mapping[str, str]
    """No longer valid when the day ends."""
    later: Mapping[str, str]
    """Not yet valid when the day ends: stamps of a later season."""
    valid: Mapping[str, str]
    """Valid when the day ends, including stamps whose validity begins during the day."""


def validity(items: Iterable[Item], day: date) -> Validity:
    """Sort masters by their validity on a day in Japan; a stamp that ends at 23:59 is valid on all of it.

    Raises ValueError for a validity that cannot be parsed; ``flaw`` reports it.
    """
    end = datetime.combine(day, LAST_MINUTE, JST).timestamp()
    spans: dict[str, dict[str, str]] = {"ended": {}, "later": {}, "valid": {}}
    for item in items:
        first, last = _span(item)
        over = last is not None and last < end
        begun = first is None or first <= end
        how = "ended" if over else "valid" if begun else "later"
        spans[how][stamp_id(item, "")] = _shown_span(item)
    return Validity(**spans)


def coordinates(item: Item) -> tuple[float, float] | None:
    """Return a master's latitude and longitude in degrees, or None if it has none."""
    location = item.get("Location", NOTHING).get("M", {})
    lat, lon = (number(location.get(name)) for name in ("lat", "lon"))
    return None if lat is None or lon is None else (float(lat), float(lon))


def stamp_id(item: Item, otherwise: str) -> str:
    return text_of(item.get("StampId")) or otherwise


def number(typed: Typed | None) -> Decimal | None:
    """Read ``{"N": "35.5"}``; None if it is not a finite number."""
    try:
        value = Decimal((typed or NOTHING)["N"])
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None
    return value if value.is_finite() else None


def epoch_s(text: str, of_day: time) -> float:
    """Return epoch seconds from ISO 8601 text, Japan time if it has no zone. Raises ValueError.

    A bare date means ``of_day`` (FIRST_SECOND or LAST_SECOND) on that day, because spans cover whole days.
    """
    with suppress(ValueError):
        return datetime.combine(date.fromisoformat(text), of_day, JST).timestamp()
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=JST)).timestamp()


def _place_flaw(item: Item) -> Words | None:
    typed = item.get("Location", NOTHING)
    location = typed.get("M", {} if "NULL" in typed else None)
    if not isinstance(location, Mapping) or {*location} & READ != {*BOUNDS}:
        have = ", ".join(sorted(location)) if isinstance(location, Mapping) else _shown(typed)
        needed = ", ".join(BOUNDS)
        return Words(
            en=f"Location has {have or 'nothing'}; it needs exactly {needed}",
            ja=f"Locationの内容は{have or 'なし'}。{needed}だけが必要",
        )
    for name, (low, high) in BOUNDS.items():
        value = number(location[name])
        if value is None:
            shown = _shown(location[name])
            return Words(en=f"{name} is {shown}, not a number", ja=f"{name}が数値でない（{shown}）")
        if not low <= value <= high:
            return Words(
                en=f"{name} is {value}, not within {low} and {high}",
                ja=f"{name}が{value}で、{low}から{high}の範囲外",
            )
    return None


def _span_flaw(item: Item) -> Words | None:
    try:
        first, last = _span(item)
    except (TypeError, ValueError):
        shown = _shown_span(item)
        return Words(
            en=f"validity {shown} can't be read: write ISO 8601 or seconds",
            ja=f"有効期間{shown}を読み取れない。ISO 8601または秒で記入する",
        )
    if first is not None and last is not None and last < first:
        return Words(en="ValidTo is before ValidFrom", ja="ValidToがValidFromより前")
    return None


def _span(item: Item) -> tuple[float | None, float | None]:
    first, last = item.get("ValidFrom", NOTHING), item.get("ValidTo", NOTHING)
    return _bound(first, FIRST_SECOND), _bound(last, LAST_SECOND)


def _bound(typed: Typed, of_day: time) -> float | None:
    if "NULL" in typed:
        return None
    if "S" in typed:
        return epoch_s(typed["S"], of_day)
    if (seconds := number(typed)) is None or 0 < seconds < EARLIEST_S or seconds >= LATEST_S:
        raise ValueError("neither text nor a number of seconds")
    return float(seconds)


def _shown(typed: Typed) -> str:
    """Return the bare value, as people write it."""
    return "missing" if "NULL" in typed else repr(next(iter(typed.values()), None))


def _shown_span(item: Item) -> str:
    first, last = (_shown(item.get(name, NOTHING)) for name in ("ValidFrom", "ValidTo"))
    return f"{first}…{last}".replace("missing", "")


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
    spots = [spot for master in masters if (spot := _spot(master))]
    return tuple(sorted(spots, key=lambda spot: spot.stamp_id))


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
            name=legible(master.get("Name")),
            opens=_served_bound(master.get("ValidFrom"), FIRST_SECOND),
            closes=_served_bound(master.get("ValidTo"), LAST_SECOND),
            lat=lat,
            lon=lon,
            radius_m=radius_m,
            description=text if isinstance(text := master.get("Description"), str) else "",
            image_url=picture_of(master),
        )
    except (StopIteration, KeyError, TypeError, ValueError):
        return None


def _served_bound(value: Any, of_day: time) -> float | None:
    if value is None or not isinstance(value, str):
        return None if value is None else float(value)
    return epoch_s(value, of_day)
