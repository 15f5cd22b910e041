"""GET /ranking/weekly and /ranking/monthly: who collected most."""

import pytest

from signoff.checklist import expectation
from smoke.calendar_days import ranked_period_flaws
from smoke.flaws import hold, require
from smoke.long_ago import MONTH, WEEK, order_flaws
from smoke.properties import period_flaws, synthetic_in_ranking, wrong_entry
from smoke.row_calls import RowCalls, own_rank, synthetic_ranked


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


@expectation("SMOKE-06", ja="週間ランキングの期間が日本の週の境目で変わる")
@pytest.mark.usefixtures("embedded_line")
def test_week_changes_when_it_does_in_japan(calls: RowCalls) -> None:
    hold(*ranked_period_flaws(calls, "weekly"))


@expectation("SMOKE-07", ja="月間ランキングの期間が日本の月の境目で変わる")
@pytest.mark.usefixtures("embedded_line")
def test_month_changes_when_it_does_in_japan(calls: RowCalls) -> None:
    hold(*ranked_period_flaws(calls, "monthly"))


@expectation("SMOKE-06", ja="週間ランキングが取得数の多い順、同数なら先着順に並ぶ")
@pytest.mark.usefixtures("embedded_line")
def test_week_is_in_order(calls: RowCalls) -> None:
    hold(*order_flaws(calls, WEEK))


@expectation("SMOKE-07", ja="月間ランキングが取得数の多い順、同数なら先着順に並ぶ")
@pytest.mark.usefixtures("embedded_line")
def test_month_is_in_order(calls: RowCalls) -> None:
    hold(*order_flaws(calls, MONTH))


@expectation("SMOKE-06", ja="合成ユーザーが週間ランキングに載らない")
def test_synthetic_user_is_not_in_the_week(calls: RowCalls) -> None:
    ranked = synthetic_ranked(calls, "weekly")

    require(not ranked, synthetic_in_ranking(ranked))


@expectation("SMOKE-07", ja="合成ユーザーが月間ランキングに載らない")
def test_synthetic_user_is_not_in_the_month(calls: RowCalls) -> None:
    ranked = synthetic_ranked(calls, "monthly")

    require(not ranked, synthetic_in_ranking(ranked))


@expectation("SMOKE-06", ja="獲得者が名前で週間ランキングに載る")
@pytest.mark.usefixtures("embedded_line")
def test_winner_is_in_the_week_by_name(calls: RowCalls) -> None:
    own = own_rank(calls, "weekly")

    hold(*wrong_entry(own))


@expectation("SMOKE-07", ja="獲得者が名前で月間ランキングに載る")
@pytest.mark.usefixtures("embedded_line")
def test_winner_is_in_the_month_by_name(calls: RowCalls) -> None:
    own = own_rank(calls, "monthly")

    hold(*wrong_entry(own))
