"""Distances and locations, by the domain alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.domain.spots import (
    EARTH_RADIUS_M,
    Location,
    Position,
    distance_m,
    is_within,
    location_of,
)

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)
ONE_DEGREE_M = 111_194.93


def at(lat, lon, accuracy=None):
    return Position(lat, lon, accuracy)


def test_a_degree_of_the_equator_is_111_195_metres():
    assert distance_m(at(0, 0), Location(0, 1, 15)) == pytest.approx(ONE_DEGREE_M, abs=0.01)


def test_tokyo_to_osaka_is_what_the_spherical_law_of_cosines_says():
    osaka = Location(34.702485, 135.495951, 15)

    assert distance_m(at(35.681236, 139.767125), osaka) == pytest.approx(403_057.53, abs=0.01)


def test_antipodes_whose_chord_is_rounded_above_one_are_half_the_globe_apart():
    opposite = Location(-69.51232454868148, 133.29061412997535, 15)
    distance = distance_m(at(69.51232454868148, -46.70938587002465), opposite)

    assert distance == pytest.approx(EARTH_RADIUS_M * math.pi)


def test_the_date_line_is_no_gap():
    distance = distance_m(at(0, 179.5), Location(0, -179.5, 15))

    assert distance == pytest.approx(ONE_DEGREE_M, abs=0.01)


@given(LATITUDES, LONGITUDES, LATITUDES, LONGITUDES)
def test_no_two_places_are_farther_apart_than_half_the_globe(lat1, lon1, lat2, lon2):
    distance = distance_m(at(lat1, lon1), Location(lat2, lon2, 15))

    assert 0 <= distance <= EARTH_RADIUS_M * math.pi * (1 + 1e-12)


@given(LATITUDES, LONGITUDES)
def test_the_spot_itself_is_within(lat, lon):
    assert is_within(at(lat, lon), Location(lat, lon, 0.001))


def test_the_radius_itself_is_within():
    here, metres = at(35.0001, 139.0001), distance_m(at(35.0001, 139.0001), Location(35, 139, 1))

    assert is_within(here, Location(35, 139, metres))
    assert not is_within(here, Location(35, 139, math.nextafter(metres, 0)))


@pytest.mark.parametrize(
    ("metres", "accuracy", "within"),
    [
        (14, None, True),
        (16, None, False),
        (29, 30, True),
        (31, 30, False),
        (49, 80, True),
        (51, 80, False),
        (51, 1e9, False),
        (14, 1, True),
    ],
)
def test_accuracy_widens_a_smaller_radius_up_to_the_cap(metres, accuracy, within):
    position = at(metres / ONE_DEGREE_M, 0, accuracy)

    assert is_within(position, Location(0, 0, 15), cap_m=50) is within


@pytest.mark.parametrize(
    "spelt",
    [
        {"lat": 1, "lon": 2.5, "radiusM": 15},
        {"latitude": 1, "longitude": 2.5, "radius": 15},
        {"lat": 1, "lng": 2.5, "radius": 15},
    ],
)
def test_location_is_read_in_every_spelling(spelt):
    assert location_of({"Location": spelt}) == Location(1, 2.5, 15)


@pytest.mark.parametrize(("lat", "lon"), [(90, 180), (-90, -180)])
def test_location_at_the_end_of_the_world_is_read(lat, lon):
    assert location_of({"Location": {"lat": lat, "lon": lon, "radius": 15}}) == Location(
        lat, lon, 15
    )


@pytest.mark.parametrize("master", [{}, {"Location": {}}, {"Location": "35,139"}])
def test_absent_location_is_not_found(master):
    with pytest.raises(Refusal) as refusal:
        location_of(master)

    assert refusal.value.code == "LOCATION_NOT_FOUND"


@pytest.mark.parametrize(
    "broken",
    [
        {"lat": "35.5"},
        {"lat": 90.1},
        {"lat": True},
        {"lon": -180.1},
        {"lon": None},
        {"radiusM": 0},
        {"radiusM": -15},
        {"radiusM": float("inf")},
    ],
)
def test_unreadable_location_is_invalid(broken):
    with pytest.raises(Refusal) as refusal:
        location_of({"Location": {"lat": 35.5, "lon": 139.6, "radiusM": 15} | broken})

    assert refusal.value.code == "INVALID_LOCATION"
