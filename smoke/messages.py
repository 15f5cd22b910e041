"""What a winner is told, as the stand-in of LINE was asked to push it."""

import json
from collections.abc import Mapping
from typing import Any

from aws.words import Words
from smoke.edge_case_masters import HERE, PICTURED
from smoke.line import LineClient
from smoke.row_calls import RowCalls

WINNER = "second"
NAME, PICTURE = "Smoke", "https://a.example/%E8%8A%B1.png"
"""Of the master that is collected: its picture's address, as LINE takes it."""


def message_flaws(calls: RowCalls, line: LineClient) -> list[Words]:
    """Let somebody of LINE's form collect a stamp with a picture; return how the message about it is wrong."""
    calls.suite.put_edge_case_masters()
    scenarios = calls.scenarios
    session = scenarios.sessions.own(scenarios.sessions.nobody(WINNER))
    award = calls.answer(scenarios.award(session, stamp_id=PICTURED, **HERE))
    if flaw := calls.flaw(award, 200):
        return [flaw]
    pushes = line.awaited_push(session.user_id, calls.suite.patience_s)
    messages = [one for push in pushes for one in json.loads(push["body"])["messages"]]
    shown = [(_name(one), _picture(one)) for one in messages]
    calls.observe.note(pushed=len(pushes))
    if shown == [(NAME, PICTURE)]:
        return []
    return [
        Words(
            en=f"{award}, and LINE was asked to push {shown}, expected {[(NAME, PICTURE)]}",
            ja=f"{award.ja}。LINEへの送信内容が{shown}（期待値{[(NAME, PICTURE)]}）",
        )
    ]


def _name(message: Mapping[str, Any]) -> str:
    lines = message.get("contents", {}).get("body", {}).get("contents", [])
    return str(lines[-1].get("text", "")) if lines else ""


def _picture(message: Mapping[str, Any]) -> str:
    return str(message.get("contents", {}).get("hero", {}).get("url", ""))
