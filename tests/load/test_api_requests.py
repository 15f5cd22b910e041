"""Requests: each pair of user and spot is awarded once, positions have a known answer, users are kept apart."""

import json
from dataclasses import replace

import pytest

from lambdas.rally.domain.spots import Location, Position, distance_m
from load.engine.answers import RequestFactory
from load.engine.plan import AWARD, LIST, RANKING, VERIFY
from load.engine.session_pool import GpsSpot, SessionPool, SyntheticUser
from tests.load.runs import chance, pool

SPOTS = (GpsSpot("A", 35.0, 139.0, 15), GpsSpot("B", 43.06, 141.35, 50))
SMALL = SessionPool(pool(6).visitors, SPOTS)


def caller(of=SMALL, seed=1, **more):
    return RequestFactory(of, chance(seed), **more)


def awarded(one, count):
    return [one.make(AWARD).expect for _ in range(count)]


def test_workers_never_award_the_same_pair():
    workers = [caller(SMALL.part(number, 3)) for number in range(3)]
    pairs = [(award["user_id"], award["stamp_id"]) for w in workers for award in awarded(w, 4)]

    assert len(set(pairs)) == 12


def test_award_is_refused_rather_than_repeated():
    change = caller()
    awarded(change, 12)

    assert change.make(AWARD) is None


def test_used_users_are_listed_before_they_are_sent():
    one = caller()
    sent = [one.make(AWARD), one.make(AWARD)]

    assert one.used == [call.expect["user_id"] for call in sent]


@pytest.mark.parametrize("spot", SPOTS)
def test_positions_are_where_they_say(spot):
    """By the application's own haversine: within the radius, or far outside of any accuracy."""
    change = caller(replace(SMALL, spots=(spot,)))
    calls = [change.make(VERIFY) for _ in range(200)]
    place = Location(spot.lat, spot.lon, spot.radius_m)

    for call in calls:
        body = json.loads(call.body)
        metres = distance_m(Position(body["lat"], body["lon"], body["accuracy"]), place)
        assert (metres <= spot.radius_m) is call.expect["within"]
        assert call.expect["within"] or metres > 10 * spot.radius_m
    assert 30 <= sum(not call.expect["within"] for call in calls) <= 70, "a quarter is outside"


def test_calls_ask_for_their_own_user_with_its_own_session():
    visitor = SyntheticUser("Uload/1", "its-session")
    change = caller(SessionPool((visitor,), SPOTS))

    assert change.make(LIST).path == "/stamps?userId=Uload%2F1"
    assert change.make(RANKING).path == "/ranking/weekly?user_id=Uload%2F1"
    assert change.make(LIST).token == "its-session"


def test_visitor_does_not_show_its_session():
    assert "its-session" not in repr(SyntheticUser("Uload-1", "its-session"))
