"""POST /auth/verify: who logs in, and who does not."""

from signoff.checklist import expectation
from smoke.journeys import logged_in
from smoke.script import GUIDE


@expectation("SMOKE-01")
def test_guides_own_call_is_refused(trial):
    answer = trial.answer(GUIDE)

    flaw = trial.flaw(answer, 401, "TOKEN_VERIFICATION_FAILED")
    assert not flaw, flaw


@expectation("SMOKE-01")
def test_login_answers_a_session_that_is_let_in(trial):
    session = logged_in(trial)
    answer = trial.answer(lambda script: script.stamps_of(session))

    assert answer.status == 200, f"{answer}, though the login had just answered that session"


@expectation("SEC-43")
def test_bad_id_token_is_refused(flaw, trial):
    answer = trial.answer(lambda script: script.login_with(flaw))

    wrong = trial.flaw(answer, 401, "TOKEN_VERIFICATION_FAILED")
    assert not wrong, f"ID token {flaw}: {wrong}"
