"""POST /auth/verify: who logs in, and who does not."""

from aws.words import Words
from signoff.judge.checklist import expectation
from smoke.calls import LOGIN
from smoke.properties import decided_login, lifetime_flaws
from smoke.row_calls import RowCalls, hold, logged_in, require
from smoke.scenarios import GUIDE


@expectation("SMOKE-01", ja="手順書に記載の呼び出しが拒否される")
def test_guides_own_call_is_refused(calls: RowCalls) -> None:
    calls.expect(GUIDE, 401, "TOKEN_VERIFICATION_FAILED")


@expectation("SMOKE-01", ja="ログインで得たセッションが受け入れられる")
def test_login_answers_a_session_that_is_accepted(calls: RowCalls) -> None:
    session = logged_in(calls)
    answer = calls.answer(lambda scenarios: scenarios.stamps_of(session))
    flaw = calls.flaw(answer, 200)

    require(
        not flaw,
        en=f"{answer}, though the login had just issued that session",
        ja=f"{answer.ja}。セッションはログインが発行した直後のものです",
    )


@expectation("SMOKE-01", ja="ログインのセッションがAPI仕様どおりの時間だけ有効である")
def test_session_of_a_login_lasts_as_long_as_documented(calls: RowCalls) -> None:
    answer = calls.success(LOGIN)

    hold(*lifetime_flaws(answer, calls.suite.clock_s))


@expectation("SMOKE-01", ja="IDトークンの本人以外としてログインできない")
def test_login_is_of_the_person_in_the_id_token_alone(calls: RowCalls) -> None:
    hold(*decided_login(calls))


@expectation("SEC-43", ja="不正なIDトークンが拒否される")
def test_bad_id_token_is_refused(flaw: Words, calls: RowCalls) -> None:
    answer = calls.answer(lambda scenarios: scenarios.login_with(flaw))

    wrong = calls.flaw(answer, 401, "TOKEN_VERIFICATION_FAILED")
    require(not wrong, en=f"ID token {flaw}: {wrong.en}", ja=f"IDトークン（{flaw.ja}）: {wrong.ja}")
