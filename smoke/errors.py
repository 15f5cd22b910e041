"""The documented errors that a request alone can provoke, and that request.

Of the contract's codes, 401 and 403 are the security rows' own, and STAMP_ALREADY_EXISTS is the round
trip's; a test of ours compares the three with the contract.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lambdas.rally.domain.refusals import CODES
from signoff.environment import Environment
from smoke.calls import Call, Session, get, send
from smoke.scenarios import GUIDE, HUGE_ACCURACY_M, Scenarios

FAR_M = 5_000
"""Metres beyond any radius and any accuracy that counts."""


@dataclass(frozen=True, slots=True)
class Error:
    """``call`` raises ManualOnly for a claim that a broken function might award where no award is allowed."""

    route: str
    code: str
    call: Callable[[Scenarios], Call]
    about: str = ""

    @property
    def status(self) -> int:
        """The status under which the contract documents the code."""
        return CODES[self.code][0]

    def __str__(self) -> str:
        return f"{self.route} {self.code} {self.about}".rstrip()


def _text(route: str, text: str) -> Callable[[Scenarios], Call]:
    verb, path = route.split(" ")
    return lambda scenarios: Call(verb=verb, path=path, session=_who(route, scenarios), body=text)


def _members(route: str, **members: object) -> Callable[[Scenarios], Call]:
    return lambda scenarios: send(route, _who(route, scenarios), **members)


def _who(route: str, scenarios: Scenarios) -> Session | None:
    return None if route == "POST /auth/verify" else scenarios.caller


def period_of(kind: str, period: str) -> Callable[[Scenarios], Call]:
    return lambda scenarios: get(f"/ranking/{kind}", scenarios.caller, period=period)


def _nowhere(route: str) -> Callable[[Scenarios], Call]:
    return lambda scenarios: scenarios.harmless(route, scenarios.caller, scenarios.caller.user_id)


def _from(about: str, **position: Any) -> Error:
    """Return the claim of a stamp from an invalid position; the stamp was collected before."""

    def call(scenarios: Scenarios) -> Call:
        there = {"lat": scenarios.goal.lat, "lon": scenarios.goal.lon, "accuracy": None}
        return scenarios.collect(**there | position)

    return Error("POST /stamps/award", "VALIDATION_ERROR", call, about)


def _too_far(scenarios: Scenarios) -> Call:
    place = {**scenarios.goal.away(FAR_M), "accuracy": HUGE_ACCURACY_M}
    return scenarios.collect(**place)


WITH_BODY = (
    *("POST /auth/verify", "POST /stamps/award", "POST /gps/verify", "POST /notify"),
    *("POST /richmenu/set", "DELETE /richmenu/unset"),
)
ERRORS = (
    *(Error(route, "INVALID_JSON", _text(route, "{")) for route in WITH_BODY),
    Error("POST /auth/verify", "MISSING_ID_TOKEN", _members("POST /auth/verify")),
    Error("POST /auth/verify", "EMPTY_ID_TOKEN", _members("POST /auth/verify", id_token="")),
    Error("POST /auth/verify", "VALIDATION_ERROR", _members("POST /auth/verify", id_token=5)),
    Error("POST /auth/verify", "TOKEN_VERIFICATION_FAILED", lambda _: GUIDE),
    Error("GET /stamps", "VALIDATION_ERROR", lambda scenarios: get("/stamps", scenarios.caller)),
    *(
        Error(route, "VALIDATION_ERROR", _members(route))
        for route in WITH_BODY
        if route not in {"POST /auth/verify", "POST /gps/verify"}
    ),
    Error(
        "POST /stamps/award",
        "STAMP_TYPE_MISMATCH",
        lambda scenarios: scenarios.collect(method="IMAGE"),
    ),
    Error("POST /stamps/award", "OUT_OF_RANGE", _too_far),
    Error("POST /stamps/award", "STAMP_NOT_FOUND", _nowhere("POST /stamps/award")),
    _from("of half a position", lon=None),
    _from("of an accuracy alone", lat=None, lon=None, accuracy=5),
    _from("of a latitude in text", lat="35.5"),
    _from("of a latitude that is none", lat=90.5),
    _from("of a longitude that is none", lon=-180.5),
    _from("of a longitude that is true", lon=True),
    _from("of a negative accuracy", accuracy=-1),
    Error("POST /gps/verify", "VALIDATION_ERROR", lambda s: s.position(s.caller, lat=91)),
    Error("POST /gps/verify", "STAMP_NOT_FOUND", _nowhere("POST /gps/verify")),
    *(
        Error(f"GET /ranking/{kind}", "VALIDATION_ERROR", period_of(kind, "someday"))
        for kind in ("weekly", "monthly")
    ),
)
POSITION_REQUIRED = Error(
    "POST /stamps/award",
    "POSITION_REQUIRED",
    lambda scenarios: scenarios.collect(lat=None, lon=None, accuracy=None),
)


def errors_of(environment: Environment) -> tuple[Error, ...]:
    """Return the errors that a request provokes in an environment, by its settings."""
    return (*ERRORS, POSITION_REQUIRED) if environment.award_requires_position else ERRORS
