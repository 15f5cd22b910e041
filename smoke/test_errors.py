"""Errors: answered as documented, bad input never with a 5xx, and nothing revealed about the inside."""

import pytest

from signoff.checklist import expectation
from smoke.aws_mishaps import mishap_flaws
from smoke.bad_input import BoundaryInput
from smoke.collecting import outside_flaws, special_flaws
from smoke.edge_case_masters import EdgeCase
from smoke.errors import Error
from smoke.flaws import hold
from smoke.line import LineClient
from smoke.line_mishaps import COUNTED, LineMishap
from smoke.logs import faults_of, group_of, uncounted
from smoke.properties import misjudged, unusual
from smoke.refusals import leaking, naming, refused_input, unclear
from smoke.row_calls import RowCalls


@expectation("SMOKE-11", ja="契約にあるエラーを契約どおりに返す")
def test_documented_error_is_answered_as_documented(error: Error, calls: RowCalls) -> None:
    answer = calls.answer(error.call)

    hold(calls.flaw(answer, error.status, error.code))


@expectation("SMOKE-12", ja="特殊な状態のスタンプを契約どおりに拒否する")
def test_stamp_in_a_special_state_is_refused_as_documented(
    edge_case: EdgeCase, calls: RowCalls
) -> None:
    calls.suite.put_edge_case_masters()
    answer = calls.answer(edge_case.asked)

    hold(calls.flaw(answer, edge_case.status, edge_case.code or None))


@expectation("SMOKE-12", ja="特殊な状態のスタンプが、付与されたものだけ保存される")
@pytest.mark.usefixtures("embedded_line")
def test_special_stamps_are_stored_as_they_were_awarded(calls: RowCalls) -> None:
    hold(*special_flaws(calls))


@expectation("SMOKE-12", ja="珍しい場所や書き方のスポットでも内外を正しく判定する")
@pytest.mark.usefixtures("embedded_line")
def test_unusual_spot_has_an_inside_and_an_outside(calls: RowCalls) -> None:
    calls.suite.put_edge_case_masters()

    hold(*misjudged(calls, unusual), *outside_flaws(calls))


@expectation("SMOKE-17", ja="不正な入力に明確な4xxを返す")
def test_bad_input_is_answered_by_a_clear_4xx(input_route: str, calls: RowCalls) -> None:
    found = unclear(calls, input_route)

    hold(*found)


@expectation("SMOKE-17", ja="契約の範囲の端にある入力を受け付ける")
def test_input_at_its_documented_bound_is_taken(bound: BoundaryInput, calls: RowCalls) -> None:
    answer = calls.answer(bound.call)

    hold(calls.flaw(answer, bound.status, bound.code))


@expectation("SMOKE-17", ja="呼び出し側の誤りを障害として数えない")
def test_mistake_of_a_caller_is_no_fault_of_ours(input_route: str, calls: RowCalls) -> None:
    answer = refused_input(calls, input_route)

    hold(*faults_of(calls, group_of(calls, input_route), answer))


@expectation("SMOKE-11", ja="LINEの失敗を契約どおりに伝える")
def test_failure_of_line_is_told_as_documented(
    mishap: LineMishap, calls: RowCalls, embedded_line: LineClient
) -> None:
    with mishap.told(calls.scenarios, embedded_line) as call:
        answer = calls.answer(call)

    told = mishap.repeated(calls.scenarios, answer)
    hold(calls.flaw(answer, mishap.answered, mishap.code or None), told)


@expectation("SMOKE-11", ja="LINEの失敗がアラームの監視するメトリクスに数えられる")
def test_failure_of_line_is_counted_where_the_alarm_looks(
    calls: RowCalls, embedded_line: LineClient
) -> None:
    with COUNTED.told(calls.scenarios, embedded_line) as call:
        answer = calls.answer(call)

    hold(*uncounted(calls, group_of(calls, COUNTED.route), answer))


@expectation("SMOKE-11", ja="AWSの失敗を契約どおりに伝え、同時の取得を一つも失わない")
@pytest.mark.usefixtures("embedded_line")
def test_failure_of_aws_is_told_as_documented_and_costs_nobody_a_stamp(calls: RowCalls) -> None:
    hold(*mishap_flaws(calls))


@expectation("SEC-45", ja="エラーが内部の情報を漏らさない")
def test_no_error_tells_of_the_inside(calls: RowCalls) -> None:
    told = leaking(calls)

    hold(*told)


@expectation("SEC-45", ja="どの応答にも内部の名前が含まれない")
def test_no_answer_names_what_is_inside(calls: RowCalls) -> None:
    hold(*naming(calls))
