"""POST /gps/verify: the judged distance, or why there is none."""

import pytest

from lambdas.gps_verify import handler as gps_verify
from tests.lambdas.events import OTHER, USER
from tests.lambdas.rally_account import UNUSUAL_NAMES

ROUTE = "POST /gps/verify"
AT_THE_STATUE = {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6}


def test_position_at_the_spot_is_within(call):
    assert call(gps_verify, ROUTE, body=AT_THE_STATUE).body == {
        "ok": True,
        "spotId": "STATUE-001",
        "name": "Statue",
        "lat": 35.5,
        "lon": 139.6,
        "distanceM": 0.0,
        "within": True,
        "radiusM": 15,
        "accuracy": None,
    }


def test_distance_has_two_decimals(call):
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {"lat": 35.5003, "accuracy": 5})

    assert answer.body["distanceM"] == 33.36
    assert answer.body["within"] is False
    assert answer.body["accuracy"] == 5


@pytest.mark.parametrize("name", ["lat", "lon", "accuracy"])
def test_null_is_no_number_rather_than_missing(name, call):
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {name: None})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.body["message"].startswith(f"{name} must be a number")


def test_edge_of_a_spot_is_judged_to_the_centimetre(call):
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {"lat": 35.500136, "accuracy": 0})

    assert answer.body["distanceM"] == 15.12
    assert answer.body["within"] is False
    assert answer.body["accuracy"] == 0


def test_cap_is_the_environments(call, environ):
    near = AT_THE_STATUE | {"lat": 35.5003, "accuracy": 40}
    strict = environ | {"ACCURACY_CAP_M": "20"}

    assert call(gps_verify, ROUTE, body=near).body["within"] is True
    assert call(gps_verify, ROUTE, body=near, environ=strict).body["within"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": None},
        {"lat": "35.5"},
        {"lat": True},
        {"lat": 90.01},
        {"lon": -180.01},
        {"lon": 10**400},
        {"accuracy": -1},
        {"accuracy": "5"},
        {"spotId": 7},
        {"spotId": ""},
        {"spotId": "#2025-11"},
        {"spotId": "a" * 129},
        {"spotId": "\ud800"},
        {"userId": None},
        {"userId": ["U1"]},
    ],
    ids=str,
)
def test_member_of_a_wrong_type_or_range_is_400_and_named(call, wrong):
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | wrong)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.body["message"].startswith(next(iter(wrong)))


@pytest.mark.parametrize(
    ("master", "code"),
    [
        ({"Type": {"S": "IMAGE"}}, "STAMP_TYPE_MISMATCH"),
        ({"Location": {"M": {}}}, "LOCATION_NOT_FOUND"),
        ({"Location": {"M": {"lat": {"N": "1"}}}}, "INVALID_LOCATION"),
    ],
)
def test_spot_that_cannot_be_judged_is_400(call, account, master, code):
    account.master("BROKEN-1", **master)
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {"spotId": "BROKEN-1"})

    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(("name", "shown"), UNUSUAL_NAMES, ids=str)
def test_spot_goes_by_what_is_legible_of_its_name_or_by_its_id(call, account, name, shown):
    account.master("STRANGE-1", Name=name)

    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {"spotId": "STRANGE-1"})

    assert answer.body["name"] == shown


def test_unknown_spot_is_404(call):
    answer = call(gps_verify, ROUTE, body=AT_THE_STATUE | {"spotId": "NOWHERE"})

    assert (answer.status, answer.code) == (404, "STAMP_NOT_FOUND")


def test_anothers_position_is_403(call):
    assert call(gps_verify, ROUTE, body=AT_THE_STATUE | {"userId": OTHER}).code == "FORBIDDEN"


def test_accuracy_that_is_null_is_400(call):
    body = {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6, "accuracy": None}
    answer = call(gps_verify, ROUTE, body=body)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize(("lat", "lon"), [("0", "0"), ("0", "139"), ("35", "0"), ("35", "180")])
def test_spot_on_the_equator_or_a_meridian_is_a_place(call, account, lat, lon):
    place = {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": "15"}}
    account.master("EDGE", Location={"M": place})
    body = {"userId": USER, "spotId": "EDGE", "lat": float(lat), "lon": float(lon)}

    assert call(gps_verify, "POST /gps/verify", body=body).body["within"] is True
