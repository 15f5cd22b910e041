"""Items in DynamoDB JSON: one form for one content, and nothing lost on the way."""

from hypothesis import given
from hypothesis import strategies as st

from plan.canonical import TODAYS_NAME, canonical_hash, combined_hash, item_hash
from runbook.migration.items import transformed_master
from tests.runbook.migration.two_tables import place, spot

NUMBERS = st.decimals(-(10**20), 10**20, allow_nan=False, places=9).map(str) | st.sampled_from(
    ("0", "-0", "007", "1E+2", "1.50", "35.555480000", "1e-130", "9.9E+125")
)
TEXTS = st.text(max_size=9)
SCALARS = (
    st.builds(lambda v: {"S": v}, TEXTS)
    | st.builds(lambda v: {"N": v}, NUMBERS)
    | st.builds(lambda v: {"BOOL": v}, st.booleans())
    | st.builds(lambda v: {"B": v}, st.binary(max_size=9))
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


def test_a_location_with_two_spellings_of_one_thing_is_left_to_a_person():
    item = spot(1, Location={"M": {**place(), "latitude": {"N": "1"}}})

    assert transformed_master(item) == item


def test_only_the_location_is_renamed():
    other = {"M": {"lat": {"N": "1"}, "lng": {"N": "2"}}}

    assert transformed_master(spot(1, Route=other))["Route"] == other


def test_both_sides_know_the_same_spellings():
    """The hash takes for the same what the migration renames: else nothing would ever verify."""
    assert set(TODAYS_NAME.values()) == set(place())


def test_the_hash_of_a_table_follows_from_those_of_its_items():
    items = [spot(number) for number in range(9)]

    assert combined_hash(reversed([item_hash(item) for item in items])) == canonical_hash(items)
