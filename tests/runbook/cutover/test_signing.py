"""A signature counts for the release that is live, for some days, and for nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aws.words import Words
from runbook.catalogue import procedures
from runbook.composition import signer
from runbook.engine import Procedure, Refused, Run, Stopped
from runbook.engine.evidence import Evidence, Signing, asked_of, name_of
from runbook.engine.journal import Journal
from runbook.procedures import by_hand, cutover, prepare
from signoff.environment import load
from signoff.evidence.facts import PartFact
from signoff.evidence.parts import Part
from signoff.judge.checklist import Checklist
from signoff.judge.snapshot import Live
from tests.folder_store import store_in
from tests.runbook.toy import WHO, Memory, Thing, look_at_it, run

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CHECKLIST = Checklist.load()


@pytest.fixture
def store(tmp_path):
    return store_in(tmp_path / "evidence", "prod")


def live(code="a1", **parts):
    """What is live: its code, and other parts, each of one fact."""
    facts = {
        Part[name.upper()]: {"fact": PartFact(value, value)}
        for name, value in {"code": code, **parts}.items()
    }
    return lambda rests_on: Live(
        release=code, parts={rest: facts[rest] for rest in rests_on if rest in facts}
    )


def signing(store, code="a1", now=NOW, **more):
    return Signing(
        evidence=Evidence(store=store, caller=WHO, live=live(code, **more.get("parts", {}))),
        by=more.get("by", lambda: "Hanako Sato"),
        days=14,
        checklist=CHECKLIST,
        now=lambda: now,
    )


STEPS = {
    name_of(step): step for module in (by_hand, cutover) for step in Procedure.of(module).steps
}
SIGNED = {row.id: row.signed for row in CHECKLIST if row.signed}


@pytest.mark.parametrize("row", SIGNED)
def test_a_signed_row_has_its_step_that_a_person_does(row):
    assert STEPS[SIGNED[row]].action is None


@pytest.mark.parametrize(
    "row", [row for row, value in SIGNED.items() if value.startswith("cutover")]
)
def test_a_step_of_the_cut_over_proves_the_row_that_it_signs_for(row):
    assert row in STEPS[SIGNED[row]].proves


def test_a_signature_says_who_and_speaks_of_the_release(store):
    signing(store).sign(cutover.users_told)
    record = store.load().newest("signature", step="cutover#users_told")

    assert (record.body["by"], record.release) == ("Hanako Sato", "a1")
    assert record.expires == NOW + timedelta(days=14)
    assert signing(store).standing(cutover.users_told) == "2026-11-25 18:00 JST Hanako Sato"


@pytest.mark.parametrize(
    "then", [{"code": "b2"}, {"now": NOW + timedelta(days=15)}], ids=["code", "time"]
)
def test_another_release_or_a_later_day_asks_again(store, then):
    signing(store).sign(cutover.users_told)

    assert signing(store, **then).standing(cutover.users_told) == ""


def rolled_back(store, part="front-end", minutes=1, state="done"):
    body, at = {"part": part, "state": state}, NOW + timedelta(minutes=minutes)
    store.append("rollback", body, caller=WHO, release="a1", now=lambda: at)


@pytest.mark.parametrize(
    "rollback",
    [{"minutes": 1}, {"minutes": -1}, {"state": "begun"}],
    ids=["later", "by a slow clock", "killed before it was recorded as done"],
)
def test_rollback_of_the_front_end_lets_a_second_cut_over_ask_again(rollback, store):
    signing(store).sign(cutover.maintenance_on)
    rolled_back(store, **rollback)

    assert signing(store).standing(cutover.maintenance_on) == ""


def test_rollback_before_a_signature_or_of_another_part_leaves_it(store):
    rolled_back(store)
    signing(store).sign(cutover.maintenance_on)
    rolled_back(store, "api")

    assert signing(store).standing(cutover.maintenance_on) != ""


def test_only_what_a_row_asks_for_is_signed(store):
    assert signing(store).proves(cutover.users_told)
    assert not signing(store).proves(prepare.agree_on_it)


def test_nobody_signs_without_a_name():
    with pytest.raises(Refused, match="give it with --by"):
        signer(None, None)()

    assert signer("Hanako Sato", None)() == "Hanako Sato"


class One(Memory):
    """Somebody who has done one thing alone."""

    def tried(self, steps):
        return [number for number in super().tried(steps) if steps[number].name == "liff_app"]


def test_the_last_trial_can_be_signed_without_those_before_it(store, tmp_path):
    path, procedure = tmp_path / "journal", Procedure.of(by_hand)
    run(Thing(), path, One(), procedure=procedure, signatures=signing(store)).perform()
    signed = [entry.body["step"] for entry in store.load().entries if entry.kind == "signature"]

    assert signed == ["by_hand#liff_app"]
    assert [difference.what for difference in Journal(path)].count("left") == len(
        procedure.steps
    ) - 1


def test_application_without_line_is_asked_for_no_signature_about_it():
    example = Path(__file__).parents[3] / "docs" / "examples" / "todo" / "environments.toml"
    environment = load("local", example, {}).environment
    asked = [asked_of(procedures()[name], environment) for name in ("cutover", "by_hand")]

    left = {step.name for procedure in asked for step in procedure.steps}
    of_line = {"line_developers_switched", "channel_token_stored", "phone_test", "bot", "liff_app"}
    of_rally = {"masters", "special_stamps", "log_in", "collect", "notify", "rich_menus"}
    assert left & of_line == left & of_rally == set()
    assert {"front_end_switched", "security_test", "front_end"} < left


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_what_a_person_is_told_to_enter_names_the_environment_of_the_run(lang):
    asked = asked_of(Procedure.of(cutover), load("local").environment)
    (stored,) = (step for step in asked.steps if step.name == "channel_token_stored")

    assert "python -m runbook secrets --env local --line-token" in stored.text.body[lang]
    assert not [step.name for step in asked.steps if "--env prod" in step.text.body[lang]]


def test_each_step_of_the_cut_over_waits_for_the_one_before():
    assert not [step.name for step in Procedure.of(cutover).steps if step.may_wait]


class SignaturesInMemory:
    """Signs the toy's step; ``standing`` is what counts already."""

    def __init__(self, standing="", fails=False):
        self.told, self.signed, self.fails = standing, [], fails

    def proves(self, step):
        return step is look_at_it

    def standing(self, _):
        return self.told

    def sign(self, step):
        if self.fails:
            raise Refused(Words.same("nothing is live"))
        self.signed.append(step.name)


def test_what_was_confirmed_is_signed(tmp_path):
    signatures = SignaturesInMemory()
    run(Thing(), tmp_path / "journal", Memory(), signatures=signatures).perform()

    assert signatures.signed == ["look_at_it"]


def test_what_is_signed_already_is_not_asked_again(tmp_path):
    screen = Memory()
    run(
        Thing(), tmp_path / "journal", screen, signatures=SignaturesInMemory("9:00 Hanako")
    ).perform()

    assert screen.asked == []
    assert "9:00 Hanako" in screen.details


def test_the_journal_alone_is_no_signature(tmp_path):
    """A stopped run was confirmed for the release of then: the one of now is asked about."""
    path, thing = tmp_path / "journal", Thing(broken=True)
    with pytest.raises(Stopped):
        run(thing, path, Memory(), signatures=SignaturesInMemory()).perform()
    screen = Memory()
    with pytest.raises(Stopped):
        run(thing, path, screen, signatures=SignaturesInMemory()).perform()

    assert screen.asked == ["look_at_it"]


def test_what_cannot_be_signed_stops_the_run_and_is_not_confirmed(tmp_path):
    path = tmp_path / "journal"
    with pytest.raises(Stopped, match="nothing is live"):
        run(Thing(), path, Memory(), signatures=SignaturesInMemory(fails=True)).perform()

    assert "confirmed" not in {difference.what for difference in Journal(path)}


def test_nobody_there_signs_nothing(tmp_path):
    signatures = SignaturesInMemory()
    made: Run = run(Thing(), tmp_path / "journal", Memory(), signatures=signatures, unattended=True)
    made.perform()

    assert signatures.signed == []


@pytest.mark.parametrize(
    ("outcome", "asked"),
    [("pass", False), ("excluded", False), ("fail", True), ("not testable", True), (None, True)],
)
def test_what_the_newest_run_judged_itself_is_not_asked_for(store, outcome, asked):
    step = next(change for change in Procedure.of(by_hand).steps if change.name == "collect")
    rows = [row.id for row in CHECKLIST if row.signed == name_of(step)]
    signatures = replace(signing(store), judged=dict.fromkeys(rows, outcome))

    assert signatures.needless(step) is not asked
