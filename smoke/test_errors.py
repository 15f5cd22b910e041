"""Errors: documented ones as documented, bad input never a 5xx, and nothing told of the inside."""

from signoff.checklist import expectation
from smoke.edge_case_masters import EdgeCase
from smoke.errors import Error
from smoke.refusals import leaking, unclear
from smoke.row_calls import RowCalls


@expectation("SMOKE-11", ja="契約にあるエラーを契約どおりに返す")
def test_documented_error_is_answered_as_documented(error: Error, calls: RowCalls) -> None:
    answer = calls.answer(error.call)

    flaw = calls.flaw(answer, error.status, error.code)
    assert not flaw, flaw


@expectation("SMOKE-12", ja="特殊な状態のスタンプを契約どおりに拒否する")
def test_stamp_in_a_special_state_is_refused_as_documented(
    edge_case: EdgeCase, calls: RowCalls
) -> None:
    calls.suite.put_edge_case_masters()
    answer = calls.answer(edge_case.asked)

    flaw = calls.flaw(answer, 400, edge_case.code)
    assert not flaw, flaw


@expectation("SMOKE-17", ja="不正な入力に明確な4xxを返す")
def test_bad_input_is_answered_by_a_clear_4xx(input_route: str, calls: RowCalls) -> None:
    found = unclear(calls, input_route)

    assert not found, f"{len(found)} times, first: {found[0]}"


@expectation("SEC-45", ja="エラーが内部の情報を漏らさない")
def test_no_error_tells_of_the_inside(calls: RowCalls) -> None:
    told = leaking(calls)

    assert not told, f"{len(told)} times, first: {told[0]}"
