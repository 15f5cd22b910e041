"""Delays: callers get their answers, and functions start, before a person gives up."""

from aws.desired import LogGroup
from signoff.judge.checklist import expectation
from smoke.delays import late_answers, late_starts
from smoke.row_calls import RowCalls, hold


@expectation("PERF-01", ja="この実行への応答が遅くない")
def test_run_is_answered_without_delay(calls: RowCalls) -> None:
    hold(*late_answers(calls))


@expectation("PERF-01", ja="関数の起動が遅くない")
def test_function_starts_without_delay(function_log: LogGroup, calls: RowCalls) -> None:
    hold(*late_starts(calls, function_log))
