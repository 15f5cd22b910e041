"""What typing errors, broken clients and the curious send: none of it may ever be a 5xx.

Every call breaks the contract's request schema (a test of ours compares), and could neither award nor
send anything even if it were let through.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from smoke.calls import Call, Session, get
from smoke.scenarios import Scenarios

LONG = "x" * 10_000
DEEP = "[" * 500 + "]" * 500
BODIES = {
    "nothing": "",
    "half of a JSON": '{"user_id": "U',
    "null": "null",
    "a list": "[]",
    "a text": '"text"',
    "a number": "5",
    "a deep list": DEEP,
    "NaN": '{"lat": NaN}',
    "a huge number": '{"lat": 1e400}',
    "half of a character": '{"user_id": "\\ud800", "userId": "\\ud800"}',
    "an empty object": "{}",
    "a form": "user_id=U1&stamp_id=S1",
}
"""Bodies that are wrong for every route."""
NO_TEXT: tuple[Any, ...] = (None, 5, [], "")
NO_ID = (*NO_TEXT, LONG)
NO_DEGREE: tuple[Any, ...] = (None, "35.5", True, [], 1e300)
SPOILED: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "POST /auth/verify": {"id_token": (*NO_TEXT, LONG)},
    "POST /stamps/award": {
        "user_id": NO_ID,
        "stamp_id": (*NO_ID, "#2026-W01"),
        "method": (*NO_TEXT, "gps", "QR"),
    },
    "POST /gps/verify": {
        "userId": NO_ID,
        "spotId": NO_ID,
        "lat": (*NO_DEGREE, -90.01, 91),
        "lon": (*NO_DEGREE, -180.01, 181),
        "accuracy": (-1, "5", []),
    },
    "POST /notify": {"user_id": NO_ID, "type": (*NO_TEXT, "greeting"), "data": ([], "text", 5)},
    "POST /richmenu/set": {"user_id": NO_ID, "richmenu_id": (*NO_ID, "../../all")},
    "DELETE /richmenu/unset": {"user_id": NO_ID},
}
"""Route -> member -> values that it must not have, all other members being right."""
QUERIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "GET /stamps": ({}, {"userId": ""}, {"userId": "x" * 3000}, {"userid": "U1"}),
    "GET /ranking/weekly": tuple({"period": one} for one in ("2026", "2026-W54", "☃", "x" * 3000)),
    "GET /ranking/monthly": tuple({"period": one} for one in ("2026", "2026-13", "☃", "x" * 3000)),
}


def takes_input(route: str) -> bool:
    return route in SPOILED or route in QUERIES


def bad_calls(route: str, scenarios: Scenarios) -> Iterator[Call]:
    """Yield the calls of a route; each of them must be answered by a 4xx."""
    verb, path = route.split(" ")
    session = _who(route, scenarios)
    for query in QUERIES.get(route, ()):
        yield get(path, session, **query)
    if route in SPOILED:
        for body in (*BODIES.values(), *_spoiled(route, scenarios, session)):
            yield Call(verb=verb, path=path, session=session, body=body)


def _who(route: str, scenarios: Scenarios) -> Session | None:
    if route == "POST /auth/verify":
        return None
    if route == "POST /notify":
        # A careless function could push; to the operator, if the session were his.
        return scenarios.sessions.own(scenarios.caller.user_id)
    return scenarios.caller


def _spoiled(route: str, scenarios: Scenarios, session: Session | None) -> Iterator[str]:
    if session is None:
        right: Mapping[str, Any] = {}
    else:
        right = scenarios.harmless(route, session, session.user_id).members
    for name, values in SPOILED[route].items():
        for value in values:
            yield json.dumps({**right, name: value})
