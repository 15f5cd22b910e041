"""What people are sent over LINE, and which menus exist, as the stand-in of LINE received and answered it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aws.words import Words
from smoke.calls import shown
from smoke.edge_case_masters import HERE, NAME, PICTURED
from smoke.line import PUSH, QUOTA, LineClient
from smoke.line_mishaps import LISTED, MENUS
from smoke.row_calls import RowCalls, winner
from smoke.scenarios import users_of

WINNER = "second"
USER = "/v2/bot/user/"
ABOUT_NOBODY = {
    ("POST", "/oauth2/v2.1/verify"),
    ("GET", "/oauth2/v2.1/verify"),
    ("GET", "/oauth2/v2.1/certs"),
    ("POST", "/v2/oauth/verify"),
    ("GET", "/v2/bot/info"),
    ("GET", "/v2/bot/richmenu/list"),
    ("GET", QUOTA),
    ("GET", f"{QUOTA}/consumption"),
    ("GET", "/liff/v1/apps"),
}
"""The calls to LINE, by the functions and this suite, that neither reach a person nor change anything."""
PICTURE = "https://a.example/%E8%8A%B1.png"
"""The address of the collected master's picture, as LINE takes it."""


def message_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Let a user with an id of LINE's form collect a stamp with a picture; return flaws of the message about it."""
    calls.suite.put_edge_case_masters()
    scenarios = calls.scenarios
    session = scenarios.sessions.own(scenarios.sessions.nobody(WINNER))
    award = calls.answer(scenarios.award(session, stamp_id=PICTURED, **HERE))
    if flaw := calls.flaw(award, 200):
        return [flaw]
    pushes = line.awaited_push(session.user_id, calls.suite.patience_s)
    messages = [one for push in pushes for one in json.loads(push["body"])["messages"]]
    found = [(_name(one), _picture(one)) for one in messages]
    calls.observe.note(pushed=len(pushes))
    again = calls.answer(replace(award.call, time=2))
    if flaw := calls.flaw(again, 409, "STAMP_ALREADY_EXISTS"):
        return [flaw]
    if found == [(NAME, PICTURE)] and NAME in messages[0].get("altText", ""):
        return []
    return [
        Words(
            en=f"{award}, and LINE was asked to push {found}, expected {[(NAME, PICTURE)]}",
            ja=f"{award.ja}。LINEへの送信内容が{found}（期待値{[(NAME, PICTURE)]}）",
        )
    ]


def once_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Return users who were told of one stamp more than once; all awards of the run were answered well before."""
    session = winner(calls)
    pushed = {
        user: len(line.pushed_to(user))
        for user in (session.user_id, calls.scenarios.sessions.nobody(WINNER))
    }
    calls.observe.note(pushed=list(pushed.values()))
    return [
        Words(
            en=f"LINE was asked for {count} messages to {user} about one stamp",
            ja=f"{user}への一つのスタンプの通知がLINEに{count}回要求されました",
        )
        for user, count in pushed.items()
        if count > 1
    ]


def stranger_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Return what LINE was asked about anybody but this run's users, whoever caused it."""
    users = {*users_of(calls.scenarios.sessions), calls.suite.environment.smoke.test_user}
    received = line.received()[calls.suite.line_before :]
    sent = [one for one in received if (one["method"], one["path"]) not in ABOUT_NOBODY]
    calls.observe.note(received=len(received), about_people=len(sent))
    return [
        Words(
            en=f"LINE was asked {one['method']} {one['path']}, which is about nobody of this run",
            ja=f"今回の利用者に関するものではない{one['method']} {one['path']}がLINEに要求されました",
        )
        for one in sent
        if _about(one) not in users
    ]


def _about(received: Mapping[str, Any]) -> str:
    """Return whom a call to LINE is about: who is sent a message, or whose menu is changed."""
    path = str(received["path"])
    if path != PUSH:
        return path.removeprefix(USER).partition("/")[0]
    return str(json.loads(received["body"]).get("to"))


def menu_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Let LINE have many menus, and return how the list differs from LINE's."""
    with LISTED.told(calls.scenarios, line) as call:
        answer = calls.answer(call)
    if flaw := calls.flaw(answer, 200):
        return [flaw]
    if (found := answer.member("richmenus")) == MENUS:
        return []
    return [
        Words(
            en=f"{answer}: richmenus are {shown(json.dumps(found))}, expected {shown(json.dumps(MENUS))}",
            ja=f"{answer.ja}。richmenusが{shown(json.dumps(found))}（期待値{shown(json.dumps(MENUS))}）",
        )
    ]


def _name(message: Mapping[str, Any]) -> str:
    lines = message.get("contents", {}).get("body", {}).get("contents", [])
    return str(lines[-1].get("text", "")) if lines else ""


def _picture(message: Mapping[str, Any]) -> str:
    return str(message.get("contents", {}).get("hero", {}).get("url", ""))
