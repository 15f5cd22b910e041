"""What is read before a call is made: spots of a table, a key, an address."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jwt
import pytest

from aws.inventory import ReadOptions
from aws.section import Follows, NotTestable, Unreadable
from aws.words import Words
from plan import plan_for
from plan.masters import spots_in
from signoff.environment.schema import Domain
from signoff.judge.observations import Observations
from smoke.logs import logs_of
from smoke.row_calls import RowCalls
from smoke.sessions import KINDS
from smoke.suite_session import address, api_key, suite_session
from smoke.test_line import same_page

MASTER = {
    "StampId": {"S": "B-1"},
    "Name": {"S": "B"},
    "Type": {"S": "GPS"},
    "Location": {"M": {"lat": {"N": "35.5"}, "lon": {"N": "139.5"}, "radiusM": {"N": "20"}}},
}
EXPIRED = next(kind for kind in KINDS if kind.en == "expired")
API = "https://api.example.jp/v1"
OLDER = {"latitude": {"N": "35.5"}, "lng": {"N": "139.5"}, "radius": {"N": "20"}}


def spot(**attributes):
    return spots_in(({**MASTER, **attributes},))


def test_spot_is_read_in_todays_spelling_and_in_older_ones():
    assert spot(Location={"M": OLDER}) == spot()
    assert (spot()[0].lat, spot()[0].lon, spot()[0].radius_m) == (35.5, 139.5, 20)


@pytest.mark.parametrize(
    "attributes",
    [
        {"Type": {"S": "IMAGE"}},
        {"Location": {"M": {}}},
        {"Location": {"S": "here"}},
        {"Location": {"M": {**OLDER, "lng": {"S": "east"}}}},
        {"ValidFrom": {"S": "soon"}},
    ],
)
def test_master_that_is_no_readable_spot_is_left_out(attributes):
    assert spot(**attributes) == ()


@pytest.mark.parametrize(
    ("address", "expected"), [("/b.png", "/b.png"), ("http://example.jp/b.png", None), ("", None)]
)
def test_picture_is_expected_in_a_list_where_the_front_end_can_show_it(address, expected):
    (found,) = spot(ImageUrl={"S": address})

    assert found.collected(0).get("image_url") == expected


@pytest.mark.parametrize(
    ("attributes", "is_open", "refusal"),
    [
        ({}, True, "STAMP_EXPIRED"),
        ({"ValidFrom": {"N": "1000"}}, True, "STAMP_EXPIRED"),
        ({"ValidFrom": {"N": "1001"}}, False, "STAMP_NOT_VALID_YET"),
        ({"ValidTo": {"N": "999"}}, False, "STAMP_EXPIRED"),
        ({"ValidFrom": {"S": "1970-01-01T09:16:40"}}, True, "STAMP_EXPIRED"),
        ({"ValidFrom": {"S": "1970-01-01T09:16:41"}}, False, "STAMP_NOT_VALID_YET"),
        ({"ValidFrom": {"S": "1970-01-01T00:16:41+00:00"}}, False, "STAMP_NOT_VALID_YET"),
    ],
)
def test_spot_is_open_in_its_season(attributes, is_open, refusal):
    (found,) = spot(**attributes)

    assert found.open_at(1000) == is_open
    assert found.refusal_at(1000) == refusal


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-29T23:59:59+09:00", False),
        ("2026-11-30T00:00:00+09:00", True),
        ("2026-11-30T23:59:59+09:00", True),
        ("2026-12-01T00:00:00+09:00", False),
    ],
)
def test_spot_is_open_all_through_the_last_day_of_its_season(moment, is_open):
    (found,) = spot(ValidFrom={"S": "2026-11-30"}, ValidTo={"S": "2026-11-30"})

    assert found.open_at(datetime.fromisoformat(moment).timestamp()) == is_open


def test_position_away_is_on_the_map_everywhere():
    north = {"M": {**MASTER["Location"]["M"], "lat": {"N": "90"}}}
    (found,) = spot(Location=north)

    assert found.away(5000)["lat"] < 90


def snapshot(environment, **sections):
    plan = plan_for(environment)
    inventory = SimpleNamespace(sections=SimpleNamespace(**sections), endpoint=None)
    return SimpleNamespace(environment=environment, plan=plan, inventory=inventory)


@pytest.mark.parametrize(
    ("opens", "same"),
    [
        ("https://Rally.Example.JP/App", True),
        ("HTTPS://rally.example.jp:443/App/", True),
        ("https://rally.example.jp/app", False),
        ("https://rally.example.jp:8443/App", False),
        ("https://rally.example.jp/App?stage=dev", False),
        ("http://rally.example.jp/App", False),
        ("https://rally.example.jp.evil.example/App", False),
        ("https://user@rally.example.jp/App", False),
        ("rally.example.jp/App", False),
        ("https://[/App", False),
    ],
)
def test_liff_app_opens_the_page_whose_address_a_browser_takes_for_the_same(opens, same):
    assert same_page(opens, "https://rally.example.jp/App/") is same


APIS = {"stamp-rally-local-api": (SimpleNamespace(id="abc123"),)}
UNREAD = Unreadable(Words.same("apigateway:GetRestApis: AccessDenied"))
URL = "http://127.0.0.1:1/local"


def through_its_domain(environment):
    return replace(environment, domain=Domain(name="api.a.jp", base_path="v1"))


@pytest.mark.parametrize("apis", [APIS, UNREAD])
def test_api_is_called_where_the_command_line_says(environment, apis):
    assert address(snapshot(environment, rest_apis=apis), f"{URL}/") == URL


@pytest.mark.parametrize("apis", [APIS, UNREAD])
def test_api_is_called_through_its_domain(environment, apis):
    named = snapshot(through_its_domain(environment), rest_apis=apis)

    assert address(named, None) == "https://api.a.jp/v1"


def test_api_without_a_domain_is_called_by_its_id(environment):
    url = address(snapshot(environment, rest_apis=APIS), None)

    assert url == "https://abc123.execute-api.ap-northeast-1.amazonaws.com/local"


def test_api_of_an_account_elsewhere_is_not_called_at_the_environments_address(environment):
    elsewhere = snapshot(environment, rest_apis=APIS)
    elsewhere.inventory.endpoint = "http://127.0.0.1:4566"

    with pytest.raises(NotTestable, match=r"at http://127.0.0.1:4566, .* add --api-url URL"):
        address(elsewhere, None)
    assert address(elsewhere, URL) == URL


@pytest.mark.parametrize("url", [None, URL])
@pytest.mark.parametrize("named", [replace, through_its_domain])
def test_absent_api_is_another_rows_matter(environment, named, url):
    with pytest.raises(Follows) as absent:
        address(snapshot(named(environment), rest_apis={}), url)

    assert absent.value.root == "DEP-20"


def keys(*items):
    """Return API keys, one a page."""
    pages = SimpleNamespace(paginate=lambda **_: [{"items": [key]} for key in items])
    return lambda _: SimpleNamespace(get_paginator=lambda _: pages)


def test_key_of_browsers_is_read_by_its_exact_name(environment):
    with_key = snapshot(replace(environment, api_key=True))
    name = with_key.plan.api.usage_plan.api_key
    found = keys({"name": f"{name}-old", "value": "old"}, {"name": name, "value": "new"})

    assert api_key(with_key, found) == "new"
    assert api_key(snapshot(environment), found) is None


def test_absent_key_is_another_rows_matter(environment):
    with pytest.raises(Follows) as absent:
        api_key(snapshot(replace(environment, api_key=True)), keys())

    assert absent.value.root == "SEC-31"
    assert isinstance(absent.value, NotTestable)


def test_sessions_are_dated_and_lines_looked_for_by_the_clock_of_aws(rally):
    """AWS bears with a clock of less than five minutes; there an expired session was still valid."""
    late = ReadOptions(now=lambda: datetime.now(UTC) - timedelta(minutes=4))
    snapshot = replace(rally.snapshot(), reading=late)
    with suite_session(snapshot, rally.api, embedded=True, environ={}, aws=rally.client) as suite:
        live = suite.sessions.live(suite.sessions.user("a"))
        expired = suite.sessions.bad(EXPIRED, live)
        searched = logs_of(RowCalls(suite, "MON-14", Observations()))

    of_aws = late.now().timestamp()
    assert claims_of(live)["iat"] <= of_aws
    assert claims_of(expired)["exp"] < of_aws
    assert searched.skew_s >= 240


def claims_of(session):
    return jwt.decode(session.token, options={"verify_signature": False})
