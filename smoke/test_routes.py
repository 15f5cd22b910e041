"""The list of stamps, messages, rankings and rich menus: each route at work."""

from signoff.judge.checklist import expectation
from smoke.properties import period_flaws
from smoke.row_calls import RowCalls, awarded, hold, require
from smoke.sessions import SYNTHETIC


@expectation("SMOKE-02", ja="呼び出した本人のスタンプの一覧と件数が返る")
def test_stamps_of_the_caller_are_listed_and_counted(calls: RowCalls) -> None:
    calls.success("GET /stamps")


@expectation("SMOKE-05", ja="合成ユーザーへの通知がエラーなく省かれる")
def test_synthetic_user_is_dropped_without_an_error(calls: RowCalls) -> None:
    calls.success("POST /notify")


@expectation("SMOKE-05", ja="同意した人にメッセージが送られる")
def test_person_who_agreed_is_sent_a_message(calls: RowCalls) -> None:
    calls.expect(lambda scenarios: scenarios.notify(scenarios.tester))


@expectation("SMOKE-06", ja="週間ランキングが返る")
def test_week_is_ranked(calls: RowCalls) -> None:
    calls.success("GET /ranking/weekly")


@expectation("SMOKE-07", ja="月間ランキングが返る")
def test_month_is_ranked(calls: RowCalls) -> None:
    calls.success("GET /ranking/monthly")


@expectation("SMOKE-06", ja="週間ランキングの期間が日本の今週である")
def test_week_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/weekly")

    hold(*period_flaws(answer))


@expectation("SMOKE-07", ja="月間ランキングの期間が日本の今月である")
def test_month_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/monthly")

    hold(*period_flaws(answer))


def _require_unranked(calls: RowCalls, kind: str) -> None:
    awarded(calls)
    answer = calls.expect(lambda scenarios: scenarios.ranking(kind, scenarios.collector))
    users = [entry["user_id"] for entry in answer.member("rankings")]
    shown = ", ".join(user for user in users if user.startswith(SYNTHETIC))
    require(
        not shown,
        en=f"the ranking shows the synthetic user {shown}",
        ja=f"合成ユーザー{shown}がランキングに載っています",
    )


@expectation("SMOKE-06", ja="合成ユーザーが週間ランキングに載らない")
def test_synthetic_user_is_not_in_the_week(calls: RowCalls) -> None:
    _require_unranked(calls, "weekly")


@expectation("SMOKE-07", ja="合成ユーザーが月間ランキングに載らない")
def test_synthetic_user_is_not_in_the_month(calls: RowCalls) -> None:
    _require_unranked(calls, "monthly")


@expectation("SMOKE-08", ja="リッチメニューの一覧が返る")
def test_rich_menus_are_listed(calls: RowCalls) -> None:
    calls.success("GET /richmenu/list")


@expectation("SMOKE-09", ja="同意した人にリッチメニューが設定される")
def test_rich_menu_is_linked_to_the_person_who_agreed(calls: RowCalls) -> None:
    calls.success("POST /richmenu/set")


@expectation("SMOKE-10", ja="同意した人のリッチメニューが解除される")
def test_rich_menu_is_unlinked_from_the_person_who_agreed(calls: RowCalls) -> None:
    # Linked first, or the menu would stay so.
    calls.answer(lambda scenarios: scenarios.success("POST /richmenu/set"))
    calls.success("DELETE /richmenu/unset")
