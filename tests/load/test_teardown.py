"""After a run nothing is left, or it says what is: what can't be proven deleted counts as left."""

from dataclasses import replace
from datetime import UTC, datetime
from errno import ENOSPC
from functools import partial

import pytest

from aws.words import Words
from load.engine.plan import AWARD, LIST
from load.engine.session_pool import USED_FILE
from load.teardown import Teardown, used_users
from tests.load.compositions import Tables
from tests.load.fake_aws import EmptyTable, FakeClient, target
from tests.load.measurements import seen
from tests.load.runs import only, plan, pool, run_against, step
from tests.load.test_verdict import verdict

USERS = {visitor.id for visitor in pool(3).visitors}


@pytest.fixture
def after(tmp_path):
    """Make the teardown of a run over a table as a function of its verdict; what it says and how long it waits is kept."""
    (tmp_path / USED_FILE).write_text("Uload-000001\n")

    def make(table, line=None, **more):
        run = run_against("https://a.example", tmp_path, pool=pool(3), **more)
        where = target(line=line)
        teardown = Teardown(where, lambda _: table, tmp_path, said.append, waited.append)
        return partial(teardown.remove, run), said, waited

    said, waited = [], []
    return make


def test_users_of_the_used_users_are_cleaned(after):
    table = EmptyTable()
    remove, _, waited = after(table)

    done = remove(verdict())

    assert done == {"users": 1, "deleted": 0, "left": 0, "stamps": 0, "line_calls": 0}
    assert set(table.users) == {"Uload-000001"}
    assert waited == []


def test_stamps_that_were_stored_are_counted_without_the_counters_of_the_ranking(after):
    remove, *_ = after(Tables(("Uload-000001", "A"), ("Uload-000001", "#2026-12")))

    done = remove(verdict())

    assert (done["deleted"], done["stamps"]) == (2, 1)


@pytest.mark.parametrize(
    "measurement",
    [
        seen(lost=("w",)),
        seen(late=("w",)),
        seen(strangers=("w",)),
        seen(interrupted=Words.same("stopped after 3 of 20 s")),
    ],
)
def test_all_users_are_cleaned_where_a_worker_may_have_taken_its_list_with_it(
    after, measurement, tmp_path
):
    remove, *_ = after(EmptyTable())

    assert remove(verdict(measurement=measurement))["users"] == 3
    assert used_users(tmp_path / USED_FILE) == USERS, "a later clean would not find all"


def test_all_users_are_cleaned_where_locust_left_no_verdict(after, tmp_path):
    remove, *_ = after(EmptyTable())

    assert remove(None)["users"] == 3
    assert used_users(tmp_path / USED_FILE) == USERS, "a later clean would not find all"


def test_all_users_are_cleaned_though_the_disk_is_full(after, monkeypatch):
    def full(_folder, _users):
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("load.teardown.record_used", full)
    remove, *_ = after(EmptyTable())

    assert remove(None)["users"] == 3


@pytest.mark.parametrize(
    "measurement",
    [
        seen(rows=[(AWARD, "failed", "network: TimeoutError", 1)]),
        seen(rows=[(AWARD, "issued", None, 1)]),
        seen(unheard=("w",)),
    ],
)
def test_award_without_an_answer_is_waited_for(after, measurement):
    remove, _, waited = after(EmptyTable())
    ended = datetime.now(UTC)
    remove(replace(verdict(measurement=measurement), ended=ended))
    spent = (datetime.now(UTC) - ended).total_seconds()

    assert waited == [pytest.approx(31, abs=spent)]


def test_run_without_a_verdict_has_only_just_ended_and_is_waited_for(after):
    remove, _, waited = after(EmptyTable())

    remove(None)

    assert waited == [pytest.approx(31, abs=1)]


def test_award_of_long_ago_is_not_waited_for(after):
    failed = seen(rows=[(AWARD, "failed", "network: TimeoutError", 1)])
    remove, _, waited = after(EmptyTable())

    remove(replace(verdict(measurement=failed), ended=datetime(2025, 11, 1, tzinfo=UTC)))

    assert waited == []


@pytest.mark.parametrize(
    ("refusal", "advice"),
    [("AccessDeniedException", "was denied"), ("ExpiredTokenException", "sign in")],
)
def test_refused_cleaning_counts_all_as_left_and_says_what_to_do(after, refusal, advice):
    remove, said, _ = after(FakeClient(refusal=refusal))

    assert remove(verdict())["left"] == 1
    assert advice in said[-1].en
    assert "signoff clean --env prod" in said[-1].en


def test_failed_cleaning_of_nobody_known_is_never_told_as_nothing_left(after, tmp_path):
    """Without a used pair there is nothing to count; that LINE heard nothing is still not proven."""
    remove, said, _ = after(EmptyTable(), line="http://127.0.0.1:9")
    (tmp_path / USED_FILE).unlink()

    assert remove(verdict())["left"] == 1
    assert "(the stand-in for LINE does not answer)" in said[-1].en


def test_run_without_awards_leaves_nothing_to_clean(after):
    remove, *_ = after(None, plan=plan(step(mix=only(LIST))))

    assert remove(verdict()) is None
