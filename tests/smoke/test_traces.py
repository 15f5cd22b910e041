"""No trace of a run stays, however it ended and whatever was answered; what must stay is told."""

from contextlib import ExitStack

import pytest

from smoke.scenarios import Scenarios
from smoke.sessions import SYNTHETIC, UNISSUED
from smoke.suite_session import suite_session
from tests.smoke.breaking import code
from tests.smoke.judging import judge

RAISE = "\n        raise RuntimeError"
STORED = "        self._store(claim, collected_at, request)"
LOGGED_IN = "        name = self.users.log_in(login, now)"
LINKED = '            mistakes={400: "LINE_REJECTED", 404: "RICHMENU_NOT_FOUND"},\n        )'
AWARD = code("award", "lambdas/award/handler.py", STORED, STORED + RAISE)
LOGIN = code("auth", "lambdas/auth/handler.py", LOGGED_IN, LOGGED_IN + RAISE)
MENU = code("richmenu", "lambdas/richmenu/handler.py", LINKED, LINKED + RAISE)
LOGGING_IN = ("SMOKE-01", "SMOKE-05", "SMOKE-11", "SMOKE-14", "SMOKE-16", "SMOKE-17", "SEC-43")
"""Rows that send a login, the one of the winner among them."""
COLLECTING = ("SMOKE-03", "SMOKE-06", "SMOKE-07", "SMOKE-11", "SMOKE-14", "SMOKE-16")
"""Rows that send an award."""


class Forgetful:
    """DynamoDB that says yes to a deletion and keeps the item."""

    def __init__(self, client):
        self.client, self.forgets = client, True

    def __getattr__(self, name):
        return getattr(self.client, name)

    def delete_item(self, **which):
        return {} if self.forgets else self.client.delete_item(**which)


def traces(rally):
    """Return who of any run has items in the two tables, and the test user if he has a rich menu."""
    client, tables = rally.client("dynamodb"), ("userstamps", "users")
    found = [client.scan(TableName=rally.plan.table(key).name)["Items"] for key in tables]
    users = {item["UserId"]["S"] for items in found for item in items}
    menus = rally.line.messaging.linked.keys() & {rally.environment.smoke.test_user}
    return {user for user in users if user.startswith((SYNTHETIC, UNISSUED))} | menus


@pytest.mark.parametrize(
    ("breaks", "ask"),
    [
        (AWARD, Scenarios.collect),
        (LOGIN, lambda scenarios: scenarios.login),
        (MENU, lambda scenarios: scenarios.success("POST /richmenu/set")),
    ],
    ids=["award", "login", "rich menu"],
)
def test_what_was_stored_before_a_fault_is_gone(rally, breaks, ask):
    with breaks(rally), suite_session(rally.snapshot(), rally.api, embedded=True) as suite:
        status = suite.answer(ask(suite.scenarios)).status
        stored = traces(rally)

    assert status == 500
    assert stored
    assert not traces(rally)


@pytest.mark.parametrize(
    ("breaks", "rows"), [(AWARD, COLLECTING), (LOGIN, LOGGING_IN)], ids=["award", "login"]
)
def test_run_leaves_no_trace_where_what_stores_fails(rally, breaks, rows):
    with breaks(rally):
        verdicts = judge(rally, rows=rows)

    assert not traces(rally)
    assert "left" not in verdicts["SMOKE-16"].reason.en


def test_what_was_written_is_gone_after_a_failure_too(rally):
    with pytest.raises(KeyboardInterrupt, match="awarded with 200"):
        interrupted(rally)

    masters = rally.plan.table("stampmasters").name
    assert not traces(rally)
    assert rally.client("dynamodb").scan(TableName=masters, Select="COUNT")["Count"] == 5


def test_what_cannot_be_taken_back_is_told(rally):
    made = rally.client
    forgetful = Forgetful(made("dynamodb"))
    suite_or_reason = suite_session(
        rally.snapshot(),
        rally.api,
        embedded=True,
        aws=lambda service: forgetful if service == "dynamodb" else made(service),
    )
    with ExitStack() as leaving:
        suite = leaving.enter_context(suite_or_reason)
        with pytest.raises(AssertionError, match=r"the smoke calls left Usmoke-\w+-collector #"):
            leaving.close()

    forgetful.forgets = False
    assert suite.tidy() == []


def interrupted(rally) -> None:
    with suite_session(rally.snapshot(), rally.api, embedded=True) as suite:
        award = suite.answer(suite.scenarios.collect())
        raise KeyboardInterrupt(f"awarded with {award.status}")
