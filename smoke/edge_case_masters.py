"""Stamp masters that will exist sooner or later and that nobody tries by hand; on a local stack only."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from signoff.environment.calendar import JST
from smoke.calls import Call
from smoke.scenarios import Scenarios

PREFIX = "SMOKE-SPECIAL-"
IMAGE = "https://a.example/花.png"
PLACE = {"M": {"lat": {"N": "35.0"}, "lon": {"N": "139.0"}, "radiusM": {"N": "20"}}}
HERE = {"lat": 35.0, "lon": 139.0}
NAME = "㈱花の門（\uff8a\uff85）🌸 " + "一番遠い場所にある、いちばん長い名前の" * 3 + "か\u3099"
"""A name in characters that careless code loses, cuts or replaces."""
DESCRIPTION = "花🌸の門。\n入口は裏です。" * 20
DAY_S = 24 * 60 * 60
SOON_S = 600
"""Further from now than a run of the suite lasts, and nearer than a time zone."""


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """A master, made from the time of the run, and the call about it: refused with a 400 and ``code``, or answered.

    ``code`` is empty where the right answer is 200.
    """

    name: str
    code: str
    attributes: Callable[[int], Mapping[str, Any]]
    call: Callable[[Scenarios, str], Call]

    @property
    def stamp_id(self) -> str:
        return PREFIX + self.name.upper().replace(" ", "-")

    @property
    def status(self) -> int:
        return 400 if self.code else 200

    def item(self, now: int) -> Mapping[str, Any]:
        """Return the master as DynamoDB takes it."""
        common = {"StampId": {"S": self.stamp_id}, "Name": {"S": NAME}, "Type": {"S": "GPS"}}
        return {**common, "Location": PLACE, **self.attributes(now)}

    def asked(self, scenarios: Scenarios) -> Call:
        return self.call(scenarios, self.stamp_id)

    def __str__(self) -> str:
        return f"{self.name}: {self.code or self.status}"


def _award(scenarios: Scenarios, stamp_id: str) -> Call:
    return scenarios.award(scenarios.visitor, stamp_id=stamp_id, **HERE)


def _picture(scenarios: Scenarios, stamp_id: str) -> Call:
    """Claim it as an IMAGE stamp, which is awarded wherever the caller stands."""
    return scenarios.award(scenarios.visitor, stamp_id=stamp_id, method="IMAGE", **HERE)


COLLECTED_BY = {_award: "GPS", _picture: "IMAGE"}
"""Call that collects a stamp -> the method that is stored."""


def _position(scenarios: Scenarios, stamp_id: str) -> Call:
    return scenarios.position(scenarios.caller, spotId=stamp_id, **HERE)


def _at(**place: float) -> Callable[[Scenarios, str], Call]:
    return lambda scenarios, stamp_id: scenarios.position(
        scenarios.caller, spotId=stamp_id, **place
    )


def _located(lat: str, lon: str, radius: Mapping[str, str]) -> Callable[[int], Mapping[str, Any]]:
    place = {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": radius}}
    return lambda _: {"Location": place}


def _nowhere(_: int) -> Mapping[str, Any]:
    return {"Location": {"M": {}}}


def _span(
    first: int | None, last: int | None, written: Callable[[int], Mapping[str, str]]
) -> Callable[[int], Mapping[str, Any]]:
    """Return a validity of so many seconds before and after now, written in some way."""

    def attributes(now: int) -> Mapping[str, Any]:
        ends = {"ValidFrom": first, "ValidTo": last}
        return {name: written(now + end) for name, end in ends.items() if end is not None}

    return attributes


def _always(attributes: Mapping[str, Any]) -> Callable[[int], Mapping[str, Any]]:
    return lambda _: attributes


def _number(at: int) -> Mapping[str, str]:
    return {"N": str(at)}


def _in_japan(at: int) -> Mapping[str, str]:
    """Write a time in Japan's time zone, without an offset."""
    return {"S": f"{datetime.fromtimestamp(at, JST):%Y-%m-%dT%H:%M:%S}"}


def _in_utc(at: int) -> Mapping[str, str]:
    return {"S": datetime.fromtimestamp(at, UTC).isoformat()}


def _day(at: int) -> Mapping[str, str]:
    return {"S": f"{datetime.fromtimestamp(at, JST):%Y-%m-%d}"}


WAYS = (("number", _number), ("Japan", _in_japan), ("UTC", _in_utc))
"""How people write a time."""


def _spans() -> Iterator[EdgeCase]:
    for name, written in WAYS:
        yield EdgeCase(f"open {name}", "", _span(-SOON_S, SOON_S, written), _award)
        yield EdgeCase(f"over {name}", "STAMP_EXPIRED", _span(None, -SOON_S, written), _award)
        early = _span(SOON_S, None, written)
        yield EdgeCase(f"early {name}", "STAMP_NOT_VALID_YET", early, _award)
    yield EdgeCase("day", "", _span(0, 0, _day), _award)
    yield EdgeCase("day over", "STAMP_EXPIRED", _span(None, -DAY_S, _day), _award)
    yield EdgeCase("day early", "STAMP_NOT_VALID_YET", _span(DAY_S, None, _day), _award)
    for name, code in (("ValidFrom", "STAMP_NOT_VALID_YET"), ("ValidTo", "STAMP_EXPIRED")):
        yield EdgeCase(f"unreadable {name}", code, _always({name: {"S": "soon"}}), _award)


def _unusual_places() -> Iterator[EdgeCase]:
    older = {"latitude": {"N": "35.0"}, "lng": {"N": "139.0"}, "radius": {"N": "20"}}
    yield EdgeCase("older spelling", "", lambda _: {"Location": {"M": older}}, _position)
    for name, lat, lon in (
        ("on the date line", 35, 180),
        ("on the equator at Greenwich", 0, 0),
        ("in the south-west", -35, -58),
    ):
        place = _located(str(lat), str(lon), {"N": "20"})
        yield EdgeCase(name, "", place, _at(lat=lat, lon=lon))


def _places() -> Iterator[EdgeCase]:
    yield from UNUSUAL_PLACES
    pole = _located("90", "180", {"N": "20"})
    oldest = {"lat": {"N": "-90"}, "longitude": {"N": "-180"}, "radiusM": {"N": "20"}}
    yield EdgeCase("north pole", "", pole, _at(lat=90, lon=180))
    yield EdgeCase("south pole", "", lambda _: {"Location": {"M": oldest}}, _at(lat=-90, lon=-180))
    for name, place in (
        ("off the map", _located("90.5", "139.0", {"N": "20"})),
        ("off the map in the east", _located("35.0", "180.5", {"N": "20"})),
        ("without a size", _located("35.0", "139.0", {"N": "0"})),
        ("of no size", _located("35.0", "139.0", {"S": "20"})),
    ):
        yield EdgeCase(name, "INVALID_LOCATION", place, _position)
        yield EdgeCase(f"award {name}", "INVALID_LOCATION", place, _award)
    yield EdgeCase("nowhere", "LOCATION_NOT_FOUND", _nowhere, _position)
    yield EdgeCase("award nowhere", "LOCATION_NOT_FOUND", _nowhere, _award)


UNUSUAL_PLACES = tuple(_unusual_places())
"""Places where careless code computes a wrong distance, or misreads the coordinates."""
_WITH_A_PICTURE = EdgeCase(
    "with a picture",
    "",
    lambda _: {"ImageUrl": {"S": IMAGE}, "Description": {"S": DESCRIPTION}},
    _award,
)
PICTURED = _WITH_A_PICTURE.stamp_id
EDGE_CASES = (
    *_spans(),
    *_places(),
    _WITH_A_PICTURE,
    EdgeCase("image", "STAMP_TYPE_MISMATCH", lambda _: {"Type": {"S": "IMAGE"}}, _position),
    EdgeCase(
        "award image by GPS", "STAMP_TYPE_MISMATCH", lambda _: {"Type": {"S": "IMAGE"}}, _award
    ),
    EdgeCase(
        "award image", "", lambda _: {"Type": {"S": "IMAGE"}, "Location": {"M": {}}}, _picture
    ),
)


def _on(day: str) -> tuple[EdgeCase, EdgeCase]:
    return _valid(day, _always({"ValidFrom": {"S": day}, "ValidTo": {"S": day}}))


def _valid(name: str, only: Callable[[int], Mapping[str, Any]]) -> tuple[EdgeCase, EdgeCase]:
    return EdgeCase(f"{name} first", "", only, _award), EdgeCase(f"{name} last", "", only, _award)


def _by_moments(day: str) -> Iterator[tuple[EdgeCase, EdgeCase]]:
    """Yield stamps that begin or end with the first or last second of a day, written in each way."""
    begins = int(datetime.combine(date.fromisoformat(day), time.min, JST).timestamp())
    for name, written in WAYS:
        ends = {"ValidFrom": written(begins), "ValidTo": written(begins + DAY_S - 1)}
        yield _valid(f"{day} {name}", _always(ends))


DAYS = {
    **{
        day: (_on(day),)
        for day in ("2024-12-30", "2026-08-31", "2026-09-01", "2027-01-03", "2027-01-04")
    },
    "2028-02-29": (_on("2028-02-29"), *_by_moments("2028-02-29")),
}
"""Day in Japan -> pairs of stamps that are valid on it alone: for its first and for its last second."""
FOR_A_DAY = tuple(one for pairs in DAYS.values() for both in pairs for one in both)
SPECIAL_MASTERS = (*EDGE_CASES, *FOR_A_DAY)
