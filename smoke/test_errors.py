"""Errors: documented ones as documented, bad input never a 5xx, and nothing told of the inside."""

from signoff.checklist import expectation
from smoke.refusals import leaking, unclear


@expectation("SMOKE-11")
def test_documented_error_is_answered_as_documented(error, trial):
    answer = trial.answer(error.call)

    flaw = trial.flaw(answer, error.status, error.code)
    assert not flaw, flaw


@expectation("SMOKE-12")
def test_stamp_in_a_special_state_is_refused_as_documented(special, trial):
    trial.suite.put_special_masters()
    answer = trial.answer(special.asked)

    flaw = trial.flaw(answer, 400, special.code)
    assert not flaw, flaw


@expectation("SMOKE-17")
def test_bad_input_is_answered_by_a_clear_4xx(input_route, trial):
    found = unclear(trial, input_route)

    assert not found, f"{len(found)} times, first: {found[0]}"


@expectation("SEC-45")
def test_no_error_tells_of_the_inside(trial):
    told = leaking(trial)

    assert not told, f"{len(told)} times, first: {told[0]}"
