"""A run from its first question to its record: priced once, recorded, and the newest."""

import json
import signal
from dataclasses import replace

import pytest

from load.engine.judge import ExitCode
from load.execution import run_load
from load.prepare import RunOptions
from signoff.environment.guard import GuardError, alone, folder_of_stack
from signoff.evidence import StoreSettings, open_store
from tests.load.compositions import LOCAL, Tables, answering, surrounded
from tests.load.runs import Meddler, SilentDisplay


@pytest.fixture
def interrupted(healthy, tmp_path, monkeypatch):
    """Run the smoke plan, and press Ctrl-C in its first second."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves
    composition = surrounded(tmp_path, url=healthy.url, aws=answering(Tables()))
    display = Meddler(1, lambda: signal.raise_signal(signal.SIGINT))
    return run_load(composition, "local", RunOptions(), display)


def test_interrupted_run_is_recorded_as_invalid_and_paid_in_full(interrupted, tmp_path):
    home = tmp_path / "report" / "local" / "load"
    store = open_store(StoreSettings.of(replace(LOCAL, birth="b1")), client=None, root=tmp_path)
    (body,) = [entry.body for entry in store.load().entries if entry.kind == "load"]
    (paid,) = map(json.loads, (home / "ledger.jsonl").read_text().splitlines())

    assert interrupted.exit == ExitCode.INVALID
    assert (body["verdict"], body["target_rate"]) == ("invalid", LOCAL.target_rate)
    assert body["run"] == interrupted.verdict.about["run"]
    assert paid["requests"] == interrupted.verdict.conditions.plan.requests
    assert json.loads((home / "latest" / "verdict.json").read_text())["verdict"] == "invalid"


def test_run_that_is_ended_while_it_cleans_up_says_what_is_left(healthy, tmp_path, monkeypatch):
    """A pipeline is ended by Ctrl-C, and seconds later by SIGTERM: that meets the clean-up, not the run."""

    class Ended(Meddler):
        def say(self, sentence):
            super().say(sentence)
            if sentence.en == "deleting what the run wrote":
                signal.raise_signal(signal.SIGTERM)

    def ends(*_):
        pytest.fail("it would end the process, without a word")

    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # of a stack that this process serves
    display = Ended(1, lambda: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGTERM, ends)
    composition = surrounded(tmp_path, url=healthy.url, aws=answering(Tables()))

    with pytest.raises(KeyboardInterrupt):
        run_load(composition, "local", RunOptions(), display)
    heard_by = signal.signal(signal.SIGTERM, before)
    assert display.said[-1].endswith("delete it with: signoff clean --env local")
    assert heard_by is ends


def test_stack_that_is_judged_or_cleaned_is_not_loaded_meanwhile(healthy, tmp_path, monkeypatch):
    """`signoff clean` deletes what a run awards: its verdict would say that the stamps were never stored."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    composition = surrounded(tmp_path, url=healthy.url, aws=answering(Tables()))
    folder = folder_of_stack(replace(LOCAL, birth="b1"), tmp_path / "report" / "local")

    with alone(folder), pytest.raises(GuardError, match=r"process \d+ is judging, loading or"):
        run_load(composition, "local", RunOptions(), SilentDisplay())
    assert not (tmp_path / "report" / "local" / "load").exists()
