"""A run that was prepared earlier is checked again in full; one during which somebody deployed is invalid."""

import json
from dataclasses import replace

import pytest

from load.engine.admission import LoadRefused
from load.engine.judge import ExitCode
from load.execution import run_load
from load.prepare import RunOptions, revalidate
from load.target import QuotaLedger
from signoff.evidence import StoreSettings, open_store
from tests.load.compositions import LOCAL, surrounded
from tests.load.fake_aws import HOST, FakeClient, target
from tests.load.runs import OBJECTIVES, SilentDisplay, only, plan, run_against, step

ABOUT = {
    "run": "5eed",
    "environment": "local",
    "release": "a",
    "target_rate": LOCAL.target_rate,
    "spent_before": 0,
    "spent_source": "the ledger",
    "daily_quota": 100_000,
}
SHORT = plan(step("hold", 1, 20, only()), percentiles=False)


@pytest.fixture
def prepared(healthy, tmp_path):
    """A run file that was prepared at release a, by the project's own limits."""

    def made(**more):
        out = tmp_path / "report" / "local" / "load" / "run"
        about = ABOUT | {"host": healthy.url}
        whole = {"plan": SHORT, "objectives": OBJECTIVES, "about": about} | more
        run_against(healthy.url, out, **whole).write(tmp_path / "run.json")
        return tmp_path / "run.json"

    return made


@pytest.fixture
def carry_out(healthy, tmp_path, monkeypatch):
    """Run a run file; what is live is asked before and after."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves

    def carried_out(file, *releases):
        composition = surrounded(tmp_path, url=healthy.url, releases=releases or ("a",))
        return run_load(composition, "local", RunOptions(run_file=file), display)

    display = SilentDisplay()
    carried_out.said = display.said
    return carried_out


@pytest.fixture
def verdicts(tmp_path):
    """The verdicts that the evidence store has."""

    def recorded():
        served = replace(LOCAL, birth="b1")
        store = open_store(StoreSettings.of(served), client=None, root=tmp_path)
        return [entry.body for entry in store.load().entries if entry.kind == "load"]

    return recorded


def test_prepared_run_is_recorded_with_its_release_rate_and_run(
    prepared, carry_out, verdicts, tmp_path
):
    finished = carry_out(prepared())

    (body,) = verdicts()
    assert body["verdict"] == finished.verdict.judgement.outcome
    assert (tmp_path / "report" / "local" / "load" / "latest" / "verdict.json").exists()
    assert (body["run"], body["target_rate"]) == ("5eed", LOCAL.target_rate)


def test_prepared_run_by_other_limits_is_not_recorded(prepared, carry_out, verdicts):
    lax = replace(OBJECTIVES, throttle_tolerance=0.9)

    carry_out(prepared(objectives=lax))

    assert verdicts() == []
    assert "not recorded: judged by other limits than the project's own" in carry_out.said


def test_release_that_changed_during_the_run_makes_it_invalid(prepared, carry_out, verdicts):
    finished = carry_out(prepared(), "a", "b")

    told = "there was a deployment during the run: it is of release a, and b is live"
    assert finished.exit == ExitCode.INVALID
    assert told in map(str, finished.verdict.judgement.reasons)
    assert verdicts()[-1]["verdict"] == "invalid"


def test_prepared_run_of_another_release_is_refused_before_its_first_request(
    prepared, carry_out, healthy
):
    with pytest.raises(LoadRefused, match="it is of release a, and b is live; prepare it again"):
        carry_out(prepared(), "b")

    assert "GET /stamps" not in healthy.seen()


def test_run_file_runs_once_and_pays_once(prepared, carry_out, healthy, tmp_path):
    file = prepared()
    carry_out(file)

    with pytest.raises(LoadRefused, match="contains the verdict of an earlier run"):
        carry_out(file)

    ledger = (tmp_path / "report" / "local" / "load" / "ledger.jsonl").read_text().splitlines()
    assert healthy.seen()["GET /stamps"] == 20
    assert [json.loads(line)["requests"] for line in ledger] == [20]


PREPARED = ABOUT | {"environment": "prod", "release": "b", "spent_before": 99}
DENIED = FakeClient(refusal="AccessDenied")


@pytest.fixture
def again(tmp_path):
    """Validate a run file of production again, unlocked; ``live`` is the release of production now."""

    def readmitted(live=None, unlock=HOST, **more):
        made = {"about": PREPARED, "plan": SHORT} | more
        run = run_against(f"https://{HOST}/prod", tmp_path, **made)
        now = target(**({"release": "b"} | (live or {})))
        return revalidate(run, now, lambda _: DENIED, ledger=ledger, unlock=unlock)

    ledger = QuotaLedger(tmp_path / "ledger.jsonl")
    readmitted.ledger = ledger
    return readmitted


def test_prepared_run_is_told_what_is_spent_now(again):
    again.ledger.reserve("prod", SHORT, "another", begun=True)

    assert again().about["spent_before"] == 20


@pytest.mark.parametrize("unlock", [None, "prod"])
def test_prepared_run_of_production_needs_its_host_typed_again(unlock, again):
    with pytest.raises(LoadRefused, match=f"then add --unlock {HOST}"):
        again(unlock=unlock)


@pytest.mark.parametrize(
    ("live", "why"),
    [
        ({"release": "a"}, "it is of release b, and a is live; prepare it again"),
        ({"release": None}, "it is of release b, and None is live"),
        ({"name": "dev"}, "is for environment prod, and dev is at dev"),
        ({"host": f"https://{HOST}/other"}, f"is for host https://{HOST}/prod, and prod is at"),
        ({"daily_quota": 24}, r"load may use 19 \(80% of 24\)"),
    ],
    ids=["release", "unknown", "environment", "host", "quota"],
)
def test_prepared_run_is_refused_where_the_target_is_not_what_it_was(live, why, again):
    with pytest.raises(LoadRefused, match=why):
        again(live)


def test_prepared_run_over_the_cap_is_refused(again):
    with pytest.raises(LoadRefused, match="over the cap of 2000"):
        again(plan=plan(step("peak", 1, 2001, only())))


def test_reservation_of_a_prepared_run_is_not_in_its_own_way(again):
    again.ledger.reserve("prod", SHORT, "5eed", begun=False)

    assert again({"daily_quota": 25}).about["spent_before"] == 0


def test_run_that_was_made_already_is_paid_again(again):
    again.ledger.reserve("prod", SHORT, "5eed", begun=False)
    again.ledger.reserve("prod", SHORT, "5eed", begun=True)

    with pytest.raises(LoadRefused, match="20 of today's are spent"):
        again({"daily_quota": 25})
