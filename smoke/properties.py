"""What must be true of every master, session, ranking and answer there is, not of one example of each.

Members of a request that the contract does not have must decide nothing: not who calls, where they are, or what time it is.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import Any

import jwt

from aws.words import Words
from plan.masters import Spot
from signoff.environment import JST
from smoke.calls import LOGIN, Answer, Call
from smoke.client import CLOCK_S
from smoke.contract import session_s
from smoke.row_calls import RowCalls, differs
from smoke.scenarios import Scenarios
from smoke.tester import TesterSnapshot

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
    plain, extended = calls.answer(own), calls.answer(with_unknown(own, other))
    refused = calls.answer(with_unknown(of_other, other))
    flaw, differing = calls.flaw(refused, 403, "FORBIDDEN"), _differing(plain, extended)
    if differing:
        # LINE takes a message to a person once: only the first answer says that it was sent.
        differing = _differing(calls.answer(replace(own, time=2)), extended)
    if differing:
        calls.attribute(route)
    return [flaw, *differing, *_accepted_as_caller(calls, route)]


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
    plain = calls.success(LOGIN)
    extended = calls.expect(lambda scenarios: with_unknown(scenarios.login, scenarios.other))
    return _differing(plain, extended, but={"access_token"})


def _differing(
    plain: Answer, answer: Answer, but: frozenset[str] | set[str] = LISTS
) -> list[Words]:
    actual, expected = _facts(answer), _facts(plain)
    return [
        differs(answer, name, actual.get(name), expected.get(name))
        for name in sorted((actual.keys() | expected.keys()) - but)
        if actual.get(name) != expected.get(name)
    ]


def _facts(answer: Answer) -> Mapping[str, Any]:
    body = answer.json if isinstance(answer.json, dict) else {}
    return {**body, "status": answer.status}


EDGE_M = 0.02
"""Metres from a radius at which a visitor is just inside or outside: twice what rounding hides."""
SURE_M = 1
"""A good accuracy in metres, which extends no radius."""
ROUNDING_M = 0.0051
"""Half of the second decimal, and what a double may be wrong by."""
FAR_SIDE_M = 15_000_000
FULL = 100
"""Entries of a ranking in which others may have taken a person's place."""


# Positions


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at some distance from a spot, whose phone may report its accuracy."""

    spot: Spot
    metres: float
    bearing: float
    within: bool
    accuracy: float | None = SURE_M

    def call(self, scenarios: Scenarios) -> Call:
        place = {**self.spot.away(self.metres, self.bearing), "spotId": self.spot.stamp_id}
        members = {**unknown("userId", scenarios.other), **place, "accuracy": self.accuracy}
        return scenarios.position(scenarios.caller, **members)

    def flaws(self, answer: Answer) -> Iterator[Words]:
        """Yield what the answer gets wrong about the spot, the distance, and whether the visitor is within."""
        spot, stamp = self.spot, answer.json
        expected = {
            "name": spot.name,
            "lat": spot.lat,
            "lon": spot.lon,
            "radiusM": spot.radius_m,
            "within": self.within,
        }
        for name, value in expected.items():
            if stamp[name] != value:
                yield differs(answer, name, json.dumps(stamp[name]), json.dumps(value))
        yield from _misplaced(answer, self.metres, ROUNDING_M)


def wrong_place(answer: Answer, metres: float, *, within: bool) -> Iterator[Words]:
    """Yield how an answer misjudges a visitor at this distance; an error of a thousandth is accepted."""
    yield from _misplaced(answer, metres, metres / 1000)
    if (actual := answer.member("within")) is not within:
        yield differs(answer, "within", json.dumps(actual), json.dumps(within))


def _misplaced(answer: Answer, metres: float, most_m: float) -> Iterator[Words]:
    """Yield a distance that is wrong by more than ``most_m``."""
    if abs((actual := answer.member("distanceM")) - metres) > most_m:
        yield differs(answer, "distanceM", actual, f"{metres:.2f}")


def stands(scenarios: Scenarios) -> list[Visitor]:
    """Return visitors inside and outside every spot, in many directions, and far away."""
    cap_m = scenarios.environment.accuracy_cap_m
    visitors = []
    for number, spot in enumerate(scenarios.spots()):
        bearing = 37.0 * number % 360
        visitors += [
            Visitor(spot, spot.radius_m - EDGE_M, bearing, within=True),
            Visitor(spot, spot.radius_m + EDGE_M, bearing + 90, within=False),
        ]
    spot = scenarios.spot
    reach_m = max(spot.radius_m, cap_m)
    return [
        *visitors,
        Visitor(spot, FAR_SIDE_M, 60.0, within=False),
        Visitor(spot, spot.radius_m - EDGE_M, 200.0, within=True, accuracy=None),
        Visitor(spot, spot.radius_m + EDGE_M, 200.0, within=False, accuracy=None),
        Visitor(spot, reach_m - EDGE_M, 300.0, within=True, accuracy=cap_m),
        Visitor(spot, reach_m - EDGE_M, 120.0, within=True, accuracy=cap_m * 20),
    ]


def beyond_the_cap(scenarios: Scenarios) -> list[Visitor]:
    """Return visitors just beyond what any accuracy may add to the radius."""
    spot, cap_m = scenarios.spot, scenarios.environment.accuracy_cap_m
    far_m = max(spot.radius_m, cap_m) + EDGE_M
    return [Visitor(spot, far_m, 300.0, within=False, accuracy=cap_m * 20)]


def misjudged(calls: RowCalls, of: Callable[[Scenarios], list[Visitor]] = stands) -> list[Words]:
    """Ask about all these positions, and return what is answered wrongly."""
    _ = calls.caller
    visitors = of(calls.scenarios)
    answers = calls.at_once(visitor.call(calls.scenarios) for visitor in visitors)
    calls.observe.note(spots=len(calls.scenarios.spots()), positions=len(visitors))
    flaws: list[Words] = []
    for stand, answer in zip(visitors, answers, strict=True):
        flaw = calls.flaw(answer, 200)
        flaws += [flaw] if flaw else stand.flaws(answer)
    return flaws


# Sessions


def lifetime_flaws(answer: Answer, clock_s: float) -> list[Words]:
    """Return flaws of a login's session, which must be for its user, from now, for the documented time."""
    wanted_s = session_s()
    try:
        claims = jwt.decode(answer.member("access_token"), options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        return [differs(answer, "access_token", type(error).__name__, "JWT")]
    issued, user = claims.get("iat", 0), answer.member("user_id")
    lasts = claims.get("exp", 0) - issued
    facts = {
        "exp - iat": (lasts, wanted_s, lasts == wanted_s),
        "iat": (issued, answer.at, abs(issued - answer.at) < clock_s),
        "sub": (claims.get("sub"), user, claims.get("sub") == user),
    }
    return [
        differs(answer, f"{name} of the session", actual, expected, ja=f"セッションの{name}")
        for name, (actual, expected, right) in facts.items()
        if not right
    ]


# Rankings


def period_flaws(answer: Answer) -> list[Words]:
    """Return a flaw if a current ranking's period is not the one in Japan at this moment."""
    expected = {_period(answer.call.path, answer.at + shift) for shift in (-CLOCK_S, CLOCK_S)}
    if (period := answer.member("period")) in expected:
        return []
    return [differs(answer, "period", period, " or ".join(sorted(expected)))]


def misranked(calls: RowCalls, kind: str) -> list[Words]:
    """Return what a ranking gets wrong about a person who collected; how code of a team's own counts is its own."""
    person = calls.scenarios.person
    if person is None or not calls.suite.environment.our_counters:
        return []
    for claim in calls.scenarios.claims_of(person):
        calls.expect(claim)
    asked, times = calls.scenarios.ranking(kind, person), count(2)
    return calls.until_right(lambda: entry_flaws(calls, replace(asked, time=next(times))))


def entry_flaws(calls: RowCalls, call: Call) -> list[Words]:
    """Compare an entry with what was counted before, the stamps that are stored since, and the name of a login."""
    answer, user = calls.expect(call), call.user_id
    entries = answer.member("rankings")
    own = [(e["stamp_count"], e["display_name"]) for e in entries if e["user_id"] == user]
    before = calls.suite.known_consenting_user or TesterSnapshot(user_id=user, began=0)
    since = before.since(calls.suite.cleaner.user_stamps.items(user))
    period = answer.member("period")
    stored = before.counted(period) + [_period(call.path, at) for at in since].count(period)
    # A new week has begun, or others have more.
    if not own and (not stored or len(entries) == FULL):
        return []
    logins = (made for made in calls.suite.client.answers if made.member("access_token"))
    names = [made.member("display_name") for made in logins if made.member("user_id") == user]
    expected = [(stored, [*names, *(name for _, name in own), "…"][0])]
    fact = Words(en=f"what it shows of {user}", ja=f"{user}の項目")
    return [] if own == expected else [differs(answer, fact.en, own, expected, fact.ja)]


def _period(path: str, at: float) -> str:
    moment = datetime.fromtimestamp(at, JST)
    return f"{moment:%G-W%V}" if path.endswith("weekly") else f"{moment:%Y-%m}"
