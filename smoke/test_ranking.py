"""GET /ranking/weekly and /ranking/monthly: who collected most."""

from signoff.judge.checklist import expectation
from smoke.properties import period_flaws, synthetic_in_ranking
from smoke.row_calls import RowCalls, hold, require, synthetic_ranked


@expectation("SMOKE-06", ja="週間ランキングが返る")
def test_week_is_ranked(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/weekly")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-07", ja="月間ランキングが返る")
def test_month_is_ranked(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/monthly")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-06", ja="週間ランキングの期間が日本の今週である")
def test_week_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/weekly")

    hold(calls.flaw(answer, 200))
    hold(*period_flaws(answer))


@expectation("SMOKE-07", ja="月間ランキングの期間が日本の今月である")
def test_month_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/monthly")

    hold(calls.flaw(answer, 200))
    hold(*period_flaws(answer))


@expectation("SMOKE-06", ja="合成ユーザーが週間ランキングに載らない")
def test_synthetic_user_is_not_in_the_week(calls: RowCalls) -> None:
    ranked = synthetic_ranked(calls, "weekly")

    require(not ranked, synthetic_in_ranking(ranked))


@expectation("SMOKE-07", ja="合成ユーザーが月間ランキングに載らない")
def test_synthetic_user_is_not_in_the_month(calls: RowCalls) -> None:
    ranked = synthetic_ranked(calls, "monthly")

    require(not ranked, synthetic_in_ranking(ranked))
