"""GET /stamps: what a person has collected."""

import pytest

from aws.words import Words
from signoff.checklist import expectation
from smoke.flaws import hold, require
from smoke.long_ago import collection_flaws
from smoke.row_calls import RowCalls


@expectation("SMOKE-02", ja="呼び出した本人のスタンプの一覧と件数が返る")
def test_stamps_of_the_caller_are_listed_and_counted(calls: RowCalls) -> None:
    answer = calls.success("GET /stamps")

    hold(calls.flaw(answer, 200))
    asked = answer.call.user_id
    of, total, stamps = answer.member("user_id"), answer.member("total"), answer.member("stamps")
    require(
        of == asked,
        Words(
            en=f"{answer} with the stamps of {of}",
            ja=f"{answer.ja}。一覧は{of}のものです",
        ),
    )
    require(
        total == len(stamps),
        Words(
            en=f"{answer} with {len(stamps)} stamps, but total is {total}",
            ja=f"{answer.ja}。スタンプは{len(stamps)}件ですが、totalは{total}です",
        ),
    )


@expectation("SMOKE-02", ja="マスターのないものも含め、すべてのスタンプがID順に並ぶ")
@pytest.mark.usefixtures("embedded_line")
def test_all_stamps_are_listed_in_order_without_a_master_too_and_no_counter(
    calls: RowCalls,
) -> None:
    hold(*collection_flaws(calls))
