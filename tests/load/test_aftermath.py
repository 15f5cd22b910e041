"""After a run nothing is left, or it is told: what can't be proven gone counts as left."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from load.aftermath import Aftermath
from load.engine.plan import AWARD, LIST
from tests.load.aims import Answers, target
from tests.load.runs import only, plan, pool, run_against, step
from tests.load.seen import seen
from tests.load.test_verdict import verdict


@dataclass
class Table(Answers):
    """A table that is empty, and remembers whom it was asked about."""

    users: list = field(default_factory=list)

    def query(self, **asked):
        self.users.append(asked["ExpressionAttributeValues"][":user"]["S"])
        return {"Items": []}


@pytest.fixture
def after(tmp_path):
    """Make the aftermath of a run over a table; what it says and waits is kept."""
    (tmp_path / "used.jsonl").write_text(json.dumps(["Uload-000001", "A"]) + "\n")

    def make(table, made=None):
        run = run_against("https://a.example", tmp_path, plan=made or plan(), pool=pool(3))
        after = Aftermath(run, target(), lambda _: table, tmp_path, said.append, waited.append)
        return after, said, waited

    said, waited = [], []
    return make


def test_users_of_the_used_pairs_are_cleaned(after):
    table = Table()
    traces, _, waited = after(table)

    done = traces.remove(verdict())

    assert done == {"users": 1, "deleted": 0, "left": 0, "line_calls": 0}
    assert set(table.users) == {"Uload-000001"}
    assert waited == []


def test_all_users_are_cleaned_where_a_worker_took_its_list_with_it(after):
    table = Table()
    traces, *_ = after(table)

    assert traces.remove(verdict(measurement=seen(lost=("w",))))["users"] == 3


def test_award_without_an_answer_is_waited_for(after):
    """The verdict is old, so nothing is left to wait for; a run without one has only just ended."""
    failed = seen(rows=[(AWARD, "failed", "network: TimeoutError", 1)])
    traces, _, waited = after(Table())

    long_ago = datetime(2026, 11, 1, tzinfo=UTC)
    traces.remove(replace(verdict(measurement=failed), ended=long_ago))
    traces.remove(None)

    assert waited == [pytest.approx(31, abs=1)]


def test_denied_cleaning_counts_all_as_left_and_says_what_to_do(after):
    traces, said, _ = after(Answers(refusal="AccessDeniedException"))

    assert traces.remove(verdict())["left"] == 1
    assert "AccessDeniedException" in said[-1]
    assert "python -m load clean --env prod" in said[-1]


def test_run_without_awards_leaves_nothing_to_clean(after):
    traces, *_ = after(None, plan(step(mix=only(LIST))))

    assert traces.remove(verdict()) is None
