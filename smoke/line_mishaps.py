"""What LINE may answer on a bad day, and what our routes must answer then: provoked at the stand-in only."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aws.words import SILENCE, Words
from smoke.calls import Answer, Call, send
from smoke.id_tokens import ISSUER
from smoke.line import PUSH, LineClient
from smoke.scenarios import Scenarios

LOGIN, NOTIFY = "POST /auth/verify", "POST /notify"
LIST, SET, UNSET = "GET /richmenu/list", "POST /richmenu/set", "DELETE /richmenu/unset"
UNDER = {
    LOGIN: "/oauth2/v2.1/verify",
    NOTIFY: PUSH,
    LIST: "/v2/bot/richmenu/list",
    SET: "/v2/bot/user/",
    UNSET: "/v2/bot/user/",
}
"""Route -> the path at LINE that it calls."""
NOBODY = "mishap"
ALIAS = "idToken"
"""The other name that the contract allows for an ID token; all other calls use ``id_token``."""
MONTHLY = json.dumps({"message": "You have reached your monthly limit."})
BUSY = json.dumps({"message": "The API rate limit has been exceeded. Try again later."})
NO = json.dumps({"message": "Not so"})
ACCEPTED = json.dumps({"message": "The retry key is already accepted", "sentMessages": []})
SENT = json.dumps({"sentMessages": [{"id": "1"}], "richmenus": [], "iss": ISSUER, "aud": ""})
"""What is right for each route in a success, and says nothing in a redirect."""
STARTED = {"type": "event_started"}
IN_OTHER_WORDS = {"data": {"message": "駅前のスタンプが\nまだあります"}}
"""Members of the second of two calls: the other type, with a text of its own."""
MENUS = [
    {
        "richMenuId": f"richmenu-{number:032x}",
        "name": f"Menu {number}",
        "size": {"width": 2500, "height": 843},
        "chatBarText": "メニュー",
        "selected": number == 1,
        "areas": [],
    }
    for number in range(12)
]
"""As LINE describes them."""


@dataclass(frozen=True, slots=True)
class LineMishap:
    """LINE answers a route's call with this; ``code`` is empty if the route must answer 200."""

    route: str
    status: int
    body: Callable[[Scenarios], str]
    answered: int
    code: str = ""
    about: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Members of the call in addition to, or in place of, the usual ones."""

    @contextmanager
    def told(self, scenarios: Scenarios, line: LineClient) -> Iterator[Call]:
        """Set the stand-in's answer, and yield the call that gets it."""
        user = scenarios.sessions.nobody(NOBODY)
        call, holds = _call(self.route, scenarios, user, self.asked)
        line.answers_next(UNDER[self.route], holds, self.status, self.body(scenarios))
        try:
            yield replace(call, time=MISHAPS.index(self) + 2)
        finally:
            line.answers_as_ever()

    def repeated(self, scenarios: Scenarios, answer: Answer) -> Words:
        """Say that an error repeats LINE's own message, which is meant for us; empty if it does not."""
        told = json.loads(answered) if (answered := self.body(scenarios)).startswith("{") else {}
        if not self.code or "message" not in told or told["message"] not in answer.text:
            return SILENCE
        return Words(
            en=f"{answer} and repeats LINE's own words: {told['message']}",
            ja=f"{answer.ja}。LINEの応答の文言をそのまま返しています: {told['message']}",
        )

    def __str__(self) -> str:
        about = f" {self.about}" if self.about else ""
        return f"{self.route}: LINE answers {self.status}{about}"


def _call(
    route: str, scenarios: Scenarios, user: str, asked: Mapping[str, Any]
) -> tuple[Call, str]:
    """Return a call of a user who is nobody, and a text that the call to LINE then contains."""
    session = scenarios.sessions.own(user)
    if route == LOGIN:
        token = scenarios.id_tokens.good(user)
        return send(LOGIN, None, **{ALIAS: token}), token
    if route == LIST:
        return replace(scenarios.success(LIST), session=session), ""
    call = scenarios.harmless(route, session, user)
    if route == NOTIFY:
        return replace(call, body=json.dumps({**call.members, **asked})), user
    # The whole path: if another menu is linked than the one asked for, LINE succeeds, which shows.
    menu = call.members.get("richmenu_id")
    return call, f"{user}/richmenu/{menu}" if menu else f"{user}/richmenu"


def _text(text: str) -> Callable[[Scenarios], str]:
    return lambda _: text


def _claims(**changed: Callable[[str], str | None]) -> Callable[[Scenarios], str]:
    """Return LINE's answer to a valid ID token with some claims changed: claim -> function of the right value."""

    def body(scenarios: Scenarios) -> str:
        right = {
            "iss": ISSUER,
            "aud": scenarios.environment.line.channel_id,
            "sub": scenarios.sessions.nobody(NOBODY),
        }
        claims = {**right, **{name: change(right[name]) for name, change in changed.items()}}
        return json.dumps({name: one for name, one in claims.items() if one is not None})

    return body


def _mishaps() -> Iterator[LineMishap]:
    for route, refusal, fault in (
        (NOTIFY, 403, 500),
        (LIST, 401, 500),
        (SET, 302, 503),
        (UNSET, 401, 504),
    ):
        yield LineMishap(route, refusal, _text(NO), 502, "LINE_REFUSED")
        yield LineMishap(route, 429, _text(BUSY), 502, "LINE_UNAVAILABLE")
        yield LineMishap(route, fault, _text(NO), 502, "LINE_UNAVAILABLE")
        yield LineMishap(route, 200, _text("<html>"), 502, "LINE_UNAVAILABLE", "in HTML")
    for route in (NOTIFY, LIST):
        yield LineMishap(route, 200, _text("{}"), 502, "LINE_UNAVAILABLE", "with nothing")
    for route in (NOTIFY, SET, UNSET):
        yield LineMishap(route, 400, _text(NO), 400, "LINE_REJECTED")
    yield LineMishap(UNSET, 404, _text(NO), 400, "LINE_REJECTED")
    yield LineMishap(NOTIFY, 404, _text(NO), 400, "LINE_REJECTED", asked=STARTED)
    yield LineMishap(SET, 404, _text(NO), 404, "RICHMENU_NOT_FOUND")
    yield LineMishap(SET, 409, _text(NO), 502, "LINE_REFUSED")
    for route in (NOTIFY, LIST, UNSET, LOGIN):
        code = "LINE_UNAVAILABLE" if route == LOGIN else "LINE_REFUSED"
        yield LineMishap(route, 302, _text(SENT), 502, code, "elsewhere")
    yield LineMishap(NOTIFY, 429, _text(MONTHLY), 429, "LINE_MONTHLY_LIMIT", "for the month")
    about = "to what it has done before"
    yield LineMishap(NOTIFY, 409, _text(ACCEPTED), 200, about=about, asked=IN_OTHER_WORDS)
    yield LISTED
    yield from _logins()


def _logins() -> Iterator[LineMishap]:
    refused = "TOKEN_VERIFICATION_FAILED"
    yield LineMishap(LOGIN, 200, _claims(), 200, about="without a name")
    yield LineMishap(LOGIN, 400, _text(NO), 401, refused)
    for status, body in ((401, NO), (403, NO), (429, BUSY), (500, NO), (200, "{}"), (200, "[]")):
        yield LineMishap(LOGIN, status, _text(body), 502, "LINE_UNAVAILABLE", body)
    # Each but the last differs in one character, so that neither sorting nor a prefix comparison hides it.
    for about, claim, change in (
        ("of a longer channel", "aud", lambda it: f"{it}0"),
        ("of a shorter channel", "aud", lambda it: it[:-1]),
        ("of a longer issuer", "iss", lambda it: f"{it}a"),
        ("of a shorter issuer", "iss", lambda it: it[:-1]),
        ("of a longer user", "sub", lambda it: f"{it}0"),
        ("of a shorter user", "sub", lambda it: it[:-1]),
        ("of nobody", "sub", lambda _: None),
    ):
        yield LineMishap(LOGIN, 200, _claims(**{claim: change}), 401, refused, about)


LISTED = LineMishap(
    LIST, 200, _text(json.dumps({"richmenus": MENUS})), 200, about="with several menus"
)
MISHAPS = tuple(_mishaps())
COUNTED = next(one for one in MISHAPS if (one.route, one.status) == (LIST, 500))
"""The mishap whose log line is checked: provoked once, for its own row and for the alarm's."""
