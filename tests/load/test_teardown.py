"""After a run nothing is left, or it says what is: what can't be proven deleted counts as left."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from load.engine.plan import AWARD, LIST
from load.engine.session_pool import USED_FILE
from load.line_untouched import LOGIN_USERS
from load.teardown import Teardown, used_users
from tests.load.fake_aws import EmptyTable, FakeClient, target
from tests.load.measurements import seen
from tests.load.runs import only, plan, pool, run_against, step
from tests.load.test_verdict import verdict

USERS = {visitor.id for visitor in pool(3).visitors}


@pytest.fixture
def after(tmp_path):
    """Make the teardown of a run over a table; what it says and how long it waits is kept."""
    (tmp_path / "used.jsonl").write_text(json.dumps(["Uload-000001", "A"]) + "\n")

    def make(table, **more):
        run = run_against("https://a.example", tmp_path, **({"pool": pool(3)} | more))
        after = Teardown(run, target(), lambda _: table, tmp_path, said.append, waited.append)
        return after, said, waited

    said, waited = [], []
    return make


def test_users_of_the_used_pairs_are_cleaned(after):
    table = EmptyTable()
    traces, _, waited = after(table)

    done = traces.remove(verdict())

    assert done == {"users": 1, "deleted": 0, "left": 0, "line_calls": 0}
    assert set(table.users) == {"Uload-000001"}
    assert waited == []


@pytest.mark.parametrize(
    "measurement",
    [
        seen(lost=("w",)),
        seen(late=("w",)),
        seen(strangers=("w",)),
        seen(interrupted="stopped after 3 of 20 s"),
    ],
)
def test_all_users_are_cleaned_where_a_worker_may_have_taken_its_list_with_it(after, measurement):
    traces, *_ = after(EmptyTable())

    assert traces.remove(verdict(measurement=measurement))["users"] == 3
    assert set(used_users(traces.folder / USED_FILE)) == USERS, "a later clean would not find all"


def test_all_users_are_cleaned_where_locust_left_no_verdict(after):
    traces, *_ = after(EmptyTable())

    assert traces.remove(None)["users"] == 3
    assert set(used_users(traces.folder / USED_FILE)) == USERS, "a later clean would not find all"


@pytest.mark.parametrize(
    "measurement",
    [
        seen(rows=[(AWARD, "failed", "network: TimeoutError", 1)]),
        seen(rows=[(AWARD, "issued", None, 1)]),
        seen(unheard=("w",)),
    ],
)
def test_award_without_an_answer_is_waited_for(after, measurement):
    traces, _, waited = after(EmptyTable())

    traces.remove(replace(verdict(measurement=measurement), ended=datetime.now(UTC)))

    assert waited == [pytest.approx(31, abs=1)]


def test_run_without_a_verdict_has_only_just_ended_and_is_waited_for(after):
    traces, _, waited = after(EmptyTable())

    traces.remove(None)

    assert waited == [pytest.approx(31, abs=1)]


def test_award_of_long_ago_is_not_waited_for(after):
    failed = seen(rows=[(AWARD, "failed", "network: TimeoutError", 1)])
    traces, _, waited = after(EmptyTable())

    traces.remove(replace(verdict(measurement=failed), ended=datetime(2025, 11, 1, tzinfo=UTC)))

    assert waited == []


def test_denied_cleaning_counts_all_as_left_and_says_what_to_do(after):
    traces, said, _ = after(FakeClient(refusal="AccessDeniedException"))

    assert traces.remove(verdict())["left"] == 1
    assert "AccessDeniedException" in said[-1]
    assert "python -m load clean --env prod" in said[-1]


def test_failed_cleaning_of_nobody_known_is_never_told_as_nothing_left(after):
    """Without a used pair there is nothing to count; that LINE heard nothing is still not proven."""
    traces, *_ = after(EmptyTable())
    (traces.folder / USED_FILE).unlink()
    deaf = replace(traces, target=target(line="http://127.0.0.1:9"))

    assert deaf.remove(verdict())["left"] == 1


def test_users_who_logged_in_count_as_left_where_cleaning_is_denied(after):
    traces, *_ = after(
        FakeClient(refusal="AccessDeniedException"), pool=replace(pool(3), logins=("token",))
    )

    assert traces.remove(verdict())["left"] == 1 + len(LOGIN_USERS)


def test_run_without_awards_leaves_nothing_to_clean(after):
    traces, *_ = after(None, plan=plan(step(mix=only(LIST))))

    assert traces.remove(verdict()) is None
