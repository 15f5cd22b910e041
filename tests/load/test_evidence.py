"""The newest valid run counts, whenever and by whomever it is recorded, and only with the project's own limits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from load.engine.admission import LoadRefused
from load.engine.judge import Conditions
from load.engine.plan import TokenBucket
from load.evidence import record, why_not_counted
from load.plans import plans
from load.target import LOCUST_REPORT
from signoff.environment import load
from signoff.evidence import StoreSettings, open_store
from tests.load.measurements import CONDITIONS, seen
from tests.load.runs import OBJECTIVES
from tests.load.test_verdict import verdict

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
THROTTLE = TokenBucket(1000, 2000)
PROD = load("prod", Path(__file__).parents[1] / "prod.toml", {}).environment
AT_200 = replace(PROD, target_rate=200)
BASELINE = Conditions(plans(AT_200)["baseline"], OBJECTIVES, THROTTLE)
STORE = StoreSettings(environment="prod", location="evidence")
CLEAN = {"users": 9, "deleted": 9, "left": 0, "line_calls": 0}


def run(name, ended=NOON, conditions=BASELINE, **about):
    """A run of the required plan, cleaned."""
    made = verdict(conditions, seen(answered=1000), run=name, **about)
    return replace(made, began=ended - timedelta(minutes=3), ended=ended, cleanup=CLEAN)


@pytest.fixture
def put(tmp_path):
    """Record a run, at noon unless told otherwise."""

    def recorded(made, counts=True, now=NOON):
        where = tmp_path / "report" / "run"
        where.mkdir(parents=True, exist_ok=True)
        (where / LOCUST_REPORT).touch()
        record(made, where, STORE, tmp_path, None, live=None, counts=counts, now=lambda: now)

    return recorded


@pytest.fixture
def kinds(tmp_path):
    def recorded():
        store = open_store(STORE, client=lambda _: None, root=tmp_path)
        return [entry.kind for entry in store.load().entries]

    return recorded


def test_store_gets_the_window_of_every_run_and_the_verdict_of_those_that_count(put, tmp_path):
    put(run("a", NOON - timedelta(hours=1)), counts=False)
    put(run("b"))

    records = open_store(STORE, client=lambda _: None, root=tmp_path).load()
    assert [entry.kind for entry in records.entries] == ["window", "window", "load"]
    assert records.newest("load", plan="baseline").release == "0123456789abcdef"
    assert records.newest("load").body["page"] == "report/run/locust.html"
    assert records.newest("load").body["mix"] == PROD.application.demand.mix


def test_window_of_a_run_is_told_once(put, kinds):
    put(run("a"), counts=False)
    put(run("a"))

    assert kinds() == ["window", "load"]


def test_older_run_does_not_replace_a_newer_one(put, kinds):
    put(run("failed"))

    with pytest.raises(
        LoadRefused, match=r"a baseline that ended 2026-11-25T12:00:00\S* is recorded"
    ):
        put(run("older", NOON - timedelta(hours=2)))
    assert kinds().count("load") == 1


def test_invalid_run_does_not_outdate_an_older_valid_one(put, kinds):
    valid = replace(run("older", NOON - timedelta(hours=2), CONDITIONS), measurement=seen())
    dropped = seen(answered=1900, rows=[("", "dropped", None, 100)])
    invalid = replace(run("dropping", NOON, CONDITIONS), measurement=dropped)

    put(invalid)
    put(valid)

    assert (valid.judgement.outcome, invalid.judgement.outcome) == ("pass", "invalid")
    assert kinds() == ["window", "load", "window", "load"]


def test_older_run_of_another_plan_is_news(put, kinds):
    smoke = replace(BASELINE, plan=plans(AT_200)["smoke"])
    put(run("a"))

    put(run("b", NOON - timedelta(hours=2), smoke))

    assert kinds().count("load") == 2


@pytest.mark.parametrize(
    "again",
    [run("a"), run("a", release="another"), replace(run("a"), cleanup=None), run(None)],
    ids=["same", "release", "cleanup", "unnamed"],
)
def test_run_is_recorded_once_however_its_verdict_was_changed(again, put):
    put(run(again.about["run"]))

    with pytest.raises(LoadRefused, match="is recorded already"):
        put(again)


@pytest.mark.parametrize("over", [timedelta(days=14, minutes=1), timedelta(minutes=-6)], ids=str)
def test_run_that_is_over_too_long_or_by_a_clock_that_was_ahead_is_refused(over, put):
    put(run("a"), now=NOON + timedelta(days=14))

    with pytest.raises(
        LoadRefused, match=r"ended at 2026-11-25 21:01 JST, not within the last 14 days; run it"
    ):
        put(run("b", NOON + timedelta(minutes=1)), now=NOON + timedelta(minutes=1) + over)


@pytest.mark.parametrize("kind", ["release", "rollback", "drill"])
def test_run_during_which_something_else_was_served_is_refused_also_where_it_is_as_before(
    kind, put, tmp_path
):
    """What is live is read before the run and after it: there and back, both are the same."""
    store = open_store(STORE, client=lambda _: None, root=tmp_path)
    store.append(kind, {}, caller="other", release=None, now=lambda: NOON - timedelta(minutes=2))

    put(run("earlier", NOON - timedelta(minutes=3)))
    with pytest.raises(
        LoadRefused, match=rf"a .*{kind}.* was recorded at 2026-11-25 20:58 JST, du"
    ):
        put(run("during"))
    put(run("later", NOON + timedelta(minutes=2)), now=NOON + timedelta(minutes=2))


def test_run_of_the_project_s_own_limits_and_plan_may_count():
    assert why_not_counted(run("a"), PROD) is None


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (
            run(
                "a",
                conditions=replace(BASELINE, objectives=replace(OBJECTIVES, throttle_tolerance=1)),
            ),
            "judged by other limits than the project's own",
        ),
        (
            run(
                "a",
                conditions=replace(BASELINE, plan=plans(replace(PROD, target_rate=10))["baseline"]),
            ),
            "its baseline is not the one that target_rate and throttle of today make",
        ),
        (
            run("a", conditions=replace(BASELINE, throttle=TokenBucket(10, 20))),
            "its baseline is not the one that target_rate and throttle of today make",
        ),
        (run("a", target_rate=100), "made for 100 requests a second, and target_rate is 200"),
        (replace(run("a"), cleanup=None), "nothing proves that what it wrote is gone"),
    ],
    ids=["limits", "plan", "throttle", "rate", "cleanup"],
)
def test_run_that_no_sign_off_may_count_is_told_why(made, why):
    assert why_not_counted(made, PROD).en.startswith(why)
