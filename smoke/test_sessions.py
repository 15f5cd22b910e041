"""Sessions: the live key's alone are let in, and only for what is theirs."""

from signoff.checklist import expectation
from smoke.refusals import asked_with, let_in_by_public_keys


@expectation("SMOKE-15")
def test_session_under_the_live_key_is_let_in(trial):
    assert trial.let_in().status == 200


@expectation("SMOKE-15")
def test_same_claims_under_another_key_are_refused(trial):
    accepted = trial.let_in()
    forged = trial.answer(lambda script: script.forged_like(accepted.call))

    flaw = trial.flaw(forged, 401)
    assert not flaw, f"{accepted}, and {flaw}"


@expectation("SEC-40")
def test_session_under_a_public_key_is_refused(route, trial):
    flaws = let_in_by_public_keys(trial, route)

    assert not flaws, "; ".join(flaws)


@expectation("SEC-41")
def test_session_that_does_not_hold_is_refused(kind, route, trial):
    session = trial.suite.sessions.bad(kind, trial.caller)
    answer = asked_with(trial, route, session)

    flaw = trial.flaw(answer, 401)
    assert not flaw, flaw


@expectation("SEC-42")
def test_id_of_another_user_is_refused(personal_route, trial):
    caller = trial.caller
    answer = trial.answer(lambda script: script.harmless(personal_route, caller, script.other))

    flaw = trial.flaw(answer, 403, "FORBIDDEN")
    assert not flaw, flaw
