"""The canonical hash tells contents apart, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.canonical import canonical_hash, item_hash

SPOT = {
    "StampId": {"S": "A"},
    "Location": {"M": {"lat": {"N": "35.5"}, "lon": {"N": "139"}, "radiusM": {"N": "15"}}},
}


def spot(**location):
    return {"StampId": {"S": "A"}, "Location": {"M": {k: {"N": v} for k, v in location.items()}}}


@pytest.mark.parametrize(
    "same",
    [
        spot(radiusM="15", lon="139", lat="35.5"),
        spot(lat="35.50", lon="1.39E+2", radiusM="15.0"),
        spot(latitude="35.5", longitude="139", radius="15"),
        spot(lat="35.5", lng="139", radiusM="15"),
    ],
)
def test_the_same_spot_has_the_same_hash_however_it_is_spelled(same):
    assert item_hash(same) == item_hash(SPOT)


@pytest.mark.parametrize(
    "other",
    [
        spot(lat="35.5", lon="139", radiusM="16"),
        spot(lat="35.5000000000000000000000000000000000001", lon="139", radiusM="15"),
        spot(lat="139", lon="35.5", radiusM="15"),
        spot(lat="35.5", lon="139", lng="139", radiusM="15"),
        {**SPOT, "Name": {"S": ""}},
        {**SPOT, "StampId": {"N": "1"}},
    ],
)
def test_another_spot_has_another_hash(other):
    assert item_hash(other) != item_hash(SPOT)


def test_of_two_old_spellings_none_hides_the_other():
    of_two = [spot(lat="35.5", lng=lng, longitude="3", radiusM="15") for lng in ("2", "9")]

    assert item_hash(of_two[0]) != item_hash(of_two[1])
    assert item_hash(of_two[0]) == item_hash(spot(lat="35.5", lon="2", longitude="3", radiusM="15"))


def test_a_number_is_not_the_text_that_spells_it():
    assert item_hash({"a": {"N": "1"}}) != item_hash({"a": {"S": "1"}})


def test_zero_has_one_spelling():
    assert len({item_hash({"a": {"N": zero}}) for zero in ("0", "-0", "0.0", "0E+3")}) == 1


def test_sets_have_no_order_and_lists_have():
    numbers = [{"a": {"NS": one}} for one in (["1", "2.0"], ["2", "1"])]
    lists = [{"a": {"L": [{"N": a}, {"N": b}]}} for a, b in (("1", "2"), ("2", "1"))]

    assert len(set(map(item_hash, numbers))) == 1
    assert len(set(map(item_hash, lists))) == 2


def test_bytes_are_what_their_base64_is():
    assert item_hash({"a": {"B": b"\x00\xff"}}) == item_hash({"a": {"B": "AP8="}})


@given(st.permutations([{"StampId": {"S": str(number)}} for number in range(6)]))
def test_the_order_of_items_does_not_matter(items):
    assert canonical_hash(items) == canonical_hash(sorted(items, key=str))


def test_how_often_an_item_is_there_matters():
    assert canonical_hash([SPOT]) != canonical_hash([SPOT, SPOT])


def test_what_is_no_dynamodb_json_is_refused():
    with pytest.raises(ValueError, match="not one DynamoDB type"):
        item_hash({"a": {}})
