"""Counters that other code left behind: zero, unreadable or bare, none keeps a user from a stamp."""

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest

from lambdas.award import handler as award
from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.store import Stamps
from tests.lambdas.clients import Scripted
from tests.lambdas.events import USER
from tests.lambdas.rally_account import ENVIRON

ROUTE = "POST /stamps/award"
STATUE = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
NOW = 1762300000  # 2025-11-05, week 45, in Japan
BARE = {"UserId": {"S": USER}, "StampId": {"S": "#2025-11"}}


def awarding(client, now=lambda: NOW):
    stamps = Stamps(client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
    return Awarding(stamps, None, Rules(), now, lambda _: None)


def month(account):
    (counter,) = (
        item for item in account.items("TABLE_USERSTAMPS") if item["StampId"] == "#2025-11"
    )
    return counter["StampCount"], counter["LatestAt"]


@pytest.mark.parametrize(
    ("left", "counted"),
    [
        ({}, 1),
        ({"StampCount": {"N": "0"}}, 1),
        ({"StampCount": {"N": "-0"}, "LatestAt": {"N": "0"}}, 1),
        ({"StampCount": {"N": "2.5"}, "LatestAt": {"N": "1762000000.5"}}, 3),
        ({"StampCount": {"S": "3"}, "LatestAt": {"S": "yesterday"}}, 1),
        ({"StampCount": {"NULL": True}, "LatestAt": {"NULL": True}}, 1),
        ({"StampCount": {"BOOL": True}, "LatestAt": {"L": []}}, 1),
        ({"LatestAt": {"N": "1762000000"}}, 1),
    ],
    ids=str,
)
def test_counter_that_other_code_left_is_counted_on(call, account, left, counted):
    account.put("TABLE_USERSTAMPS", BARE | left)

    answer = call(award, ROUTE, body=STATUE, action=awarding(account.dynamodb))

    assert answer.status == 200
    assert month(account) == (counted, NOW)


@pytest.mark.parametrize(
    "read",
    [
        [],
        [BARE],
        [BARE | {"StampCount": {"N": "0"}}],
        [BARE | {"StampCount": {"S": "3"}}],
        [BARE | {"StampCount": {"N": "2"}}],
    ],
    ids=str,
)
def test_counter_that_moved_since_it_was_read_so_is_not_overwritten(call, account, read):
    account.put("TABLE_USERSTAMPS", BARE | {"StampCount": {"N": "3"}})
    client = Scripted(account.dynamodb, query=[{"Items": read}])

    answer = call(award, ROUTE, body=STATUE, action=awarding(client))

    assert answer.status == 200
    assert month(account) == (4, NOW)


@pytest.mark.parametrize("read", [BARE, BARE | {"StampCount": {"N": "0"}}], ids=str)
def test_counter_that_is_gone_since_it_was_read_is_begun_anew(call, account, read):
    client = Scripted(account.dynamodb, query=[{"Items": [read]}])

    answer = call(award, ROUTE, body=STATUE, action=awarding(client))

    assert answer.status == 200
    assert client.calls["transact_write_items"] == 2
    assert month(account) == (1, NOW)


def test_every_one_of_many_stamps_is_awarded_and_counted_at_any_hour_and_on_any_day(call, account):
    """By one warm instance, 11 hours apart: every hour and weekday, a 31st of January and a 29th of February."""
    japan = timezone(timedelta(hours=9))
    moments = [datetime(2024, 1, 30, 12, tzinfo=japan) + n * timedelta(hours=11) for n in range(70)]
    clock = (moment.timestamp() for moment in moments)
    action, counted = awarding(account.dynamodb, lambda: next(clock)), Counter()
    for number, moment in enumerate(moments):
        account.master(f"S-{number}")
        answer = call(award, ROUTE, body={**STATUE, "stamp_id": f"S-{number}"}, action=action)
        counted.update((f"#{moment:%G-W%V}", f"#{moment:%Y-%m}"))

        assert (answer.status, answer.body["collected_at"]) == (200, int(moment.timestamp()))
    there = {item["StampId"]: item for item in account.items("TABLE_USERSTAMPS")}
    assert {key: there[key]["StampCount"] for key in counted} == counted
    assert len(there) == len(counted) + len(moments)
