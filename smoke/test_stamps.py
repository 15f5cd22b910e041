"""GET /stamps: what a person has collected."""

import pytest

from signoff.checklist import expectation
from smoke.flaws import hold
from smoke.long_ago import collection_flaws
from smoke.row_calls import RowCalls


@expectation("SMOKE-02", ja="呼び出した本人のスタンプの一覧と件数が返る")
def test_stamps_of_the_caller_are_listed_and_counted(calls: RowCalls) -> None:
    answer = calls.success("GET /stamps")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-02", ja="マスターのないものも含め、すべてのスタンプがID順に並ぶ")
@pytest.mark.usefixtures("embedded_line")
def test_all_stamps_are_listed_in_order_without_a_master_too_and_no_counter(
    calls: RowCalls,
) -> None:
    hold(*collection_flaws(calls))
