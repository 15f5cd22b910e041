"""Errors: answered as documented, bad input never with a 5xx, and nothing revealed about the inside."""

from signoff.judge.checklist import expectation
from smoke.errors import BoundaryInput, Error
from smoke.logs import faults_of, group_of
from smoke.refusals import leaking, naming, refused_input, unclear
from smoke.row_calls import RowCalls, hold


@expectation("SMOKE-11", ja="API仕様にあるエラーを仕様どおりに返す")
def test_documented_error_is_answered_as_documented(error: Error, calls: RowCalls) -> None:
    answer = calls.answer(error.call)

    hold(calls.flaw(answer, error.status, error.code))


@expectation("SMOKE-17", ja="不正な入力に明確な4xxを返す")
def test_bad_input_is_answered_by_a_clear_4xx(input_route: str, calls: RowCalls) -> None:
    flaws = unclear(calls, input_route)

    hold(*flaws)


@expectation("SMOKE-17", ja="API仕様の許容範囲の境界値を受け付ける")
def test_input_at_its_documented_bound_is_taken(bound: BoundaryInput, calls: RowCalls) -> None:
    answer = calls.answer(bound.call)

    hold(calls.flaw(answer, bound.status, bound.code))


@expectation("SMOKE-17", ja="呼び出し側の誤りを障害として数えない")
def test_mistake_of_a_caller_is_no_fault_of_ours(input_route: str, calls: RowCalls) -> None:
    answer = refused_input(calls, input_route)

    hold(*faults_of(calls, group_of(calls, input_route), answer))


@expectation("SEC-45", ja="エラーが内部の情報を漏らさない")
def test_no_error_tells_of_the_inside(calls: RowCalls) -> None:
    flaws = leaking(calls)

    hold(*flaws)


@expectation("SEC-45", ja="どの応答にも内部の名前が含まれない")
def test_no_answer_names_what_is_inside(calls: RowCalls) -> None:
    hold(*naming(calls))
