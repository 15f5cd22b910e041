"""The list of stamps, messages, rankings and rich menus: each route at work."""

from dataclasses import replace

from aws.section import Follows, NotTestable
from aws.words import Words
from signoff.judge.checklist import expectation
from smoke.manual import ManualOnly
from smoke.properties import misranked, period_flaws
from smoke.row_calls import RowCalls, awarded, differs, hold, require
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


@expectation("SMOKE-06", ja="週間ランキングの期間が日本の今週である")
def test_week_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/weekly")

    hold(*period_flaws(answer))


@expectation("SMOKE-07", ja="月間ランキングの期間が日本の今月である")
def test_month_is_the_one_of_japan(calls: RowCalls) -> None:
    answer = calls.success("GET /ranking/monthly")

    hold(*period_flaws(answer))


def _menu_flaws(calls: RowCalls, route: str) -> list[Words]:
    """Call a route once more, and return what LINE says if the menu that the person has is not the one of the answer."""
    answer = calls.expect(replace(calls.scenarios.success(route), time=2))
    line, user, expected = calls.suite.line, answer.call.user_id, answer.member("richmenu_id")
    fact = Words(en="the person's menu at LINE", ja="LINEでの利用者のメニュー")
    try:
        token = calls.suite.channel_token
    except NotTestable as unread:
        raise unread if isinstance(unread, Follows) else ManualOnly(unread.words) from None

    def flaws() -> list[Words]:
        menu = line.menu_of(token, user)
        return [] if menu == expected else [differs(answer, fact.en, menu, expected, fact.ja)]

    return calls.until_right(flaws)


def _require_people_alone(calls: RowCalls, kind: str) -> None:
    """Require that a ranking shows a person who collected, and no synthetic user."""
    awarded(calls)
    answer = calls.expect(lambda scenarios: scenarios.ranking(kind, scenarios.collector))
    users = [entry["user_id"] for entry in answer.member("rankings")]
    shown = ", ".join(user for user in users if user.startswith(SYNTHETIC))
    require(
        not shown,
        en=f"the ranking shows the synthetic user {shown}",
        ja=f"合成ユーザー{shown}がランキングに載っています",
    )
    hold(*misranked(calls, kind))


@expectation("SMOKE-06", ja="週間ランキングに利用者が載り、合成ユーザーは載らない")
def test_people_alone_are_in_the_week(calls: RowCalls) -> None:
    _require_people_alone(calls, "weekly")


@expectation("SMOKE-07", ja="月間ランキングに利用者が載り、合成ユーザーは載らない")
def test_people_alone_are_in_the_month(calls: RowCalls) -> None:
    _require_people_alone(calls, "monthly")


@expectation("SMOKE-08", ja="リッチメニューの一覧が返る")
def test_rich_menus_are_listed(calls: RowCalls) -> None:
    calls.success("GET /richmenu/list")


@expectation("SMOKE-09", ja="同意した人にリッチメニューが設定される")
def test_rich_menu_is_linked_to_the_person_who_agreed(calls: RowCalls) -> None:
    calls.success("POST /richmenu/set")

    hold(*_menu_flaws(calls, "POST /richmenu/set"))


@expectation("SMOKE-10", ja="同意した人のリッチメニューが解除される")
def test_rich_menu_is_unlinked_from_the_person_who_agreed(calls: RowCalls) -> None:
    # Linked first, or the menu would stay so.
    calls.answer(lambda scenarios: scenarios.success("POST /richmenu/set"))
    calls.success("DELETE /richmenu/unset")

    hold(*_menu_flaws(calls, "DELETE /richmenu/unset"))
