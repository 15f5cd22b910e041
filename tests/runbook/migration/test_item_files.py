"""Items from a file: the forms that people really have are taken, every other is told in one sentence."""

import json

import pytest

from plan import plan_for
from plan.canonical import canonical_hash
from runbook.engine import Refused, Stopped
from runbook.migration.limits import refused
from runbook.migration.source import items_in
from runbook.procedures import migrate_masters
from tests.runbook.migration.two_tables import TARGET, everything, spot

SPOTS = [spot(number) for number in range(3)]
SCANNED = {"Items": SPOTS, "Count": 3, "ScannedCount": 3, "ConsumedCapacity": None}
"""What the guide's command writes: `aws dynamodb scan … --output json`."""
LINES = "\n".join(json.dumps(one, ensure_ascii=False) for one in SPOTS)
GOOD = {
    "the guide's scan": json.dumps(SCANNED, indent=4).encode(),
    "a list": json.dumps(SPOTS, ensure_ascii=False).encode(),
    "a byte order mark": json.dumps(SCANNED).encode("utf-8-sig"),
    "PowerShell's UTF-16": json.dumps(SCANNED).encode("utf-16"),
}


@pytest.fixture
def file(tmp_path):
    return tmp_path / "masters.json"


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_a_form_that_people_have_is_read(file, content):
    file.write_bytes(content)

    assert list(items_in(file)) == SPOTS


WRONG = {
    "nothing": (b"", "is empty, cut off or not JSON"),
    "white space": (b" \n", "is empty, cut off or not JSON"),
    "the CLI's text output": (b"ITEMS\tStatue\nNAME\tGPS", "not JSON .*: export it with"),
    "YAML": (b"Items:\n- StampId: {S: A}\n", "not JSON"),
    "cut off": (json.dumps(SCANNED, indent=4).encode()[:-40], "cut off or not JSON .*line"),
    "an item a line": (LINES.encode(), "not JSON .*line 2"),
    "one item": (
        json.dumps(SPOTS[0]).encode(),
        "is neither a list of items nor the output of a scan",
    ),
    "a part of the table": (
        json.dumps({**SCANNED, "NextToken": "eyJ"}).encode(),
        "has a part of the table only: scan it without --max-items",
    ),
    "a count that is another": (
        json.dumps({**SCANNED, "Count": 4}).encode(),
        "a part of the table",
    ),
    "a number": (b"5", "is neither a list of items nor the output of a scan"),
    "an attribute twice": (
        b'[{"StampId": {"S": "A"}, "Name": {"S": "a"}, "Name": {"S": "b"}}]',
        r"is JSON, but not DynamoDB's \(a name twice among StampId, Name, Name\): export it with",
    ),
    "nested too deep": (b"[" * 100_000, "not JSON"),
    "packed": (b"\x1f\x8b\x08\x00\xff\xfe\xfd", "not JSON"),
    "no base64": (b'[{"StampId": {"S": "A"}, "Extra": {"B": "%"}}]', "not DynamoDB's"),
}


@pytest.mark.parametrize(("content", "why"), WRONG.values(), ids=WRONG)
def test_another_form_is_told_in_one_sentence(file, content, why):
    file.write_bytes(content)
    with pytest.raises(Refused, match=why) as refused:
        items_in(file)

    assert str(refused.value).startswith(str(file))
    assert "\n" not in str(refused.value)


def test_binary_is_written_as_the_bytes_that_were_exported(file):
    file.write_text(
        '[{"StampId": {"S": "A"}, "B": {"M": {"B": {"B": "aGk="}}}, "C": {"BS": ["aGk="]}}]'
    )

    (item,) = items_in(file)
    assert item == {"StampId": {"S": "A"}, "B": {"M": {"B": {"B": b"hi"}}}, "C": {"BS": [b"hi"]}}


def test_the_guides_file_is_carried_over(rally, file):
    file.write_bytes(GOOD["the guide's scan"])
    rally.run(migrate_masters, file=str(file)).perform()
    again = rally.run(migrate_masters, file=str(file)).perform()

    assert everything(rally.prod, TARGET) == SPOTS
    assert again == ()
    (manifest,) = rally.manifests
    assert manifest["source"]["file"] == "masters.json"
    assert manifest["hash"] == canonical_hash(SPOTS)


def test_a_wrong_file_stops_the_run(rally, file):
    with pytest.raises(Stopped, match=r"look_at_every_item: .*can't be used"):
        rally.run(migrate_masters, file=str(file)).perform()


def nested(levels):
    return {"L": [nested(levels - 1)]} if levels else {"S": "x"}


NO_NUMBER = "not a number of at most 38 ASCII digits"
BAD = {
    "no key": ({"Name": {"S": "x"}}, r"item 2: it is not DynamoDB JSON with the table's key"),
    "an empty key": (spot(1, StampId={"S": ""}), "item 2: its key is empty"),
    "a key of another type": (spot(1, StampId={"N": "1"}), "item 2: it is not DynamoDB JSON"),
    "a key twice": (SPOTS[0], "SPOT-00000: its key is there twice"),
    "plain JSON": ({"StampId": "A", "Name": "a"}, "Invalid type for parameter Item.StampId"),
    "no item": ("A", "item 2: .*Invalid type for parameter Item"),
    "a type that DynamoDB lacks": (
        spot(1, Extra={"X": "1"}),
        r'Unknown parameter in Item.Extra: "X"',
    ),
    "two types": (spot(1, Extra={"S": "1", "N": "1"}), "not one DynamoDB type but 2"),
    "a number written as one": (spot(1, Extra={"N": 1}), "Invalid type for parameter Item.Extra.N"),
    "no number": (spot(1, Extra={"N": "one"}), "ConversionSyntax"),
    "an empty set": (spot(1, Extra={"SS": []}), "SPOT-00001: Item.Extra is an empty set"),
    "a member twice": (spot(1, Extra={"BS": ["aGk=", "aGk="]}), "Item.Extra is a set with a rep"),
    "a number twice": (spot(1, Extra={"NS": ["1", "1.0"]}), "Item.Extra is a set with a repeated"),
    **{
        f"{kind} of {text}": (spot(1, Extra={kind: typed}), f"Item.Extra is {NO_NUMBER}")
        for text in ("1" * 39, "1e126", "1e-131", "Infinity", "NaN", "１２")
        for kind, typed in (("N", text), ("NS", ["2", text]))
    },
    "a number in a map in a list": (
        spot(1, Extra={"L": [{"S": ""}, {"M": {"a": {"N": "NaN"}}}]}),
        rf"Item.Extra\[1\].a is {NO_NUMBER}",
    ),
    "NULL of false": (spot(1, Extra={"NULL": False}), "Item.Extra is NULL with the value false"),
    "an attribute without a name": (spot(1, **{"": {"S": "x"}}), "Item has an empty name in it"),
    "a map's empty name": (spot(1, Extra={"M": {"": {"S": "x"}}}), "Item.Extra has an empty name"),
    "33 levels": (spot(1, Extra=nested(33)), "is nested more than 32 levels deep"),
    "500 levels": (spot(1, Extra=nested(500)), "SPOT-00001: it is not DynamoDB JSON"),
    "more than 400 KB": (spot(1, Extra={"S": "x" * 409_700}), "it is larger than 400 KB"),
    "a long key": (spot(1, StampId={"S": "あ" * 683}), "StampId is longer than 2,048 bytes"),
}


@pytest.mark.parametrize(("item", "reason"), BAD.values(), ids=BAD)
def test_an_item_that_is_no_item_stops_the_run_beforehand(rally, file, item, reason):
    file.write_text(json.dumps([SPOTS[0], item]))
    with pytest.raises(Stopped, match=reason):
        rally.run(migrate_masters, file=str(file)).perform()

    assert rally.calls("BatchWriteItem") == 0


ODD = {
    "nothing": {},
    "38 digits": {"N": "1" * 38},
    "38 digits and zeros": {"N": "1" * 38 + "0" * 10},
    "the largest": {"N": "9.9999999999999999999999999999999999999E+125"},
    "the smallest": {"N": "-1e-130"},
    "sets": {"M": {"S": {"SS": ["a", ""]}, "N": {"NS": ["1", "-0"]}, "B": {"BS": ["aGk=", ""]}}},
    "empty values": {"L": [{"S": ""}, {"B": ""}, {"M": {}}, {"L": []}, {"NULL": True}]},
    "32 levels": nested(32),
    "400 kB": {"S": "x" * 404_000},
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_an_odd_item_that_dynamodb_takes_is_carried_over(rally, file, value):
    file.write_text(json.dumps([spot(1, **({"Extra": value} if value else {}))]))
    rally.run(migrate_masters, file=str(file)).perform()

    assert everything(rally.prod, TARGET) == items_in(file)


@pytest.mark.parametrize(("hash_key", "range_key"), [(2048, 1024), (2048, 1025), (2049, 1024)])
def test_keys_may_be_as_long_as_dynamodb_takes_them(empty, hash_key, range_key):
    item = {"UserId": {"S": "u" * hash_key}, "StampId": {"S": "s" * range_key}}

    assert (refused(item, plan_for(empty.environment).table("userstamps")) is None) == (
        hash_key + range_key == 3072
    )
