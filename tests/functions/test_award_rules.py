"""Which stamp may be awarded when, and from where, by the domain alone."""

import pytest

from lambdas.award.domain import Rules, claim_in, judge
from lambdas.rally.refusals import Refusal
from tests.functions.events import USER

STATUE = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
NOW = 1762300000  # 2025-11-05, 08:46:40 in Japan
HERE = {"lat": 35.5, "lon": 139.6}
MASTER = {
    "Type": "GPS",
    "Name": "Statue",
    "Location": {"lat": 35.5, "lon": 139.6, "radiusM": 15},
}


def refused(master, **body):
    with pytest.raises(Refusal) as refusal:
        judge(claim_in(STATUE | body), MASTER | master, NOW, Rules())
    return refusal.value.code


@pytest.mark.parametrize(
    ("master", "code"),
    [
        ({"Type": "IMAGE"}, "STAMP_TYPE_MISMATCH"),
        ({"Type": None}, "STAMP_TYPE_MISMATCH"),
        ({"ValidFrom": 1762300001}, "STAMP_NOT_VALID_YET"),
        ({"ValidTo": 1762299999}, "STAMP_EXPIRED"),
        ({"ValidFrom": "2025-11-05T08:46:41"}, "STAMP_NOT_VALID_YET"),
        ({"ValidTo": "2025-11-04T23:46:39Z"}, "STAMP_EXPIRED"),
        ({"ValidFrom": "soon"}, "STAMP_NOT_VALID_YET"),
        ({"ValidTo": {}}, "STAMP_EXPIRED"),
    ],
    ids=str,
)
def test_stamp_of_another_type_or_time_is_refused(master, code):
    assert refused(master) == code


@pytest.mark.parametrize(
    "master",
    [
        {"ValidFrom": 1762300000, "ValidTo": 1762300000},
        {"ValidFrom": "2025-11-05T08:46:40", "ValidTo": "2025-11-05T08:46:40"},
        {"ValidFrom": "2025-11-05T08:46:40+09:00", "ValidTo": "2025-11-04T23:46:40Z"},
        {"ValidFrom": None, "ValidTo": None},
    ],
)
def test_both_ends_of_the_span_are_valid(master):
    assert judge(claim_in(STATUE), MASTER | master, NOW, Rules())


def test_position_is_judged_where_one_is_told():
    assert refused({}, lat=35.6, lon=139.6) == "OUT_OF_RANGE"
    assert judge(claim_in(STATUE | HERE), MASTER, NOW, Rules())


def test_claimed_inaccuracy_opens_nothing():
    assert refused({}, lat=35.6, lon=139.6, accuracy=1e9) == "OUT_OF_RANGE"


@pytest.mark.parametrize(
    ("location", "code"), [({}, "LOCATION_NOT_FOUND"), ({"lat": 1}, "INVALID_LOCATION")]
)
def test_told_position_needs_a_location_to_be_judged_against(location, code):
    assert refused({"Location": location}, **HERE) == code
