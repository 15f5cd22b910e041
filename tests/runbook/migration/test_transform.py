"""Items in DynamoDB JSON: one form for one content, and nothing lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan import plan_for
from plan.canonical import TODAYS_NAME, canonical_hash, combined_hash, item_hash
from runbook.migration.dynamodb_json import (
    FormError,
    normal_number,
    portable,
    sendable,
    stored_bytes,
)
from runbook.migration.transform import transformed, transformed_master, validate
from signoff.environment import load
from tests.runbook.migration.two_tables import place, spot

NUMBERS = st.decimals(-(10**20), 10**20, allow_nan=False, places=9).map(str) | st.sampled_from(
    ("0", "-0", "007", "1E+2", "1.50", "35.555480000", "1e-130", "9.9E+125")
)
TEXTS = st.text(max_size=9)
SCALARS = (
    st.builds(lambda v: {"S": v}, TEXTS)
    | st.builds(lambda v: {"N": v}, NUMBERS)
    | st.builds(lambda v: {"BOOL": v}, st.booleans())
    | st.builds(lambda v: {"B": portable(v)}, st.binary(max_size=9))
    | st.just({"NULL": True})
)
SETS = st.builds(lambda v: {"SS": v}, st.lists(TEXTS, min_size=1, unique=True, max_size=4))
VALUES = st.recursive(
    SCALARS | SETS,
    lambda inner: (
        st.builds(lambda v: {"L": v}, st.lists(inner, max_size=3))
        | st.builds(lambda v: {"M": v}, st.dictionaries(TEXTS, inner, max_size=3))
    ),
    max_leaves=8,
)
SPELLED = st.fixed_dictionaries(
    {
        "lat": st.sampled_from(("lat", "latitude")),
        "lon": st.sampled_from(("lon", "lng", "longitude")),
        "radiusM": st.sampled_from(("radiusM", "radius")),
    }
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), SPELLED)
def test_fitting_changes_no_content_and_is_done_once(more, spelled):
    location = {spelled[name]: value for name, value in place().items()}
    item = {**more, "StampId": {"S": "A"}, "Location": {"M": location}}

    after = transformed_master(item)
    assert canonical_hash([after]) == canonical_hash([item])
    assert transformed_master(after) == after
    assert set(after["Location"]["M"]) == {"lat", "lon", "radiusM"}


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_what_is_written_as_json_is_sent_as_it_was(item):
    assert portable(sendable(item)) == item


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("035.50", "35.5"),
        ("1E+2", "100"),
        ("-1.0", "-1"),
        ("0.00000001", "0.00000001"),
        ("9.9E+125", "9.9E+125"),
        ("1" * 38, "1" * 38),
        ("1" + "0" * 60, "1E+60"),
    ],
)
def test_a_number_is_spelled_as_dynamodb_does(written, stored):
    assert normal_number(written) == stored


@pytest.mark.parametrize("text", ["", "one", "Infinity", "1E+126", "1E-131", "1" * 39])
def test_a_number_that_dynamodb_refuses_is_refused(text):
    with pytest.raises(FormError):
        normal_number(text)


def test_only_the_location_is_renamed():
    other = {"M": {"lat": {"N": "1"}, "lng": {"N": "2"}}}

    assert transformed_master(spot(1, Route=other))["Route"] == other
    assert transformed(spot(1, Location=other))["Location"] == other


def test_both_sides_know_the_same_spellings():
    """The hash takes for the same what the migration renames: else nothing would ever verify."""
    assert set(TODAYS_NAME.values()) == set(place())


def test_the_hash_of_a_table_follows_from_those_of_its_items():
    items = [spot(number) for number in range(9)]

    assert combined_hash(reversed([item_hash(one) for one in items])) == canonical_hash(items)


def test_the_size_of_an_item_counts_names_and_values():
    assert stored_bytes({"Id": {"S": "広場"}}) == 2 + 6
    assert stored_bytes({"Id": {"B": "AAAA"}}) == 2 + 3
    assert stored_bytes({"A": {"L": [{"BOOL": True}]}}) == 1 + 3 + 1 + 1
    assert stored_bytes({"A": {"M": {"b": {"N": "-35.5"}}}}) == 1 + 3 + 1 + 1 + 2
    assert stored_bytes({"A": {"SS": ["x", "yz"]}}) == 1 + 3


def test_only_items_that_are_respelled_are_shown_before_and_after():
    table = plan_for(load("local", variables={}).environment).table("stampmasters")
    fitting = {"StampId": {"S": "A"}, "Location": {"M": place()}}
    old = {"StampId": {"S": "B"}, "Location": {"M": {**place(), "longitude": place()["lon"]}}}
    del old["Location"]["M"]["lon"]

    found = validate([fitting, old], table, transformed_master, lambda _: None)

    assert (found.count, found.respelled) == (2, 1)
    assert found.first == [(old, transformed_master(old))]
