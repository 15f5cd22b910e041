"""GET /richmenu/list, POST /richmenu/set, DELETE /richmenu/unset: menus at LINE."""

from signoff.judge.checklist import expectation
from smoke.row_calls import RowCalls, hold


@expectation("SMOKE-08", ja="リッチメニューの一覧が返る")
def test_rich_menus_are_listed(calls: RowCalls) -> None:
    answer = calls.success("GET /richmenu/list")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-09", ja="同意した人にリッチメニューが設定される")
def test_rich_menu_is_linked_to_the_person_who_agreed(calls: RowCalls) -> None:
    answer = calls.success("POST /richmenu/set")

    hold(calls.flaw(answer, 200))


@expectation("SMOKE-10", ja="同意した人のリッチメニューが解除される")
def test_rich_menu_is_unlinked_from_the_person_who_agreed(calls: RowCalls) -> None:
    calls.success("POST /richmenu/set")  # first, or the menu would stay linked
    answer = calls.success("DELETE /richmenu/unset")

    hold(calls.flaw(answer, 200))
