"""GET /stamps: what a person has collected."""

from signoff.checklist import expectation
from smoke.row_calls import RowCalls


@expectation("SMOKE-02", ja="呼び出した本人のスタンプの一覧と件数が返る")
def test_stamps_of_the_caller_are_listed_and_counted(calls: RowCalls) -> None:
    answer = calls.success("GET /stamps")

    flaw = calls.flaw(answer, 200)
    assert not flaw, flaw
    asked = answer.call.user_id
    assert answer.member("user_id") == asked, f"{answer} of {answer.member('user_id')}"
    assert answer.member("total") == len(answer.member("stamps")), f"{answer} with a wrong total"
