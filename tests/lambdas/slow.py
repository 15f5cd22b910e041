"""AWS and LINE on a clock of their own: each call takes its time, and its answer asks for one more."""

import itertools
import json
from collections import Counter
from types import SimpleNamespace

from lambdas.rally.dynamodb import typed
from tests.lambdas.clients import cancelled
from tests.lambdas.events import USER
from tests.lambdas.rally_account import CHANNEL, KEY, LINE_TOKEN, STATUE

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
