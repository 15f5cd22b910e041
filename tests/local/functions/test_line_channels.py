"""The fake of LINE's channels: their tokens, rich menus and LIFF apps, and its bad days."""

import pytest

from local.line.call import RICH_MENU, Channels
from local.line.fake import FakeLine
from tests.line_mishaps import refusing
from tests.local.functions.line_caller import SOMEONE, LineCaller


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v2/bot/message/push"),
        ("GET", "/v2/bot/info"),
        ("GET", "/v2/bot/richmenu/list"),
        ("POST", f"/v2/bot/user/{SOMEONE}/richmenu/{RICH_MENU['richMenuId']}"),
        ("DELETE", f"/v2/bot/user/{SOMEONE}/richmenu"),
        ("GET", "/liff/v1/apps"),
    ],
)
def test_wrong_token_is_unauthorized(line, method, path):
    answer = LineCaller(line, token="wrong")(method, path)

    assert answer.status_code == 401
    assert answer.json()["message"].startswith("Authentication failed")


def test_rich_menu_is_listed_linked_and_unlinked(line, call):
    (menu,) = call("GET", "/v2/bot/richmenu/list").json()["richmenus"]
    link = call("POST", f"/v2/bot/user/{SOMEONE}/richmenu/{menu['richMenuId']}")
    linked = line.messaging.linked
    unlink = call("DELETE", f"/v2/bot/user/{SOMEONE}/richmenu")

    assert [(link.status_code, link.json()), (unlink.status_code, unlink.json())] == [(200, {})] * 2
    assert (linked, line.messaging.linked) == ({SOMEONE: menu["richMenuId"]}, {})


def test_rich_menu_that_does_not_exist_is_not_found(call):
    answer = call("POST", f"/v2/bot/user/{SOMEONE}/richmenu/richmenu-0")

    assert (answer.status_code, answer.json()["message"]) == (404, "richmenu not found")


def test_rich_menu_of_what_is_no_user_is_refused(call):
    assert call("DELETE", "/v2/bot/user/Usmoke/richmenu").status_code == 400


def test_liff_apps_are_listed_for_the_login_channel_alone():
    app = {"liffId": "2000000001-abc", "view": {"type": "full", "url": "https://rally.example"}}
    with FakeLine(Channels(liff_apps=(app,))) as line:
        login = LineCaller(line, line.channels.login_access_token)("GET", "/liff/v1/apps")
        messaging = LineCaller(line)("GET", "/liff/v1/apps")

    assert (login.status_code, login.json()) == (200, {"apps": [app]})
    assert messaging.status_code == 401


def test_channel_access_token_tells_its_channel_and_expiry(line, call):
    form = {"access_token": line.channels.messaging_access_token}

    answer = call("POST", "/v2/oauth/verify", data=form)

    assert answer.json()["client_id"] == line.channels.messaging_channel_id
    assert answer.json()["expires_in"] == line.channels.token_seconds


@pytest.mark.parametrize("status", [429, 500, 503])
def test_line_can_be_made_to_refuse(line, call, status):
    with refusing(line, status, "/v2/bot/message"):
        during = [call.push().status_code, call("GET", "/v2/bot/info").status_code]

    assert during == [status, 200]
    assert call.push().status_code == 200
