"""Texts, pictures and ids of stamp masters: what people read and load, and what they do not."""

import pytest

from plan.master_words import words_flaw
from plan.masters import malformed

READABLE = (
    "花の門",
    "㈱花の門（ﾊﾅ）🌸👩‍🌾",
    "か\u3099き",
    "Café Çağla: what?",
    "Ãlvaro",
    "?!",
    "駅\u3000前",
    "○×クイズ",
    "仮屋の滝",
    "$5の泉",
    "この大砲はダミーです",
    "ここに電車が入ります",
    "展示は後日差し替えます",
    "CAFÉ®",
    "ROSÉ™ bar",
    "=LOVE",
    "=LOVE2026",
    "=LOVE(1)",
    "なし",
    "109",
    "#1",
)
UNWRITTEN = (
    "{{spot.name}}",
    "${NAME} gate",
    "花の門（仮）",
    "○○神社",
    "テスト用スポット",
    "hoge",
    "ほげ1",
    "Gate #REF!",
    "=VLOOKUP(A2,B:C,2)",
    "=B2",
    "########",
    "N/A",
    "要確認",
    "三代目の山門（要確認）",
    "写真は後日差し替え",
    "この文章はダミーです。",
    "ここに説明文が入ります",
    "－",
)
"""Blanks that a template, or a person, was to fill in."""
LOADED = (
    "",
    "https://images.example.jp/花.png?v=3",
    "/images/gate.png",
    "images/gate.png",
    "https://203.0.113.7.example.net/a.png",
    "https://8.8.8.8/a.png",
    "https://images.example/a.png",
    "//images.example.jp/a.png",
    "images/１番.png",
    "v1.2/gate.png",
    "https/gate.png",
    "null/gate.png",
    "images/todo-misaki.png",
)
UNLOADED = (
    "http://images.example.jp/a.png",
    "https：//images.example.jp/a.png",
    "ｈttps://images.example.jp/a.png",
    "images.example.jp/a.png",
    "https://taro:s3cr3t@images.example.jp/a.png",
    "//taro:s3cr3t@images.example.jp/a.png",
    "https//images.example.jp/a.png",
    "https:///a.png",
    "HTTPS://images.example.jp/a.png",
    " https://images.example.jp/a.png",
    "https://images.example.jp/a.png\n",
    "https://images.example.jp/a b.png",
    "images/gate.png\u3000",
)


@pytest.mark.parametrize("name", READABLE)
def test_name_that_people_write_is_right(name):
    assert words_flaw({"StampId": {"S": "A-1"}, "Name": {"S": name}}) is None


@pytest.mark.parametrize("name", UNWRITTEN)
def test_name_that_nobody_has_written_yet_is_reported(name):
    flaw = words_flaw({"StampId": {"S": "A-1"}, "Name": {"S": name}})

    assert flaw.en == "Name is yet to be written"


@pytest.mark.parametrize(
    ("text", "why"),
    [("なし", "Description is yet to be written"), ("雨天中止あり（要確認）", "")],
)
def test_description_may_ask_to_check_but_says_something(text, why):
    flaw = words_flaw({"Description": {"S": text}})

    assert (flaw.en if flaw else "") == why


@pytest.mark.parametrize(
    ("attribute", "value", "why"),
    [
        ("Name", {"N": "1"}, "Name is not text"),
        ("Name", {"S": "花" * 301}, "Name has 301 characters, of which 300 are shown"),
        ("Description", {"S": "<b>花の門</b>"}, "Description holds HTML"),
        ("Description", {"S": '花の門 <a href="https://rally.exam'}, "Description holds HTML"),
        ("ImageUrl", {"S": "https://[fd00::1/a.png"}, "which is no address"),
    ],
)
def test_text_that_no_page_shows_as_it_is_is_reported(attribute, value, why):
    assert why in words_flaw({attribute: value}).en


def test_text_that_is_given_as_absent_is_right():
    assert words_flaw({"Description": {"NULL": True}}) is None


@pytest.mark.parametrize("name", ["null", "N/A", "なし", "-", "#REF!", "TODO"])
def test_picture_that_nobody_has_named_yet_is_reported(name):
    flaw = words_flaw({"ImageUrl": {"S": name}})

    assert flaw.en == "ImageUrl is yet to be written"


@pytest.mark.parametrize(
    "text", ["????", "花\\nの門", "縺ゅ＞縺", "CafÃ© Ã‡aÄŸla", "蜈･蜿｣縺ｮCafﾃｩ"]
)
def test_text_that_was_converted_wrongly_is_reported(text):
    flaw = words_flaw({"Description": {"S": text}})

    assert flaw.en == "Description has lost its letters in an encoding"


def test_joiner_is_invisible_in_an_id():
    assert "U+200D" in words_flaw({"StampId": {"S": "A-1\u200d"}}).en


@pytest.mark.parametrize("padded", ["A-1 ", " A-1", "A-1\u3000"])
def test_id_with_a_space_at_its_end_is_reported(padded):
    flaw = words_flaw({"StampId": {"S": padded}})

    assert flaw.en == "StampId begins or ends with a space"


@pytest.mark.parametrize("address", LOADED)
def test_picture_that_a_phone_loads_is_right(address):
    assert words_flaw({"StampId": {"S": "A-1"}, "ImageUrl": {"S": address}}) is None


@pytest.mark.parametrize("address", UNLOADED)
def test_picture_that_no_phone_loads_is_reported_without_a_password(address):
    flaw = words_flaw({"StampId": {"S": "A-1"}, "ImageUrl": {"S": address}})

    assert "which no phone loads" in flaw.en
    assert "s3cr3t" not in flaw.en + flaw.ja


@pytest.mark.parametrize(
    "host", ["10.0.0.7", "100.64.0.1", "[fd00::1]", "203.0.113.7", "printer.lan"]
)
def test_picture_that_no_phone_reaches_is_reported(host):
    flaw = words_flaw({"StampId": {"S": "A-1"}, "ImageUrl": {"S": f"https://{host}/a.png"}})

    assert flaw.en.endswith("which only one machine or network finds")


def test_description_may_have_lines():
    assert words_flaw({"Description": {"S": "入口は\n裏です"}, "ImageUrl": {"NULL": True}}) is None


@pytest.mark.parametrize("name", ["SortOrder", "NameEn", "Area"])
def test_attribute_of_a_team_s_own_is_nobody_s_business(name):
    assert words_flaw({name: {"S": "1"}}) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("valid_to", "ValidTo"),
        ("Imageurl", "ImageUrl"),
        ("stampId", "StampId"),
        (" Name", "Name"),
        ("\ufeffStampId", "StampId"),
    ],
)
def test_misspelt_attribute_is_told_with_what_is_meant(name, meant):
    flaw = words_flaw({name: {"S": "2026-12-31"}})

    assert flaw.en == f"{name} is not read, {meant} is meant"
    assert meant in flaw.ja


def test_address_of_a_picture_is_told_without_its_signature():
    flaw = words_flaw({"ImageUrl": {"S": "https://a.example.jp/a.png?Expires=1&Signature=s3cr3t"}})

    assert "a.png" in flaw.en
    assert "s3cr3t" not in flaw.en + flaw.ja


def test_ids_are_malformed_that_people_take_for_an_earlier_one():
    ids = ["a-1", "B-1", "A-1", "Ａ-1", "A‐1", "B-1 ", "A-11"]
    master = {"Name": {"S": "駅"}, "Type": {"S": "IMAGE"}}
    flaws = malformed([{**master, "StampId": {"S": id_}} for id_ in ids])

    assert {id_: flaw.en for id_, flaw in flaws.items()} == {
        "a-1": "people take it for A-1",
        "Ａ-1": "people take it for A-1",
        "A‐1": "people take it for A-1",
        "B-1 ": "StampId begins or ends with a space",
    }
