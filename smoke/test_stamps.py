"""GET /stamps: what a person has collected."""

from signoff.judge.checklist import expectation
from smoke.row_calls import RowCalls, hold


@expectation("SMOKE-02", ja="呼び出した本人のスタンプの一覧と件数が返る")
def test_stamps_of_the_caller_are_listed_and_counted(calls: RowCalls) -> None:
    answer = calls.success("GET /stamps")

    hold(calls.flaw(answer, 200))
