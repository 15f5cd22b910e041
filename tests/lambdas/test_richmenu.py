"""The rich menu routes: LINE's calls, and ids that smuggle nothing into LINE's paths."""

import pytest

from lambdas.richmenu import handler as richmenu
from tests.lambdas.events import OTHER, SYNTHETIC, USER
from tests.lambdas.fake_line import MENUS

MENU = "richmenu-" + "0a" * 16
SET = "POST /richmenu/set"
UNSET = "DELETE /richmenu/unset"


def asked(line):
    (call,) = line.calls
    return f"{call['method']} {call['path']}"


def test_menus_are_listed_as_line_describes_them(call):
    assert call(richmenu, "GET /richmenu/list").body == {"ok": True, "richmenus": MENUS}


def test_list_needs_a_session(call, line):
    assert call(richmenu, "GET /richmenu/list", user=None).status == 401
    assert line.calls == []


def test_menu_is_linked_to_the_caller(call, line):
    answer = call(richmenu, SET, body={"user_id": USER, "richmenu_id": MENU})

    assert answer.body["richmenu_id"] == MENU
    assert asked(line) == f"POST /v2/bot/user/{USER}/richmenu/{MENU}"


def test_menu_is_unlinked_from_the_caller(call, line):
    assert call(richmenu, UNSET, body={"user_id": USER}).status == 200
    assert asked(line) == f"DELETE /v2/bot/user/{USER}/richmenu"


@pytest.mark.parametrize(
    "richmenu_id",
    [None, 7, "", MENU + "/../x", MENU.upper(), f"{MENU}\n", "richmenu-default", MENU + "?a=b"],
)
def test_menu_id_that_is_not_lines_is_400_and_reaches_no_path(call, line, richmenu_id):
    answer = call(richmenu, SET, body={"user_id": USER, "richmenu_id": richmenu_id})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert line.calls == []


@pytest.mark.parametrize("route", [SET, UNSET])
def test_synthetic_user_has_no_menu(call, line, route):
    answer = call(richmenu, route, user=SYNTHETIC, body={"user_id": SYNTHETIC, "richmenu_id": MENU})

    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert line.calls == []


@pytest.mark.parametrize("route", [SET, UNSET])
def test_anothers_menu_is_403(call, line, route):
    answer = call(richmenu, route, body={"user_id": OTHER, "richmenu_id": MENU})

    assert answer.code == "FORBIDDEN"
    assert line.calls == []


@pytest.mark.parametrize(("status", "code"), [(401, "LINE_REFUSED"), (500, "LINE_UNAVAILABLE")])
def test_line_that_refuses_or_is_away_is_502(call, line, status, code):
    line.status = status
    answer = call(richmenu, SET, body={"user_id": USER, "richmenu_id": MENU})

    assert (answer.status, answer.code) == (502, code)


@pytest.mark.parametrize(
    ("route", "status", "answered"),
    [
        (SET, 404, (404, "RICHMENU_NOT_FOUND")),
        (SET, 400, (400, "LINE_REJECTED")),
        (UNSET, 400, (400, "LINE_REJECTED")),
        (UNSET, 404, (400, "LINE_REJECTED")),
    ],
)
def test_unknown_menu_or_user_is_the_callers_mistake_and_no_fault_of_ours(
    call, line, capsys, route, status, answered
):
    line.status = status
    answer = call(richmenu, route, body={"user_id": USER, "richmenu_id": MENU})

    assert (answer.status, answer.code) == answered
    assert "Faults" not in capsys.readouterr().out


@pytest.mark.parametrize("page", [{}, {"richmenus": None}, {"richmenus": {}}])
def test_answer_without_a_list_of_menus_is_502(call, line, page):
    line.page = page

    assert call(richmenu, "GET /richmenu/list").code == "LINE_UNAVAILABLE"
