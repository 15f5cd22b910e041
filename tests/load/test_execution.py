"""If Locust ends without a verdict, the run never passes, and Locust's last words are shown."""

import json

import pytest

from aws.section import NotTestable
from aws.words import Words
from load.engine.admission import REFUSAL_FILE
from load.engine.judge import ExitCode
from load.engine.plan import LIST
from load.execution import Execution
from signoff.judge.snapshot import Live
from tests.load.runs import SilentDisplay, only, plan, run_against, step
from tests.load.test_verdict import verdict

GAVE_UP = "[2026-11-25 04:34:20,818] vm/ERROR/locust.main: Gave up waiting for workers to connect"


@pytest.mark.parametrize("code", [0, 1, 3, -9])
def test_missing_verdict_is_invalid_whatever_the_exit_code_of_locust(code, tmp_path):
    (tmp_path / "master.log").write_text(f"something\n{GAVE_UP}\n")

    finished = execution(tmp_path).conclude(code)

    assert finished.exit == ExitCode.INVALID
    assert finished.sentence.en == (
        f"INVALID: Locust ended with {code} and without a verdict "
        "(locust.main: Gave up waiting for workers to connect)"
    )
    assert finished.paths == (tmp_path / "master.log",)


def test_refusal_of_a_process_is_told_as_it_was_said(tmp_path):
    refusal = {"en": "api.example.com is not this environment's", "ja": "この環境のものではない"}
    (tmp_path / REFUSAL_FILE).write_text(json.dumps(refusal), "utf-8")

    finished = execution(tmp_path).conclude(ExitCode.REFUSED)

    assert finished.exit == ExitCode.REFUSED
    assert finished.sentence == Words(
        "refused: api.example.com is not this environment's", "拒否: この環境のものではない"
    )


@pytest.mark.parametrize(("before", "after"), [("a", "b"), (None, "b")])
def test_run_in_which_someone_deployed_is_invalid(before, after, tmp_path):
    verdict().write(tmp_path)

    finished = execution(tmp_path, {"release": before}, live=lambda: Live(release=after)).conclude(
        0
    )

    told = f"there was a deployment during the run: it is of release {before}, and {after} is live"
    assert finished.exit == ExitCode.INVALID
    assert finished.verdict.judgement.reasons[0].en == told
    assert json.loads((tmp_path / "verdict.json").read_text())["verdict"] == "invalid"


def test_run_after_which_what_is_live_cannot_be_read_says_why(tmp_path):
    verdict().write(tmp_path)

    finished = execution(tmp_path, {"release": "a"}, live=ended).conclude(0)

    assert finished.exit == ExitCode.INVALID
    assert finished.verdict.judgement.reasons[0].en == (
        "whether there was a deployment during the run is unknown; if these credentials ended, "
        "sign in, then run it again: the token is expired"
    )


def test_run_of_no_known_release_keeps_its_verdict_where_none_can_be_read(tmp_path):
    verdict().write(tmp_path)

    assert execution(tmp_path, live=ended).conclude(0).exit == ExitCode.PASS


def test_run_whose_release_is_live_to_its_end_keeps_its_verdict(tmp_path):
    verdict().write(tmp_path)

    still = execution(tmp_path, {"release": "a"}, live=lambda: Live(release="a"))

    assert still.conclude(0).exit == ExitCode.PASS


def ended():
    raise NotTestable(en="the token is expired", ja="トークンの期限切れ")


def execution(folder, about=None, live=lambda: Live(release=None)):
    """A run without awards, after which there is nothing to clean."""
    run = run_against(
        "http://127.0.0.1:9", folder, plan=plan(step(mix=only(LIST))), about=about or {}
    )
    return Execution(
        run=run,
        target=None,
        aws=None,
        folder=folder,
        display=SilentDisplay(),
        live=live,
    )
