"""Only a test's own workers are counted, and its end is noted once."""

import json

import pytest

from load.engine.plan import LIST
from load.engine.run_state import ALONE, RunState
from load.engine.session_pool import USED_FILE
from load.engine.verdict import LoadVerdict
from load.teardown import used_users
from tests.load.measurements import reasons
from tests.load.runs import only, plan, pool, run_against, step


@pytest.fixture
def run(tmp_path):
    return run_against("http://127.0.0.1:9", tmp_path, plan=plan(step(mix=only())), pool=pool(3))


def report(of, *, answered=1, **more):
    """One worker's report of a second."""
    counted = [
        [0, LIST, "issued", None, answered],
        [0, LIST, "answered", None, answered],
    ]
    made = {"run": of.seed, "done": True}
    return made | {"steps": counted, "bins": [], "used": []} | more


def test_worker_of_another_run_file_makes_a_run_invalid_and_is_not_counted(run):
    state = RunState(run, ["a", "b"])

    state.receive("a", report(run))
    state.receive("b", report(run, run=run.seed + 1, answered=500))

    verdict = state.verdict()
    assert "was given another run file: worker b" in reasons(verdict)
    assert verdict.measurement.steps.total("answered") == 1
    assert state.is_over(), "a run that can't count is carried on"


def test_worker_too_old_to_name_its_run_file_is_a_stranger(run):
    told = report(run)
    del told["run"]
    state = RunState(run, ["a"])

    state.receive("a", told)

    assert state.verdict().measurement.strangers == ("a",)


def test_users_of_a_stranger_are_listed_for_cleaning(run):
    state = RunState(run, ["a"])

    state.receive("a", report(run, run=run.seed + 1, used=["Uload-other"]))

    assert used_users(state.folder / USED_FILE) == {"Uload-other"}


def test_end_is_dated_once_whatever_is_heard_after_it(run):
    state = RunState(run, ["a"])

    state.end()
    ended, elapsed_s = state.verdict().ended, state.elapsed_s
    state.receive("a", report(run))
    state.end()

    assert state.verdict().ended == ended
    assert state.elapsed_s == elapsed_s
    assert state.verdict().measurement.steps.total("answered") == 1


def test_workers_without_a_last_word_are_told(run):
    state = RunState(run, ["a", "b"])

    state.receive("a", report(run))
    state.receive("b", report(run, done=False))

    assert state.verdict().measurement.unheard == ("b",)


def test_only_process_heard_itself_out(run):
    state = RunState(run, [ALONE])

    state.receive(ALONE, report(run, done=False))

    assert state.verdict().measurement.unheard == ()


def test_every_visitor_is_listed_where_a_last_word_is_missing(run):
    state = RunState(run, ["a"])

    state.receive("a", report(run, done=False, used=["Uload-000001"]))
    state.list_unheard()

    assert used_users(state.folder / USED_FILE) == {visitor.id for visitor in run.pool.visitors}


def test_no_visitor_is_listed_beyond_the_used_where_all_was_heard(run):
    state = RunState(run, ["a"])

    state.receive("a", report(run, used=["Uload-000001"]))
    state.list_unheard()

    assert used_users(state.folder / USED_FILE) == {"Uload-000001"}


def test_run_whose_users_cannot_be_listed_ends_invalid_and_loses_no_count(run):
    state = RunState(run, ["a"])
    (state.folder / USED_FILE).mkdir()

    state.receive("a", report(run, used=["Uload-000001"]))
    over, verdict = state.is_over(), state.verdict()

    assert over
    assert "used users can't be listed in" in reasons(verdict)[0]
    assert verdict.measurement.steps.total("answered") == 1
    assert not verdict.measurement.listed


def test_strangers_and_the_unheard_are_in_the_record(run):
    state = RunState(run, ["a", "b"])
    state.receive("b", report(run, run=run.seed + 1, done=False))

    again = LoadVerdict.from_json(json.loads(json.dumps(state.verdict().to_json())))

    assert again.measurement.strangers == ("b",)
    assert again.measurement.unheard == ("a", "b")
