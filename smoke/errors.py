"""Errors that a request alone can provoke: the documented ones, and what no request may ever be answered with, a 5xx.

Of the contract's codes, 401 and 403 are the security rows' own, and STAMP_ALREADY_EXISTS is the round
trip's; a test of ours compares the three with the contract. What typing errors, broken clients and curious people
send breaks the contract's request schema (a test of ours compares), and could neither award nor send anything even
if it were let through.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, nextafter
from typing import Any

from aws.words import SILENCE, Words
from lambdas.rally.domain.refusals import CODES
from signoff.environment import Environment
from smoke.calls import AWARD, LOGIN, Call, Session, get, send
from smoke.contract import asked_of, operations, schema_name
from smoke.scenarios import GUIDE, HUGE_ACCURACY_M, LONGEST_NAME, Scenarios

FAR_M = 5_000
"""Metres beyond any radius and any accuracy that counts."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A call, and status and code of its right answer.

    ``call`` raises ManualOnly for a claim that a broken function might award where no award is allowed.
    """

    words: Words
    call: Callable[[Scenarios], Call]
    status: int = 200
    code: str | None = None
    route: str = ""
    """Of an error: the route that answers it."""

    def __str__(self) -> str:
        return str(self.words)


def _error(
    route: str, code: str, call: Callable[[Scenarios], Call], about: Words = SILENCE
) -> Expected:
    """Return an error of a route, with the status under which the contract documents its code."""
    of = (f" of {about}", f"（{about.ja}）") if about else ("", "")
    words = Words(*(f"{route} {code}{detail}" for detail in of))
    return Expected(words, call, CODES[code][0], code, route)


def _text(route: str, text: str) -> Callable[[Scenarios], Call]:
    verb, path = route.split(" ")
    return lambda scenarios: Call(
        verb=verb, path=path, session=_session_of(route, scenarios), body=text
    )


def _members(route: str, **members: object) -> Callable[[Scenarios], Call]:
    return lambda scenarios: send(route, _session_of(route, scenarios), **members)


def _session_of(route: str, scenarios: Scenarios) -> Session | None:
    return None if route == LOGIN else scenarios.caller


def period_of(kind: str, period: str) -> Callable[[Scenarios], Call]:
    return lambda scenarios: get(f"/ranking/{kind}", scenarios.caller, period=period)


def _query(route: str, query: Mapping[str, str]) -> Callable[[Scenarios], Call]:
    return lambda scenarios: get(route.partition(" ")[2], scenarios.caller, **query)


def _nowhere(route: str) -> Callable[[Scenarios], Call]:
    return lambda scenarios: scenarios.harmless(route, scenarios.caller, scenarios.caller.user_id)


def _from(about: Words, code: str = "VALIDATION_ERROR", **position: Any) -> Expected:
    """Return the claim of a stamp from a wrong position; the stamp was collected before."""

    def call(scenarios: Scenarios) -> Call:
        there = {"lat": scenarios.goal.lat, "lon": scenarios.goal.lon, "accuracy": None}
        return scenarios.collect(**there | position)

    return _error(AWARD, code, call, about)


def _too_far(scenarios: Scenarios) -> Call:
    place = {**scenarios.goal.away(FAR_M), "accuracy": HUGE_ACCURACY_M}
    return scenarios.collect(**place)


INVALID_TEXT: Mapping[str, tuple[str, ...]] = {
    "UserId": ("x" * 3000, "U" + "x" * 64),
    "Week": (
        "2026",
        "2026-W54",
        "☃",
        "0000-W01",
        "2026-W00",
        " 2026-W10",
        "2026-W10\n",
        "x" * 3000,
    ),
    "Month": ("2026", "2026-13", "☃", "0000-01", "2026-00", " 2026-10", "2026-10\n", "x" * 3000),
}
"""Schema of a parameter -> texts that are invalid for it."""


def _bad_queries(route: str) -> Iterator[Mapping[str, str]]:
    """Yield invalid queries; a parameter that is required is left out, empty and misspelt, too."""
    for parameter in operations()[route].get("parameters", ()):
        name = parameter["name"]
        if parameter["required"]:
            yield from ({}, {name: ""}, {name.upper(): "U1"})
        for text in INVALID_TEXT.get(schema_name(parameter["schema"]), ()):
            yield {name: text}


QUERIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    route: tuple(_bad_queries(route)) for route in operations() if route.startswith("GET ")
}
WITH_BODY = [route for route, each in operations().items() if "requestBody" in each]
ERRORS = (
    *(_error(route, "INVALID_JSON", _text(route, "{")) for route in WITH_BODY),
    _error(LOGIN, "MISSING_ID_TOKEN", _members(LOGIN)),
    _error(LOGIN, "EMPTY_ID_TOKEN", _members(LOGIN, id_token="")),
    _error(LOGIN, "VALIDATION_ERROR", _members(LOGIN, id_token=5)),
    _error(LOGIN, "TOKEN_VERIFICATION_FAILED", lambda _: GUIDE),
    *(
        _error(route, "VALIDATION_ERROR", _query(route, bad[0]))
        for route, bad in QUERIES.items()
        if bad
    ),
    *(_error(route, "VALIDATION_ERROR", _members(route)) for route in WITH_BODY if route != LOGIN),
    _error(AWARD, "STAMP_TYPE_MISMATCH", lambda scenarios: scenarios.collect(method="IMAGE")),
    _error(AWARD, "OUT_OF_RANGE", _too_far),
    _error(AWARD, "STAMP_NOT_FOUND", _nowhere(AWARD)),
    _from(Words("half a position", "緯度または経度の欠落"), lon=None),
    _from(Words("an accuracy alone", "精度のみ"), lat=None, lon=None, accuracy=5),
    _from(Words("a latitude in text", "文字列の緯度"), lat="35.5"),
    _from(Words("a latitude that is none", "緯度でない値"), lat=90.5),
    _from(Words("a longitude that is none", "経度でない値"), lon=-180.5),
    _from(Words("a longitude that is true", "経度がtrue"), lon=True),
    _from(Words("a negative accuracy", "負の精度"), accuracy=-1),
    _from(Words("zeros", "すべて0"), "OUT_OF_RANGE", lat=0, lon=0, accuracy=0),
    _error("POST /gps/verify", "STAMP_NOT_FOUND", _nowhere("POST /gps/verify")),
)
POSITION_REQUIRED = _error(
    AWARD,
    "POSITION_REQUIRED",
    lambda scenarios: scenarios.collect(lat=None, lon=None, accuracy=None),
)


def errors_of(environment: Environment) -> tuple[Expected, ...]:
    """Return the errors that a request provokes in an environment, by its settings."""
    return (*ERRORS, POSITION_REQUIRED) if environment.award_requires_position else ERRORS


LONG = "x" * 10_000
DEEP = "[" * 100_000
"""Deeper than any parser goes: each stops with an error of its own before it sees that the end is missing."""
BODIES = ("", "null", "{}", "[]", '"text"', DEEP, "user_id=U1&stamp_id=S1")
"""Bodies that are wrong for every route."""
NO_JSON: tuple[Callable[[str], str], ...] = (
    lambda right: right[:-1],
    lambda right: right + right,
    lambda right: f"{right[:-1]},}}",
    lambda right: right.replace('"', "'"),
    lambda right: f"[{right}]",
    json.dumps,
)
"""What makes a right body no JSON object: nothing else is wrong with it that a careless function would see first."""
HALF = "\ud800"
"""Half of a character: JSON can write it, UTF-8 cannot."""
HUGE = ("NaN", "1e400", "-1e400", "1" + "0" * 400)
"""Numbers that are infinite, or none at all, to careless code."""
NUMBERS = frozenset({"lat", "lon", "accuracy"})
NO_TEXT: tuple[Any, ...] = (None, 5, [], "")
NO_USER = (*NO_TEXT, LONG, HALF, "U" + "x" * 64)
NO_STAMP = (*NO_TEXT, LONG, HALF, "x" * 129, "two\nlines", "\x7f")
NO_ID = (*NO_TEXT, LONG)
NO_DEGREE: tuple[Any, ...] = (None, "35.5", True, [], 1e300)


def beyond(low: float, high: float) -> tuple[float, float]:
    """Return the numbers next to a range: no error of rounding is smaller."""
    return nextafter(low, -inf), nextafter(high, inf)


INVALID: Mapping[str, tuple[Any, ...]] = {
    "UserId": NO_USER,
    "LineUserId": NO_USER,
    "StampId": (*NO_STAMP, "#2026-W01"),
    "RichMenuId": (*NO_ID, "../../all", "richmenu-" + "0" * 33, "richmenu-" + "0" * 31),
    "Method": (*NO_TEXT, "gps", "QR"),
    "NotificationType": (*NO_TEXT, "greeting"),
    "Latitude": (*NO_DEGREE, *beyond(-90, 90)),
    "Longitude": (*NO_DEGREE, *beyond(-180, 180)),
    "Accuracy": (None, -1, beyond(0, 0)[0], "5", True, []),
    "data": (
        *([], "text", 5),
        *({"stamp_name": number} for number in (5, "", " ", "\t", "x" * 301)),
        *(
            {"image_url": number}
            for number in (5, "", "http://a.jp/a.png", "https://[", "https://a.jp/ü")
        ),
        {"image_url": "https://a.jp/" + "x" * 1988},
    ),
}
"""Schema of the contract, or member whose schema has no name -> values that are invalid for it."""
TRIED_ABOVE = {AWARD: frozenset({"lat", "lon", "accuracy"})}
"""Members that errors above spoil, where a claim is made that a broken function might award."""


SPOILED: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    route: {
        name: INVALID.get(schema_name(schema) or name, NO_ID)
        for name, schema in asked_of(route).items()
        if name not in TRIED_ABOVE.get(route, ())
    }
    for route in WITH_BODY
}
"""Route -> member -> values that are invalid for it, while all other members are valid."""


def takes_input(route: str) -> bool:
    return route in SPOILED or bool(QUERIES.get(route))


def bad_calls(route: str, scenarios: Scenarios) -> Iterator[Call]:
    """Yield the calls of a route; each of them must be answered by a 4xx."""
    verb, path = route.split(" ")
    session = _sender(route, scenarios)
    for query in QUERIES.get(route, ()):
        yield get(path, session, **query)
    if route in SPOILED:
        for body in (*BODIES, *_spoiled(route, scenarios, session)):
            yield Call(verb=verb, path=path, session=session, body=body)


def _sender(route: str, scenarios: Scenarios) -> Session | None:
    if route == "POST /notify":
        # A careless function could send a message, to the operator if it were the operator's session.
        return scenarios.sessions.own(scenarios.caller.user_id)
    return _session_of(route, scenarios)


def _spoiled(route: str, scenarios: Scenarios, session: Session | None) -> Iterator[str]:
    if session is None:
        right: Mapping[str, Any] = {}
    else:
        right = _right(route, scenarios, session)
    yield from (spoil(json.dumps(right)) for spoil in NO_JSON)
    for name, values in SPOILED[route].items():
        for value in values:
            yield json.dumps({**right, name: value})
        for number in HUGE if name in NUMBERS else ():
            yield json.dumps({**right, name: HALF}).replace(json.dumps(HALF), number)


def _right(route: str, scenarios: Scenarios, session: Session) -> Mapping[str, Any]:
    """Return valid members; of a real spot if only a position is verified, so that a 404 hides nothing."""
    members = scenarios.harmless(route, session, session.user_id).members
    if route == "POST /gps/verify":
        return scenarios.position(session).members
    return {**members, "type": "stamp_awarded"} if route == "POST /notify" else members


def _place(**place: float) -> Callable[[Scenarios], Call]:
    return lambda scenarios: scenarios.position(scenarios.caller, **place)


def _notify(kind: str = "stamp_awarded", **data: str) -> Callable[[Scenarios], Call]:
    def call(scenarios: Scenarios) -> Call:
        session = scenarios.sessions.own(scenarios.sessions.user("caller"))
        return scenarios.notify(session, type=kind, data=data)

    return call


def _without_a_body_of_its_own(scenarios: Scenarios) -> Call:
    session = scenarios.sessions.own(scenarios.sessions.user("caller"))
    return send("POST /notify", session, user_id=session.user_id, type="event_started", data=None)


BOUNDS = (
    Expected(
        Words("ID token of 8192 characters", "8192文字のIDトークン"),
        lambda _: send(LOGIN, id_token="x" * 8192),
        401,
        "TOKEN_VERIFICATION_FAILED",
    ),
    Expected(
        Words("ID token as idToken", "idTokenとして送るIDトークン"),
        lambda _: send(LOGIN, idToken="test_token"),
        401,
        "TOKEN_VERIFICATION_FAILED",
    ),
    *(Expected(Words("latitude", "緯度").named(at), _place(lat=at)) for at in (-90, 0, 90)),
    *(Expected(Words("longitude", "経度").named(at), _place(lon=at)) for at in (-180, 0, 180)),
    *(
        Expected(Words("accuracy", "精度").named(at), _place(accuracy=at))
        for at in (0, 0.5, 1.7e308)
    ),
    Expected(
        Words("spot id of 128 characters", "128文字のスポットID"),
        lambda s: s.position(s.caller, spotId="x" * 128),
        404,
        "STAMP_NOT_FOUND",
    ),
    Expected(
        Words("user id of 64 characters", "64文字のユーザーID"),
        lambda s: s.stamps_of(s.sessions.own(s.sessions.user(LONGEST_NAME))),
    ),
    Expected(
        Words("session of a clock ahead of ours", "進んだ時計で発行されたセッション"),
        lambda s: s.stamps_of(s.sessions.ahead(s.caller)),
    ),
    Expected(
        Words("stamp name of 300 characters", "300文字のスタンプ名"), _notify(stamp_name="x" * 300)
    ),
    Expected(
        Words("text of 300 characters", "300文字の本文"), _notify("reminder", message="x" * 300)
    ),
    Expected(
        Words("text of 301 characters", "301文字の本文"),
        _notify("reminder", message="x" * 301),
        400,
        "VALIDATION_ERROR",
    ),
    Expected(Words("stamp name of two lines", "2行のスタンプ名"), _notify(stamp_name="one\ntwo")),
    Expected(
        Words("picture of 2000 characters", "2000文字の画像URL"),
        _notify(image_url="https://a.jp/" + "x" * 1987),
    ),
    Expected(
        Words("picture with all that a URL may have", "URLの全要素を含む画像URL"),
        _notify(image_url="https://a.jp:443/a?b=[c]&d#~e"),
    ),
    Expected(Words("no data", "データなし"), _without_a_body_of_its_own),
    *(
        Expected(Words("week", "週").named(name), period_of("weekly", name))
        for name in ("1000-W01", "2026-W53", "9999-W52")
    ),
    Expected(
        Words("week that a year does not have", "その年に存在しない週"),
        period_of("weekly", "2025-W53"),
        400,
        "VALIDATION_ERROR",
    ),
    *(
        Expected(Words("month", "月").named(name), period_of("monthly", name))
        for name in ("1000-01", "2026-12", "9999-12")
    ),
)
"""Input at the bounds of what the contract allows."""
