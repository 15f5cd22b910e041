"""POST /stamps/award: a stamp for who stands there, once; and nothing of the trial stays."""

from signoff.checklist import expectation
from smoke.journeys import AWARD, awarded
from smoke.script import Script


@expectation("SMOKE-03")
def test_award_answers_as_it_must_at_this_time(trial):
    answer = trial.success(AWARD)

    flaw = trial.flaw(answer, *trial.script.expected(AWARD))
    assert not flaw, flaw


@expectation("SMOKE-16")
def test_awarded_stamp_is_listed(trial):
    award = awarded(trial)
    listed = trial.answer(lambda script: script.stamps_of(script.collector))
    told = [award.member(name) for name in ("stamp_id", "method", "collected_at")]

    flaw = trial.flaw(listed, 200)
    assert not flaw, flaw
    found = [[one["stamp_id"], one["method"], one["collected_at"]] for one in listed.json["stamps"]]
    assert found == [told], f"{award} for {told}, but listed are {found}"


@expectation("SMOKE-16")
def test_stamp_is_awarded_only_once(trial):
    awarded(trial)
    again = trial.answer(Script.collect_again)

    flaw = trial.flaw(again, 409, "STAMP_ALREADY_EXISTS")
    assert not flaw, flaw


@expectation("SMOKE-16")
def test_smoke_leaves_nothing_behind(trial, observe):
    left = trial.suite.tidy()
    observe.note(calls=len(trial.suite.client.answers), left=left)

    assert not left, f"the smoke calls left {', '.join(left)}"
