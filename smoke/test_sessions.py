"""Sessions: only those signed with the live key are accepted, and only for their own user's data."""

from aws.words import Words
from signoff.judge.checklist import expectation
from smoke.calls import Answer, Session
from smoke.cors import cacheable_answers
from smoke.properties import decided
from smoke.row_calls import RowCalls, hold, require
from smoke.sessions import PUBLIC_KEYS


def asked_with(calls: RowCalls, route: str, session: Session | None) -> Answer:
    """Ask a route for the caller's own data with this session, harmlessly."""
    caller = calls.caller
    return calls.answer(calls.scenarios.harmless(route, session, caller.user_id))


@expectation("SMOKE-15", ja="本番の署名鍵で署名したセッションが受け入れられる")
def test_session_under_the_live_key_is_accepted(calls: RowCalls) -> None:
    accepted = calls.accepted()

    require(accepted.status == 200, accepted.words)


@expectation("SMOKE-15", ja="別の鍵で署名した同じ内容のセッションが拒否される")
def test_same_claims_under_another_key_are_refused(calls: RowCalls) -> None:
    accepted = calls.accepted()
    forged = calls.answer(lambda scenarios: scenarios.forged_like(accepted.call))

    flaw = calls.flaw(forged, 401)
    require(not flaw, en=f"{accepted}, and {flaw.en}", ja=f"{accepted.ja}。さらに、{flaw.ja}")


@expectation("SEC-40", ja="公開されている鍵で署名したセッションが拒否される")
def test_session_under_a_public_key_is_refused(route: str, calls: RowCalls) -> None:
    forged = [calls.suite.sessions.forged(calls.caller, key) for key in PUBLIC_KEYS]
    answers = [asked_with(calls, route, session) for session in forged]

    hold(*(calls.flaw(answer, 401) for answer in answers))


@expectation("SEC-41", ja="無効なセッションが拒否される")
def test_session_that_does_not_hold_is_refused(kind: Words, route: str, calls: RowCalls) -> None:
    session = calls.suite.sessions.bad(kind, calls.caller)
    answer = asked_with(calls, route, session)

    hold(calls.flaw(answer, 401))


@expectation("SEC-41", ja="細工されたセッションや期限のないセッションが拒否される")
def test_session_that_careless_code_accepts_is_refused(odd: Words, calls: RowCalls) -> None:
    session = calls.suite.sessions.bad(odd, calls.caller)
    answer = asked_with(calls, "GET /stamps", session)

    hold(calls.flaw(answer, 401))


@expectation("SEC-42", ja="他人のIDを指定すると拒否される")
def test_id_of_another_user_is_refused(personal_route: str, calls: RowCalls) -> None:
    caller = calls.caller
    of_other = calls.scenarios.harmless(personal_route, caller, calls.scenarios.other)

    calls.expect(of_other, 403, "FORBIDDEN")


@expectation("SEC-42", ja="API仕様にない項目が本人や結果を変えない")
def test_what_the_contract_does_not_know_decides_nothing(
    personal_route: str, calls: RowCalls
) -> None:
    hold(*decided(calls, personal_route))


@expectation("SEC-47", ja="すべてのルートと状態の応答が保存されない")
def test_no_answer_of_the_run_may_be_kept(calls: RowCalls) -> None:
    hold(*cacheable_answers(calls))
