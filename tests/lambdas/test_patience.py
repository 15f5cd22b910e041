"""AWS that is slow but answers: a function gives up in time for a 503, and begins nothing that it may not end.

AWS and LINE have a clock of their own here: each call takes its time, and its answer asks for one more.
"""

import itertools
import json
import time
from collections import Counter
from contextlib import suppress
from types import SimpleNamespace

import pytest
from hypothesis import example, given, target
from hypothesis import strategies as st

from lambdas.auth.handler import Auth
from lambdas.auth.sessions import Sessions
from lambdas.auth.users import Users
from lambdas.award.domain import Rules
from lambdas.award.handler import Awarding
from lambdas.award.notifier import Notifier
from lambdas.award.store import Stamps
from lambdas.gps_verify.handler import Verification
from lambdas.notify import handler as notify
from lambdas.rally import aws
from lambdas.rally.domain.refusals import Refusal
from lambdas.rally.dynamodb import typed
from lambdas.rally.line import Bot, Line
from lambdas.rally.logger import FunctionLogger
from lambdas.rally.request import PATIENCE_S, LambdaRequest
from lambdas.rally.secrets import CachedSecret
from lambdas.ranking.handler import Ranking
from lambdas.richmenu.handler import RichMenus
from lambdas.stamps.handler import Collection
from tests.lambdas.clients import Scripted, cancelled
from tests.lambdas.events import USER, event
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import CHANNEL, ENVIRON, KEY, LINE_TOKEN, STATUE

AWS_S, LINE_S = 9, 4
"""The longest that a call may take: two tries of 1 + 3 s and the pause between; one try."""
ENTRY = typed({"UserId": USER, "StampId": "STATUE-001", "Rank": 1})
SECRET = {
    "SecretString": json.dumps({"TOKEN_SECRET_KEY": KEY, "LINE_CHANNEL_ACCESS_TOKEN": LINE_TOKEN})
}
CLAIMS = {"iss": "https://access.line.me", "aud": CHANNEL, "sub": USER}


class Slow:
    """Every client of a function at once; `clock` is how long its calls and pauses took, in s.

    `shares`: how much of the longest time each call takes, in turn. `more`: how often a Query has
    another page, a batch leaves keys unprocessed, and a transaction meets another one.
    """

    def __init__(self, shares, more):
        self.clock = 0.0
        self._shares, self._more, self._asked = itertools.cycle(shares), more, Counter()

    def wait(self, seconds):
        self.clock += seconds

    def _after(self, seconds, answer):
        self.wait(seconds * next(self._shares))
        return answer

    def _again(self, call):
        self._asked[call] += 1
        return self._asked[call] <= self._more

    def get_item(self, **asked):
        return self._after(AWS_S, {} if "UserId" in asked["Key"] else {"Item": STATUE})

    def query(self, **_):
        return self._after(AWS_S, {"Items": [ENTRY]})

    def get_paginator(self, _):
        return SimpleNamespace(paginate=lambda **_: (self.query() for _ in range(self._more + 1)))

    def batch_get_item(self, **asked):
        left = asked["RequestItems"] if self._again("batch") else {}
        return self._after(AWS_S, {"Responses": {}, "UnprocessedKeys": left})

    def transact_write_items(self, **_):
        self._after(AWS_S, None)
        if self._again("transaction"):
            raise cancelled("TransactionConflict")

    def update_item(self, **_):
        return self._after(AWS_S, {"Attributes": {"DisplayName": {"S": ""}}})

    def get_secret_value(self, **_):
        return self._after(AWS_S, SECRET)

    def invoke(self, **_):
        self._after(AWS_S, None)

    def request(self, *_, **__):
        told = CLAIMS | {"richmenus": [], "sentMessages": []}
        answer = SimpleNamespace(status=200, data=json.dumps(told).encode())
        return self._after(LINE_S, answer)


API_GATEWAY_S, COLD_START_S = 29, 2
CLAIM = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
THERE = {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6}
TABLES = (ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_STAMPMASTERS"])
USERS = ENVIRON["TABLE_USERS"]
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
        lambda client: Ranking(client, TABLES[0], USERS),
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


def bot(slow):
    return Bot(Line("", slow), CachedSecret(slow, "line", "LINE_CHANNEL_ACCESS_TOKEN"))


def login(slow):
    key = CachedSecret(slow, "key", "TOKEN_SECRET_KEY")
    return Auth(Line("", slow), CHANNEL, Sessions(key), Users(slow, USERS))


def awarding(slow):
    told = Notifier(slow, "notify:live", FunctionLogger("award", "local"))
    return Awarding(Stamps(slow, *TABLES), told, Rules(), pause=slow.wait, jitter=max)


SLOW = {
    "auth": ("POST /auth/verify", {"body": {"id_token": GOOD_TOKEN}}, login),
    "award": ("POST /stamps/award", {"body": CLAIM}, awarding),
    "gps-verify": ("POST /gps/verify", {"body": THERE}, lambda slow: Verification(slow, "m", 50)),
    "notify": (
        "POST /notify",
        {"body": {"user_id": USER, "type": "reminder"}},
        lambda slow: notify.Messenger(bot(slow)),
    ),
    "ranking": (
        "GET /ranking/weekly",
        {},
        lambda slow: Ranking(slow, TABLES[0], USERS, pause=slow.wait),
    ),
    "richmenu": ("GET /richmenu/list", {}, lambda slow: RichMenus(bot(slow))),
    "stamps": (
        "GET /stamps",
        {"query": {"userId": USER}},
        lambda slow: Collection(slow, *TABLES, slow.wait),
    ),
}
"""Function -> route, call, and its action on a clock that its own calls move."""


def request_of(route, content, seconds_ago):
    return LambdaRequest(event(route, **content), began=time.monotonic() - seconds_ago)


@pytest.mark.usefixtures("account")
def test_one_call_takes_no_longer_than_its_tries_and_the_pause_between():
    waits = aws.client("dynamodb").meta.config
    one_try = waits.connect_timeout + waits.read_timeout
    line = Line.at(None).http.connection_pool_kw["timeout"]

    assert waits.retries["total_max_attempts"] * one_try + 1 == AWS_S
    assert line.connect_timeout + line.read_timeout == LINE_S


@pytest.mark.parametrize("name", SLOW)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(0, 12))
@example([1.0], 12)
@example([0.7, 0.7, 0.7, 1.0, 1.0], 12)
@example([0.066] * 24 + [1.0], 12)
def test_function_ends_before_api_gateway_gives_up_however_slow_each_call_is(name, shares, more):
    route, content, action = SLOW[name]
    slow = Slow(shares, more)
    request = LambdaRequest(event(route, **content), began=0.0, now=lambda: slow.clock)

    with suppress(Refusal):
        action(slow)(request)
    target(slow.clock)

    assert COLD_START_S + slow.clock < API_GATEWAY_S


@pytest.mark.parametrize("name", SLOW)
def test_function_answers_where_no_call_is_slow(name):
    route, content, action = SLOW[name]
    slow = Slow([0.01], 2)

    assert action(slow)(LambdaRequest(event(route, **content), began=0.0, now=lambda: slow.clock))


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

    Notifier(client, "notify:live", FunctionLogger("award", "local")).tell({}, late)

    assert not client.calls
    assert "winner not notified" in capsys.readouterr().out
