"""When a stamp master is well formed: the same for a migration beforehand and for the checks afterwards."""

from datetime import date

import pytest

from plan.masters import flaw, malformed, number, validity
from tests.runbook.migration.two_tables import place, spot

IMAGE = {"StampId": {"S": "I"}, "Name": {"S": "image"}, "Type": {"S": "IMAGE"}}
GOOD = {
    "a spot": spot(1),
    "an image needs no place": IMAGE,
    "the edges of the earth": spot(1, Location={"M": place("-90", "180", "1000")}),
    "seconds": spot(1, ValidFrom={"N": "1764547200"}),
    "ISO 8601 in Japan": spot(1, ValidFrom={"S": "2026-12-01"}, ValidTo={"S": "2026-12-31T12:00"}),
    "null is no end": spot(1, ValidTo={"NULL": True}),
}
BAD = {
    "no id": ({**IMAGE, "StampId": {"S": ""}}, "StampId is missing, empty or not text"),
    "no name": ({"StampId": {"S": "I"}, "Type": {"S": "IMAGE"}}, "Name is missing"),
    "no type": ({"StampId": {"S": "I"}, "Name": {"S": "n"}}, "Type is missing, not GPS / IMAGE"),
    "no place": ({**spot(1), "Location": {"S": "here"}}, "Location has 'here'"),
    "a place that is null": ({**spot(1), "Location": {"NULL": True}}, "Location has nothing"),
    "an empty place": (spot(1, Location={"M": {}}), "Location has nothing"),
    "one spelling more": (
        spot(1, Location={"M": {**place(), "lng": {"N": "1"}}}),
        "Location has lat, lng, lon",
    ),
    "beyond the pole": (spot(1, Location={"M": place(lat="90.001")}), "lat is 90.001"),
    "around the earth": (spot(1, Location={"M": place(lon="-181")}), "lon is -181"),
    "no radius": (spot(1, Location={"M": place(radius="0")}), "radiusM is 0"),
    "a radius in the wrong unit": (
        spot(1, Location={"M": place(radius="15000")}),
        "radiusM is 15000",
    ),
    "a beginning nobody can read": (spot(1, ValidFrom={"S": "soon"}), "can't be read"),
    "milliseconds": (spot(1, ValidTo={"N": "1764547200000"}), "can't be read"),
    "a date in digits": (spot(1, ValidFrom={"N": "20261201"}), "'20261201'… can't be read"),
    "an end before the beginning": (
        spot(1, ValidFrom={"N": "1764547201"}, ValidTo={"N": "1764547200"}),
        "ValidTo is before ValidFrom",
    ),
}


@pytest.mark.parametrize("item", GOOD.values(), ids=GOOD)
def test_a_good_master_has_no_flaw(item):
    assert flaw(item) is None
    assert not malformed((item,))


@pytest.mark.parametrize(("item", "why"), BAD.values(), ids=BAD)
def test_a_bad_master_is_told(item, why):
    assert why in str(flaw(item))
    assert malformed((item,))


def test_yes_is_no_time():
    assert "can't be read" in str(flaw(spot(1, ValidFrom={"BOOL": True})))


def test_a_master_without_an_id_counts_by_its_place():
    assert list(malformed([spot(1), {}, spot(2, Type={"S": "QR"})])) == ["item 2", "SPOT-00002"]


def test_stamps_are_ended_later_or_valid_on_a_day_in_japan():
    day = date(2026, 12, 1)
    ten, next_day = {"S": "2026-12-01T10:00:00"}, {"S": "2026-12-02T00:00:00"}
    whole = spot(4, ValidFrom={"S": "2026-11-30T15:00:00+00:00"}, ValidTo={"S": "2026-12-02"})
    early = spot(2, ValidTo={"S": "2026-12-01T23:58:59"})
    late = spot(5, ValidFrom={"S": "2026-12-01T23:59:00"})
    spans = validity(
        [spot(1, ValidFrom=ten), early, spot(3, ValidFrom=next_day), whole, late, IMAGE], day
    )

    assert spans.ended == {"SPOT-00002": "…'2026-12-01T23:58:59'"}
    assert spans.later == {"SPOT-00003": "'2026-12-02T00:00:00'…"}
    assert list(spans.valid) == ["SPOT-00001", "SPOT-00004", "SPOT-00005", "I"]


@pytest.mark.parametrize(
    ("day", "last", "valid"),
    [
        (date(2026, 11, 30), "2026-11-30", True),
        (date(2026, 12, 1), "2026-11-30", False),
        (date(2026, 11, 30), "2026-11-30T23:59:59", True),
        (date(2026, 11, 30), "2026-11-30 23:59", True),
        (date(2026, 11, 30), "2026-11-30T00:00", False),
    ],
)
def test_the_last_day_of_a_validity_belongs_to_it_whole(day, last, valid):
    master = spot(1, ValidFrom={"S": "2026-11-30"}, ValidTo={"S": last})

    assert flaw(master) is None
    assert bool(validity([master], day).valid) == valid


@pytest.mark.parametrize("typed", [None, {"S": "1"}, {"N": "NaN"}, {"N": "x"}, {"N": None}])
def test_what_is_no_number_is_none(typed):
    assert number(typed) is None
