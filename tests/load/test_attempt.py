"""Locust that ends without a verdict is never a pass, and what it said last is passed on."""

import pytest

from load.attempt import Attempt
from load.engine.judge import Exit
from load.engine.plan import LIST
from tests.load.runs import Silent, only, plan, run_against, step

GAVE_UP = "[2026-11-25 04:34:20,818] vm/ERROR/locust.main: Gave up waiting for workers to connect"


@pytest.mark.parametrize("code", [0, 1, 3, -9])
def test_missing_verdict_is_invalid_whatever_the_exit_code_of_locust(code, tmp_path):
    (tmp_path / "master.log").write_text(f"something\n{GAVE_UP}\n")

    finished = attempt(tmp_path).conclude(code)

    assert finished.exit == Exit.INVALID
    assert finished.sentence == (
        f"INVALID: Locust ended with {code} and without a verdict "
        "(locust.main: Gave up waiting for workers to connect)"
    )
    assert finished.paths == (tmp_path / "master.log",)


def test_refusal_of_a_process_is_told_as_it_was_said(tmp_path):
    (tmp_path / "locust.log").write_text("refused: api.example.com is not this environment's\n")

    finished = attempt(tmp_path).conclude(Exit.REFUSED)

    assert finished.exit == Exit.REFUSED
    assert finished.sentence == "refused: api.example.com is not this environment's"


def attempt(folder):
    """A run without awards, after which there is nothing to clean."""
    run = run_against("http://127.0.0.1:9", folder, plan=plan(step(mix=only(LIST))))
    return Attempt(run=run, target=None, aws=None, folder=folder, watch=Silent())
