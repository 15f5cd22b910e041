"""What must be true of every master, session, ranking and answer there is, not of one example of each."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import jwt

from aws.words import Words
from plan.masters import Spot
from signoff.environment import JST
from smoke.calls import Answer, Call
from smoke.client import CLOCK_S
from smoke.contract import contract
from smoke.flaws import differs
from smoke.row_calls import RowCalls
from smoke.scenarios import Scenarios
from smoke.unknown_input import unknown

EDGE_M = 0.02
"""Metres from a radius at which a visitor is just inside or outside: twice what rounding hides."""
SURE_M = 1
"""A good accuracy in metres, which extends no radius."""
ROUNDING_M = 0.0051
"""Half of the second decimal, and what a double may be wrong by."""
FAR_SIDE_M = 15_000_000


# Positions


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person at some distance from a spot, whose phone may report its accuracy."""

    spot: Spot
    metres: float
    bearing: float
    within: bool
    accuracy: float | None = SURE_M

    def asked(self, scenarios: Scenarios) -> Call:
        place = {**self.spot.away(self.metres, self.bearing), "spotId": self.spot.stamp_id}
        asked = {**unknown("userId", scenarios.other), **place, "accuracy": self.accuracy}
        return scenarios.position(scenarios.caller, **asked)

    def flaws(self, answer: Answer) -> Iterator[Words]:
        """Yield what the answer gets wrong about the spot, the distance, and whether the visitor is within."""
        spot, told = self.spot, answer.json
        wanted = {
            "name": spot.name,
            "lat": spot.lat,
            "lon": spot.lon,
            "radiusM": spot.radius_m,
            "within": self.within,
        }
        for name, value in wanted.items():
            if told[name] != value:
                yield differs(answer, name, json.dumps(told[name]), json.dumps(value))
        yield from _misplaced(answer, self.metres, ROUNDING_M)


def wrong_place(answer: Answer, metres: float, *, within: bool) -> Iterator[Words]:
    """Yield how an answer misjudges a visitor at this distance; an error of a thousandth is accepted."""
    yield from _misplaced(answer, metres, metres / 1000)
    if (found := answer.member("within")) is not within:
        yield differs(answer, "within", json.dumps(found), json.dumps(within))


def _misplaced(answer: Answer, metres: float, most_m: float) -> Iterator[Words]:
    """Yield a distance that is wrong by more than ``most_m``."""
    if abs((found := answer.member("distanceM")) - metres) > most_m:
        yield differs(answer, "distanceM", found, f"{metres:.2f}")


def stands(scenarios: Scenarios) -> list[Visitor]:
    """Return visitors inside and outside every spot, in many directions, and far away."""
    cap_m = scenarios.environment.accuracy_cap_m
    found = []
    for number, spot in enumerate(scenarios.spots()):
        bearing = 37.0 * number % 360
        found += [
            Visitor(spot, spot.radius_m - EDGE_M, bearing, within=True),
            Visitor(spot, spot.radius_m + EDGE_M, bearing + 90, within=False),
        ]
    spot = scenarios.spot
    reach_m = max(spot.radius_m, cap_m)
    return [
        *found,
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
    asked = of(calls.scenarios)
    answers = calls.at_once(visitor.asked(calls.scenarios) for visitor in asked)
    calls.observe.note(spots=len(calls.scenarios.spots()), positions=len(asked))
    found: list[Words] = []
    for stand, answer in zip(asked, answers, strict=True):
        flaw = calls.flaw(answer, 200)
        found += [flaw] if flaw else stand.flaws(answer)
    return found


# Sessions


def lifetime_flaws(answer: Answer, clock_s: float) -> list[Words]:
    """Return flaws of a login's session, which must be for its user, from now, for the documented time."""
    wanted_s = contract().session_s
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
        differs(answer, f"{name} of the session", found, expected, ja=f"セッションの{name}")
        for name, (found, expected, right) in facts.items()
        if not right
    ]


# Rankings


def synthetic_in_ranking(users: list[str]) -> Words:
    """Say which synthetic users a ranking shows."""
    shown = ", ".join(users)
    return Words(
        en=f"the ranking shows the synthetic user {shown}",
        ja=f"合成ユーザー{shown}がランキングに載っています",
    )


def period_flaws(answer: Answer) -> list[Words]:
    """Return a flaw if a current ranking's period is not the one in Japan at this moment."""
    wanted = {_period(answer.call.path, answer.at + shift) for shift in (-CLOCK_S, CLOCK_S)}
    if (told := answer.member("period")) in wanted:
        return []
    return [differs(answer, "period", told, " or ".join(sorted(wanted)))]


def _period(path: str, at: float) -> str:
    moment = datetime.fromtimestamp(at, JST)
    return f"{moment:%G-W%V}" if path.endswith("weekly") else f"{moment:%Y-%m}"
