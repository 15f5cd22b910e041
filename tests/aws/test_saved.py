"""What is saved comes back equal: every section, read or unread."""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aws.inventory import Inventory, Sections
from aws.saved import digest, from_json, to_json
from tests.aws.answers import CANARY
from tests.unread import changed, refused, unreadable

SECTIONS = [field.name for field in fields(Sections)]
TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
PLAIN = {
    Any: st.recursive(TEXT | st.booleans() | st.none(), lambda one: st.lists(one, max_size=2)),
    NoneType: st.none(),
    bool: st.booleans(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    float: st.floats(allow_nan=False, allow_infinity=False),
    int: st.integers(),
    str: TEXT,
}


def strategy(hint):
    """Values of any type that an inventory is made of."""
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        own = {field.name: hints[field.name] for field in fields(hint)}
        return st.builds(
            hint, **{name: st.deferred(lambda h=h: strategy(h)) for name, h in own.items()}
        )
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return st.one_of(*(strategy(one) for one in inner))
    if get_origin(hint) is tuple:
        return st.lists(strategy(inner[0]), max_size=2).map(tuple)
    assert issubclass(get_origin(hint), Mapping), f"{hint} is new: say how to make one"
    return st.dictionaries(strategy(inner[0]), strategy(inner[1]), max_size=2)


def test_healthy_inventory_comes_back_equal(healthy):
    assert from_json(to_json(healthy)) == healthy


def test_item_with_an_unknown_fact_comes_back_with_it(healthy):
    (name,) = healthy.sections.buckets
    bucket = changed(healthy.sections.buckets[name], policy=refused("s3:GetBucketPolicy: Denied"))
    partly = replace(healthy, sections=replace(healthy.sections, buckets={name: bucket}))
    again = from_json(to_json(partly))

    assert again == partly
    assert again.sections.buckets[name].region == bucket.region
    assert unreadable(again) == [f"buckets {name}: policy: s3:GetBucketPolicy: Denied"]


@given(inventory=strategy(Inventory))
@settings(max_examples=40)
def test_any_inventory_comes_back_equal(inventory):
    assert from_json(to_json(inventory)) == inventory


NO = refused("kms:ListGrants: AccessDenied: no")


def changed_by_saving(inventory, found):
    """Return the sections that come back as something else, each saved once with what ``found`` makes of it."""
    made = {
        name: replace(
            inventory,
            sections=replace(
                inventory.sections, **{name: found(getattr(inventory.sections, name))}
            ),
        )
        for name in SECTIONS
    }
    return [name for name, saved in made.items() if from_json(to_json(saved)) != saved]


def test_unread_section_comes_back_unread(healthy):
    assert changed_by_saving(healthy, lambda _: NO) == []


def test_unread_item_comes_back_unread(healthy):
    assert changed_by_saving(healthy, lambda items: {**items, "unreadable": NO}) == []


def test_digest_is_of_the_content_and_survives_saving(healthy):
    changed = replace(healthy, calls=healthy.calls + 1)

    assert digest(from_json(to_json(healthy))) == digest(healthy)
    assert digest(changed) != digest(healthy)


def test_no_secret_is_saved(healthy):
    assert CANARY not in to_json(healthy)


def test_no_address_of_a_person_is_saved(healthy):
    assert "on-call@" not in to_json(healthy)
    assert "9012345678" not in to_json(healthy)


def test_real_user_is_not_saved(healthy):
    assert "U" + "a" * 32 not in to_json(healthy)


@pytest.mark.parametrize("text", ["{}", "[]", '{"sections": {}}', '{"sections": null}', "nonsense"])
def test_something_else_is_no_inventory(text):
    with pytest.raises(ValueError, match=r"no saved inventory|Expecting value"):
        from_json(text)


def test_item_of_another_shape_is_no_inventory(healthy):
    raw = json.loads(to_json(healthy))
    raw["sections"]["tables"]["Users-prod"]["arn"] = None

    with pytest.raises(ValueError, match="arn"):
        from_json(json.dumps(raw))
