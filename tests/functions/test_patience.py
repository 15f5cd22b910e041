"""AWS that is slow but answers: a function gives up in time for a 503, and begins nothing that it may not end."""

import time

import pytest

from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.notifier import Notifier
from lambdas.award.store import Stamps
from lambdas.rally.journal import Journal
from lambdas.rally.refusals import Refusal
from lambdas.rally.request import PATIENCE_S, Request
from lambdas.ranking.handler import Ranking
from lambdas.stamps.handler import Collection
from tests.functions.clients import Scripted
from tests.functions.events import USER, event
from tests.functions.rally_account import ENVIRON

API_GATEWAY_S, ONE_CALL_S = 29, 9
CLAIM = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
TABLES = (ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
ACTIONS = {
    "award": (
        "POST /stamps/award",
        {"body": CLAIM},
        lambda client: Awarding(Stamps(client, *TABLES), None, Rules()),
        {"get_item": 1},
    ),
    "ranking": (
        "GET /ranking/weekly",
        {},
        lambda client: Ranking(client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_USERS"]),
        {},
    ),
    "stamps": (
        "GET /stamps",
        {"query": {"userId": USER}},
        lambda client: Collection(client, *TABLES),
        {"get_paginator": 1},
    ),
}
"""Function -> route, call, its action, and the calls that come before the first look at the clock."""


def request_of(route, content, seconds_ago):
    return Request(event(route, **content), began=time.monotonic() - seconds_ago)


def test_last_call_that_begins_ends_before_api_gateway_gives_up():
    assert PATIENCE_S + ONE_CALL_S < API_GATEWAY_S


@pytest.mark.parametrize("name", ACTIONS)
def test_call_is_not_begun_when_time_is_up(account, name):
    route, content, action, calls = ACTIONS[name]
    client = Scripted(account.dynamodb)
    late = request_of(route, content, PATIENCE_S + 0.1)

    with pytest.raises(Refusal) as refusal:
        action(client)(late)

    assert refusal.value.code == "SERVICE_UNAVAILABLE"
    assert client.calls == calls
    assert account.items("TABLE_USERSTAMPS") == []


@pytest.mark.parametrize("name", ACTIONS)
def test_slow_is_not_late(account, name):
    route, content, action, _ = ACTIONS[name]

    assert action(account.dynamodb)(request_of(route, content, PATIENCE_S - 5))


def test_winner_is_answered_in_time_rather_than_notified(capsys):
    client = Scripted(None)
    late = request_of("POST /stamps/award", {"body": CLAIM}, PATIENCE_S + 0.1)

    Notifier(client, "notify:live", Journal("award", "local")).tell({}, late)

    assert not client.calls
    assert "winner not notified" in capsys.readouterr().out
