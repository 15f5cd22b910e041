"""Which stamp may be awarded when, and from where, by the domain alone; the checks take the same for its defaults."""

from datetime import datetime

import pytest

from checks.variables import DEFAULTS
from lambdas.award.domain import Rules, claim_in, judge, notification
from lambdas.notify.domain import message_for, notification_in
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import ACCURACY_CAP_M
from tests.lambdas.events import USER

STATUE = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
NOW = 1762300000  # 2025-11-05, 08:46:40 in Japan
HERE = {"lat": 35.5, "lon": 139.6}
MASTER = {
    "Type": "GPS",
    "Name": "Statue",
    "Location": {"lat": 35.5, "lon": 139.6, "radiusM": 15},
}


def refused(master, now=NOW, **body):
    with pytest.raises(Refusal) as refusal:
        judge(claim_in(STATUE | body), MASTER | master, now, Rules())
    return refusal.value.code


def at(moment):
    return int(datetime.fromisoformat(moment).timestamp())


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
        ({"ValidFrom": ""}, "STAMP_NOT_VALID_YET"),
        ({"ValidFrom": True}, "STAMP_NOT_VALID_YET"),
        ({"ValidTo": {}}, "STAMP_EXPIRED"),
        ({"ValidTo": ""}, "STAMP_EXPIRED"),
        ({"ValidTo": 0}, "STAMP_EXPIRED"),
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


@pytest.mark.parametrize(
    ("master", "moment"),
    [
        ({"ValidTo": "2026-11-30"}, "2026-11-30T23:59:59+09:00"),
        ({"ValidTo": "20261130"}, "2026-11-30T23:59:59+09:00"),
        ({"ValidFrom": "2026-11-30"}, "2026-11-30T00:00:00+09:00"),
        ({"ValidFrom": "2026-11-30", "ValidTo": "2026-11-30"}, "2026-11-30T12:00:00+09:00"),
        ({"ValidTo": "2026-11-30T00:00"}, "2026-11-30T00:00:00+09:00"),
    ],
    ids=str,
)
def test_both_days_of_a_span_of_dates_are_valid_in_japan(master, moment):
    assert judge(claim_in(STATUE), MASTER | master, at(moment), Rules())


@pytest.mark.parametrize(
    ("master", "moment", "code"),
    [
        ({"ValidTo": "2026-11-30"}, "2026-12-01T00:00:00+09:00", "STAMP_EXPIRED"),
        ({"ValidFrom": "2026-11-30"}, "2026-11-29T23:59:59+09:00", "STAMP_NOT_VALID_YET"),
        ({"ValidTo": "2026-11-30T00:00"}, "2026-11-30T00:00:01+09:00", "STAMP_EXPIRED"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["GPS", "IMAGE"])
def test_day_before_and_day_after_a_span_of_dates_are_not(master, moment, code, kind):
    assert refused(master | {"Type": kind}, now=at(moment), method=kind) == code


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


@pytest.mark.parametrize(
    ("master", "told"),
    [
        ({"Name": "旧図書館\u3000本館"}, "旧図書館\u3000本館"),
        ({"Name": " 塔\t（南）\n"}, "塔 （南）"),
        ({"Name": "塔" * 400}, "塔" * 300),
        ({"Name": "\u3000"}, "STATUE-001"),
        ({"Name": None}, "STATUE-001"),
        ({"Name": 7}, "STATUE-001"),
    ],
    ids=repr,
)
def test_notify_accepts_whatever_a_master_is_called(master, told):
    sent = notification(claim_in(STATUE), MASTER | master, 0)

    assert sent["data"]["stamp_name"] == told
    assert told in message_for(notification_in(sent))["altText"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.jp/1.png?a=%20&b=[1]", "https://example.jp/1.png?a=%20&b=[1]"),
        ("https://example.jp:443?a={b}", "https://example.jp:443?a=%7Bb%7D"),
        ("https://example.jp/銅 像.png", "https://example.jp/%E9%8A%85%20%E5%83%8F.png"),
    ],
)
def test_picture_of_a_master_is_told_as_line_takes_it(url, shown):
    sent = notification(claim_in(STATUE), MASTER | {"ImageUrl": url}, 0)

    assert message_for(notification_in(sent))["contents"]["hero"]["url"] == shown


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "http://example.jp/1.png",
        "https://",
        "https://[",
        "https://example.jp/" + "像" * 300,
    ],
)
def test_picture_that_line_does_not_show_is_left_out_and_the_winner_told(url):
    sent = notification(claim_in(STATUE), MASTER | {"ImageUrl": url}, 0)

    assert "hero" not in message_for(notification_in(sent))["contents"]


def test_defaults_are_those_of_the_functions():
    assert float(DEFAULTS["ACCURACY_CAP_M"]) == Rules().accuracy_cap_m == ACCURACY_CAP_M
    assert (DEFAULTS["AWARD_REQUIRES_POSITION"] == "true") is Rules().position_required
