"""GET /stamps: all of the caller's stamps, and nothing but stamps."""

from types import SimpleNamespace

import pytest

from lambdas.stamps import handler as stamps
from lambdas.stamps.domain import shown
from lambdas.stamps.handler import Collection
from tests.lambdas.clients import Scripted
from tests.lambdas.events import OTHER, USER
from tests.lambdas.rally_account import ENVIRON, UNUSUAL_NAMES

ROUTE = "GET /stamps"
MINE = {"userId": USER}


def collect(account, *stamp_ids, user=USER, **attributes):
    for stamp_id in stamp_ids:
        account.put(
            "TABLE_USERSTAMPS",
            {
                "UserId": {"S": user},
                "StampId": {"S": stamp_id},
                "CollectedAt": {"N": "1764028800"},
                "Method": {"S": "GPS"},
                **attributes,
            },
        )


def reading(client, pauses):
    return Collection(
        client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"], pauses.append
    )


def test_no_stamps_is_an_empty_list(call):
    assert call(stamps, ROUTE, query=MINE).body == {
        "ok": True,
        "user_id": USER,
        "stamps": [],
        "total": 0,
    }


def test_master_is_read_anew_each_time(call, account):
    action = reading(account.dynamodb, [])
    collect(account, "STATUE-001")
    account.master("STATUE-001", Name={"S": "Before"})
    before = call(stamps, ROUTE, query=MINE, action=action).body["stamps"][0]["name"]
    account.master("STATUE-001", Name={"S": "After"})
    after = call(stamps, ROUTE, query=MINE, action=action).body["stamps"][0]["name"]

    assert (before, after) == ("Before", "After")


def test_stamp_is_shown_with_what_its_master_tells(call, account):
    account.master("IMG-1", Description={"S": "旧図書館"}, ImageUrl={"S": "https://example.jp/1"})
    collect(account, "IMG-1")

    assert call(stamps, ROUTE, query=MINE).body["stamps"] == [
        {
            "stamp_id": "IMG-1",
            "name": "Statue",
            "description": "旧図書館",
            "type": "GPS",
            "collected_at": 1764028800,
            "method": "GPS",
            "location": {"lat": 35.5, "lon": 139.6, "radiusM": 15},
            "image_url": "https://example.jp/1",
        }
    ]


def test_counters_of_the_ranking_are_never_shown(call, account):
    collect(account, "#2025-W45", "#2025-11", "PARK#2", "STATUE-001")

    assert [stamp["stamp_id"] for stamp in call(stamps, ROUTE, query=MINE).body["stamps"]] == [
        "PARK#2",
        "STATUE-001",
    ]


@pytest.mark.parametrize(("name", "shown"), UNUSUAL_NAMES, ids=str)
def test_stamp_goes_by_what_is_legible_of_its_name_or_by_its_id(call, account, name, shown):
    account.master("STRANGE-1", Name=name)
    collect(account, "STRANGE-1")

    (stamp,) = call(stamps, ROUTE, query=MINE).body["stamps"]
    assert stamp["name"] == shown


@pytest.mark.parametrize(
    "url", ["http://example.jp/1", "javascript:alert(1)", "https://", "https://a b"]
)
def test_picture_that_the_front_end_cannot_show_is_left_out(call, account, url):
    account.master("IMG-1", ImageUrl={"S": url})
    collect(account, "IMG-1")

    (stamp,) = call(stamps, ROUTE, query=MINE).body["stamps"]
    assert "image_url" not in stamp


@pytest.mark.parametrize(
    "url", ["https://example.jp/花.png?a=b:c", "/1.png", "images/1.png", "//example.jp/1"]
)
def test_picture_that_the_front_end_can_show_is_listed(call, account, url):
    account.master("IMG-1", ImageUrl={"S": url})
    collect(account, "IMG-1")

    (stamp,) = call(stamps, ROUTE, query=MINE).body["stamps"]
    assert stamp["image_url"] == url


def test_stamp_whose_master_is_gone_stays_collected(call, account):
    collect(account, "GONE-1")

    (stamp,) = call(stamps, ROUTE, query=MINE).body["stamps"]
    assert (stamp["name"], stamp["type"]) == ("GONE-1", "GPS")
    assert "location" not in stamp


@pytest.mark.parametrize(
    "collected_at",
    [
        *({"S": "yesterday"}, {"NULL": True}, {"L": []}, {"M": {}}, {"B": b"x"}),
        *({"N": "-1"}, {"N": "1E+40"}),
    ],
    ids=str,
)
def test_stamp_that_is_hard_to_read_costs_nobody_the_list(call, account, collected_at):
    item = {"UserId": {"S": USER}, "StampId": {"S": "GONE"}, "Method": {"S": "QR"}}
    account.put("TABLE_USERSTAMPS", item | {"CollectedAt": collected_at})

    assert call(stamps, ROUTE, query={"userId": USER}).body["stamps"] == [
        {
            "stamp_id": "GONE",
            "name": "GONE",
            "description": "",
            "type": "GPS",
            "collected_at": 0,
            "method": "GPS",
        }
    ]


def test_more_stamps_than_a_batch_are_all_shown(call, account):
    stamp_ids = [f"SPOT-{number:03}" for number in range(230)]
    for stamp_id in stamp_ids:
        account.master(stamp_id)
    collect(account, *stamp_ids)
    client = Scripted(account.dynamodb)

    answer = call(stamps, ROUTE, query=MINE, action=reading(client, []))

    assert [stamp["stamp_id"] for stamp in answer.body["stamps"]] == stamp_ids
    assert answer.body["total"] == 230
    assert client.calls["batch_get_item"] == 3


def test_more_stamps_than_a_page_are_all_shown(call, account):
    collect(account, "#2025-W45", "STATUE-001", Padding={"S": "x" * 390_000})
    collect(account, "SEV-001", "SEV-002", Padding={"S": "x" * 390_000})
    page = account.dynamodb.query(
        TableName=ENVIRON["TABLE_USERSTAMPS"],
        KeyConditionExpression="UserId = :user",
        ExpressionAttributeValues={":user": {"S": USER}},
    )
    answer = call(stamps, ROUTE, query=MINE)

    assert 0 < len(page["Items"]) < 4
    assert "LastEvaluatedKey" in page
    assert [stamp["stamp_id"] for stamp in answer.body["stamps"]] == [
        "SEV-001",
        "SEV-002",
        "STATUE-001",
    ]
    assert answer.body["total"] == 3


def test_unprocessed_keys_are_asked_for_again(call, account):
    collect(account, "PARK-001", "STATUE-001")
    keys = {"Keys": [{"StampId": {"S": "STATUE-001"}}]}
    throttled = {"Responses": {}, "UnprocessedKeys": {ENVIRON["TABLE_STAMPMASTERS"]: keys}}
    park = {"StampId": {"S": "PARK-001"}, "Name": {"S": "Park"}}
    half = {**throttled, "Responses": {ENVIRON["TABLE_STAMPMASTERS"]: [park]}}
    client, pauses = Scripted(account.dynamodb, batch_get_item=[half, throttled]), []

    answer = call(stamps, ROUTE, query=MINE, action=reading(client, pauses))

    assert [stamp["name"] for stamp in answer.body["stamps"]] == ["Park", "Statue"]
    assert pauses == [0.1, 0.2]


def test_keys_that_stay_unprocessed_are_503_and_not_half_a_list(call, account):
    collect(account, "STATUE-001")
    keys = {"Keys": [{"StampId": {"S": "STATUE-001"}}]}
    throttled = {"Responses": {}, "UnprocessedKeys": {ENVIRON["TABLE_STAMPMASTERS"]: keys}}
    client = Scripted(account.dynamodb, batch_get_item=[throttled] * 10)

    answer = call(stamps, ROUTE, query=MINE, action=reading(client, []))

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("query", [None, {}, {"userId": ""}, {"userId": "U" * 65}])
def test_missing_or_malformed_user_id_is_400(call, query):
    answer = call(stamps, ROUTE, query=query)

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_anothers_stamps_are_403(call, account):
    collect(account, "STATUE-001", user=OTHER)

    assert call(stamps, ROUTE, query={"userId": OTHER}).code == "FORBIDDEN"


def test_stamp_collected_by_another_method_than_today_says_both():
    stamp = shown({"StampId": "S-1", "CollectedAt": 1, "Method": "IMAGE"}, {"Type": "GPS"})

    assert (stamp["type"], stamp["method"]) == ("GPS", "IMAGE")


@pytest.mark.parametrize(
    ("stored", "collected_at"), [(0, 0), (9_999_999_999, 9_999_999_999), (10_000_000_000, 0)]
)
def test_second_of_ten_digits_is_the_latest_that_is_shown(stored, collected_at):
    assert shown({"StampId": "S-1", "CollectedAt": stored}, {})["collected_at"] == collected_at


@pytest.mark.parametrize(
    "broken",
    [
        {"Location": {"lat": "x"}},
        {"Type": 7, "Name": None, "Description": [], "ImageUrl": {}},
        {"Location": "nowhere"},
    ],
)
def test_broken_master_spoils_nothing_but_itself(broken):
    stamp = shown({"StampId": "S-1", "CollectedAt": 1, "Method": "IMAGE"}, broken)

    assert stamp["stamp_id"] == "S-1"
    assert stamp["type"] in {"GPS", "IMAGE"}
    assert "location" not in stamp


def test_list_is_read_consistently_so_that_the_stamp_just_won_is_in_it(call, account):
    asked = []

    class Watched:
        def get_paginator(self, operation):
            pages = account.dynamodb.get_paginator(operation)
            return SimpleNamespace(
                paginate=lambda **more: asked.append(more) or pages.paginate(**more)
            )

        def __getattr__(self, name):
            return getattr(account.dynamodb, name)

    call(stamps, ROUTE, query=MINE, action=reading(Watched(), []))

    assert [entry["ConsistentRead"] for entry in asked] == [True]
