"""POST /notify: a message to the caller, over LINE."""

from signoff.judge.checklist import expectation
from smoke.row_calls import RowCalls, hold


@expectation("SMOKE-05", ja="合成ユーザーへの通知がエラーなく省かれる")
def test_synthetic_user_is_dropped_without_an_error(calls: RowCalls) -> None:
    answer = calls.success("POST /notify")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-05", ja="同意した人にメッセージが送られる")
def test_person_who_agreed_is_sent_a_message(calls: RowCalls) -> None:
    answer = calls.answer(lambda scenarios: scenarios.notify(scenarios.tester))

    hold(calls.flaw(answer, 200))
