"""Members of a request that the contract does not have must decide nothing: not who calls, where they are, or what time it is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aws.words import Words
from smoke.calls import Answer, Call
from smoke.flaws import differs
from smoke.root_causes import LOGIN
from smoke.row_calls import RowCalls, logged_in

USERS = ("user_id", "userId", "sub", "uid", "principalId")
"""Names under which careless code takes a user from the request instead of from the session."""
HEADERS = ("X-User-Id", "X-Forwarded-User", "X-Admin", "X-Debug")
SWITCHES = ("admin", "debug", "force", "test")
FACTS: Mapping[str, Any] = {
    "collected_at": 1,
    "collectedAt": 1,
    "timestamp": 1,
    "now": 1,
    "radiusM": 1e7,
    "radius": 1e7,
    "distanceM": 0,
    "within": True,
    "client_id": "9999999999",
    "display_name": "Stranger",
    "name": "Stranger",
    "to": "Ustranger",
    "limit": 1,
}
"""Members for facts that functions look up or compute themselves."""
LISTS = frozenset({"rankings", "richmenus"})
"""Members that other people change at any moment."""


def unknown(own: str, other: str) -> Mapping[str, Any]:
    """Return members that the contract does not have, about another user; ``own`` is the member with the real user."""
    users = {name: other for name in USERS if name != own}
    return {**users, **dict.fromkeys(SWITCHES, True), **FACTS}


def with_unknown(call: Call, other: str) -> Call:
    """Return the same call with many additions, all about another user and not in the contract."""
    body = call.body and json.dumps({**unknown("", other), **call.members})
    users, switches = dict.fromkeys(USERS, other), dict.fromkeys(SWITCHES, "true")
    query = {**users, **switches, **dict(call.query)}
    headers = tuple((name, other) for name in HEADERS)
    return replace(call, body=body, query=tuple(query.items()), headers=headers)


def decided(calls: RowCalls, route: str) -> list[Words]:
    """Ask a route for the caller's own data with and without unknown members, and for another user's with them."""
    caller, other = calls.caller, calls.scenarios.other
    own, of_other = (
        calls.scenarios.harmless(route, caller, name) for name in (caller.user_id, other)
    )
    plain, told = calls.answer(own), calls.answer(with_unknown(own, other))
    refused = calls.answer(with_unknown(of_other, other))
    flaw, differing = calls.flaw(refused, 403, "FORBIDDEN"), _differing(plain, told)
    if differing:
        # LINE takes a message to a person once: only the first answer says that it was sent.
        differing = _differing(calls.answer(replace(own, time=2)), told)
    if differing:
        calls.attribute(route)
    return [*([flaw] if flaw else []), *differing, *_accepted_as_caller(calls, route)]


def _accepted_as_caller(calls: RowCalls, route: str) -> Iterator[Words]:
    """Yield wrong answers about a user whose id is nearly the caller's: each must be refused, or be no id at all."""
    caller = calls.caller
    own = caller.user_id
    for near in (own[:-1], f"{own}x", f"{own} ", own.swapcase()):
        answer = calls.answer(calls.scenarios.harmless(route, caller, near))
        if answer.status != 400 and (flaw := calls.flaw(answer, 403, "FORBIDDEN")):
            yield flaw


def decided_login(calls: RowCalls) -> list[Words]:
    """Log in with unknown members; the person of the ID token must be logged in all the same."""
    logged_in(calls)
    plain = calls.success(LOGIN)
    told = calls.answer(lambda scenarios: with_unknown(scenarios.login, scenarios.other))
    flaw = calls.flaw(told, 200)
    return [flaw] if flaw else _differing(plain, told, but={"access_token"})


def _differing(plain: Answer, told: Answer, but: frozenset[str] | set[str] = LISTS) -> list[Words]:
    found, expected = _facts(told), _facts(plain)
    return [
        differs(told, name, found.get(name), expected.get(name))
        for name in sorted((found.keys() | expected.keys()) - but)
        if found.get(name) != expected.get(name)
    ]


def _facts(answer: Answer) -> Mapping[str, Any]:
    body = answer.json if isinstance(answer.json, dict) else {}
    return {**body, "status": answer.status}
