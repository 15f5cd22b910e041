"""Parts become one verdict only if they are of one run, have the same conditions, and loaded the target together."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from load.engine.admission import LoadRefused
from load.engine.verdict import PART_PREFIX
from load.merge import merge, read_parts
from tests.load.measurements import CONDITIONS, seen
from tests.load.test_verdict import verdict

HALVES = replace(CONDITIONS, parts=2)
CLEAN = {"users": 1, "deleted": 1, "left": 0, "line_calls": 0}


def part(name, conditions=HALVES, after_s=0.0, **about):
    """Half of what two generators were to make."""
    made = verdict(conditions, seen(answered=1000), part=name, **about)
    later = timedelta(seconds=after_s)
    return replace(made, began=made.began + later, ended=made.ended + later)


def lax(name):
    generous = replace(HALVES.objectives, throttle_tolerance=0.9)
    return part(name, replace(HALVES, objectives=generous))


def test_parts_of_a_load_are_judged_as_one():
    assert part("a").judgement.outcome == "invalid", "one part of two is no load"

    whole = merge([part("a"), part("b")])

    assert whole.judgement.outcome == "pass"
    assert whole.measurement.steps.total("answered") == 2000


def test_parts_are_read_from_logs_as_from_files(tmp_path):
    log, file = tmp_path / "locust.out", tmp_path / "b"
    log.write_text(f"noise\n12:00 {PART_PREFIX}{json.dumps(part('a').to_json())}\nmore noise\n")
    part("b").write(file)

    parts = read_parts([log, file / "verdict.json"])

    assert [one.about["part"] for one in parts] == ["a", "b"]


def test_one_verdict_is_judged_again_as_it_is():
    cleaned = replace(verdict(), cleanup=CLEAN)

    assert merge([cleaned]).to_json() == cleaned.to_json()


@pytest.mark.parametrize("again", [["a", "a"], [("a", "b"), "b"]], ids=["part", "joined"])
def test_same_part_twice_is_refused(again):
    parts = [merge(list(map(part, one))) if isinstance(one, tuple) else part(one) for one in again]

    with pytest.raises(LoadRefused, match="the same part is given twice"):
        merge(parts)


@pytest.mark.parametrize(
    "other",
    [{"release": "another"}, {"host": "https://b.example/prod"}, {"run": "another"}],
    ids=str,
)
def test_parts_of_different_runs_are_refused(other):
    with pytest.raises(LoadRefused, match="parts of different runs"):
        merge([part("a"), part("b", **other)])


def test_parts_that_name_no_run_are_refused():
    with pytest.raises(LoadRefused, match="have no run id"):
        merge([part("a", run=None), part("b", run=None)])


@pytest.mark.parametrize(
    "parts", [[lax("a"), part("b")], [part("a"), lax("b")]], ids=["1st", "2nd"]
)
def test_parts_that_are_judged_by_different_limits_are_refused(parts):
    with pytest.raises(
        LoadRefused, match="differ in plan, limits, throttle or number of generators"
    ):
        merge(parts)


@pytest.mark.parametrize(
    ("after_s", "outcome"), [(10, "pass"), (11, "invalid"), (86400, "invalid")]
)
def test_parts_that_did_not_load_at_the_same_time_are_no_load(after_s, outcome):
    """A task that went badly can't be made again alone, and two nights are not one day."""
    whole = merge([part("a"), part("b", after_s=after_s)])

    assert whole.judgement.outcome == outcome


def test_parts_that_began_apart_are_told_by_how_much():
    whole = merge([part("a"), part("b", after_s=86400)])

    assert whole.judgement.reasons == (
        "the parts began 86400 s apart (at most 10 s), so they were not one load",
    )
    assert merge([whole]).judgement.outcome == "invalid", "judged again, it passes"


def test_proof_that_one_part_was_cleaned_is_none_for_the_whole():
    assert merge([replace(part("a"), cleanup=CLEAN), part("b")]).cleanup is None
