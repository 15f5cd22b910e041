"""Logs: this run's requests are found where people will look for them, and reveal nothing about callers."""

from aws.desired import LogGroup
from aws.words import Words
from signoff.judge.checklist import expectation
from smoke.log_privacy import exposed_in_logs
from smoke.logs import asked_of, lines_of
from smoke.row_calls import RowCalls, hold, require


@expectation("MON-14", ja="自身のリクエストがログで見つかる")
def test_own_request_is_found_in_the_log(log_group: LogGroup, calls: RowCalls) -> None:
    answer = asked_of(calls, log_group)

    asked, waited_s = answer.request_id, calls.suite.patience_s
    require(
        lines_of(calls, log_group, answer),
        Words(
            en=f"{log_group.name} has no line about request {asked} ({answer}) {waited_s:g} s after the answer",
            ja=f"{log_group.name}に、応答から{waited_s:g}秒たってもリクエスト{asked}（{answer.ja}）の行がありません",
        ),
    )


@expectation("SEC-46", ja="ログにセッション、本文、ユーザーIDが残らない")
def test_log_holds_nothing_of_who_asked(log_group: LogGroup, calls: RowCalls) -> None:
    hold(*exposed_in_logs(calls, log_group))
