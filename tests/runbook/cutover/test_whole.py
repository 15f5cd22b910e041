"""The cut-over as one run with the people in it: in order, signed, and stopped where one says no."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from runbook.cutover import verdict
from runbook.engine import Journal, Procedure, Run, Stopped
from runbook.engine.evidence import Evidence, Signing
from runbook.procedures import cutover
from runbook.rollback.drill import temporary_front_end
from signoff.judge.checklist import Checklist
from signoff.judge.snapshot import Live
from tests.folder_store import store_in
from tests.runbook.cutover.test_verdict import told
from tests.runbook.toy import WHO, Memory

PROCEDURE = Procedure.of(cutover)
STEPS = [step.name for step in PROCEDURE.steps]
RELEASE = "a1"
OLD = """\
const CONFIG = {
    API_BASE_URL: 'https://olddevapi1.execute-api.us-east-1.amazonaws.com/dev',
    LIFF_ID: window.LIFF_ID || '1111111111-aaaaaaaa',
};
"""


class Team(Memory):
    """People who do what each step says; ``refuses`` is what one of them says no to."""

    def __init__(self, deploy, refuses=""):
        super().__init__()
        self.deploy, self.refuses = deploy, refuses

    def confirmed(self, step):
        super().confirmed(step)
        if step.name == "front_end_switched":
            self.deploy()
        return step.name != self.refuses


@pytest.fixture
def cut_over(empty, tmp_path, monkeypatch):
    """Runs the cut-over of an environment with a good verdict and a front end on loopback."""
    monkeypatch.setattr(verdict, "newest", lambda *_: told(started=datetime.now(UTC)))
    store = store_in(tmp_path / "evidence", "prod")
    journal = Journal(tmp_path / "journal.jsonl")
    with temporary_front_end() as (there, folder):
        served = folder / there.config_path
        own = tmp_path / "site" / there.config_path
        for path in (served, own):
            path.parent.mkdir(parents=True)
            path.write_text(OLD)

        def run(refuses=""):
            screen = Team(lambda: served.write_bytes(own.read_bytes()), refuses)
            evidence = Evidence(store=store, caller=WHO, live=lambda _: Live(release=RELEASE))
            context = empty.context(
                record=evidence.record,
                recorded=evidence.recorded,
                environment=replace(empty.environment, front_end=there),
                chosen={"site": str(tmp_path / "site")},
                live=lambda _: Live(release=RELEASE),
            )
            signing = Signing(
                evidence=evidence,
                by=lambda: "Hanako Sato",
                days=14,
                checklist=Checklist.load(),
            )
            made = Run(
                procedure=PROCEDURE,
                context=context,
                journal=journal,
                screen=screen,
                who=WHO,
                signatures=signing,
            )
            return made, screen

        run.served, run.own, run.store, run.journal = served, own, store, journal
        yield run


def test_every_step_is_done_once_and_in_order(cut_over):
    made, screen = cut_over()
    made.perform()
    signed = [
        entry.body["step"].partition("#")[2]
        for entry in [*cut_over.store.load().of("signature")][::-1]
    ]

    assert [name for name, _ in screen.outcomes] == STEPS
    assert {what for _, what in screen.outcomes} <= {"confirmed", "done", "held"}
    assert signed == [step.name for step in PROCEDURE.steps if step.action is None]
    assert "https://api.rally.example.jp" in cut_over.served.read_text()


def test_the_users_are_told_before_the_maintenance_begins():
    assert STEPS.index("users_told") < STEPS.index("maintenance_on")
    assert STEPS.index("maintenance_on") < STEPS.index("front_end_switched")
    assert STEPS.index("front_end_switched") < STEPS.index("maintenance_lifted")


@pytest.mark.parametrize("refused", [step.name for step in PROCEDURE.steps if step.action is None])
def test_where_one_says_no_nothing_after_it_happens(cut_over, refused):
    made, screen = cut_over(refused)
    with pytest.raises(Stopped, match="not confirmed"):
        made.perform()

    assert [name for name, _ in screen.outcomes] == STEPS[: STEPS.index(refused) + 1]


def test_a_verdict_that_refuses_is_not_said_to_be_changed(cut_over, monkeypatch):
    monkeypatch.setattr(verdict, "newest", lambda *_: None)
    made, _ = cut_over()
    with pytest.raises(Stopped, match="there is no verdict yet"):
        made.perform()

    assert made.applied.in_words() is None
    assert [difference.what for difference in cut_over.journal] == ["begin", "failed", "end"]


def test_a_stopped_cut_over_goes_on_and_asks_nobody_twice(cut_over):
    first, _ = cut_over("phone_test")
    with pytest.raises(Stopped):
        first.perform()
    made, screen = cut_over()
    made.perform()

    assert screen.asked == STEPS[STEPS.index("phone_test") :]


def test_without_a_deployment_the_run_stops_before_anybody_is_asked_to_look(cut_over):
    made, screen = cut_over()
    screen.deploy = lambda: None
    with pytest.raises(Stopped, match="does not serve the new configuration yet"):
        made.perform()

    assert screen.asked[-1] == "caches_invalidated"
    assert "front_end_reaches_api" not in screen.asked


def previous(cut_over):
    return cut_over.store.load().newest("front-end").body["config"]


def test_what_was_deployed_by_mistake_is_no_configuration_to_go_back_to(cut_over):
    made, screen = cut_over()
    screen.deploy = lambda: cut_over.served.write_text(OLD.replace("olddevapi1", "olddevapl1"))
    for run in (made, cut_over()[0]):
        with pytest.raises(Stopped, match="does not serve the new configuration yet"):
            run.perform()

    assert previous(cut_over) == OLD


@pytest.mark.parametrize("apis", [["newdevapi2", "olddevapi1"], ["newdevapi2", "newdevapi3"]])
@pytest.mark.parametrize(
    "part", ["front-end", "functions"], ids=["by the procedure", "by a person"]
)
def test_each_switch_records_what_it_replaces(cut_over, apis, part):
    cut_over()[0].perform()
    for api in apis:
        config = OLD.replace("olddevapi1", api)
        for path in (cut_over.served, cut_over.own):
            path.write_text(config)
        cut_over.store.append("rollback", {"part": part}, caller=WHO, release=RELEASE)
        with suppress(Stopped):  # what is signed for already is not deployed again
            cut_over()[0].perform()

        assert previous(cut_over) == config


def test_a_rehearsal_of_all_of_it_changes_nothing_anywhere(cut_over, empty):
    made, screen = cut_over()
    with empty.reads_only():
        shown = made.rehearse()

    assert [change.field.en for change in shown] == [
        "front-end",
        *("API_BASE_URL", "LIFF_ID"),
        "API_BASE_URL",
    ]
    assert screen.asked == []
    assert cut_over.own.read_text() == cut_over.served.read_text() == OLD
    assert (list(cut_over.journal), cut_over.store.load().entries) == ([], ())
    assert empty.evidence.records == []
