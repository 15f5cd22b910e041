"""Whether a success agrees with its request and with itself: what the contract says in words, since no schema can."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from aws.words import Words
from smoke.calls import Answer, Call

REPEATED: Mapping[str, Mapping[str, str]] = {
    "GET /stamps": {"user_id": "userId"},
    "POST /stamps/award": {name: name for name in ("user_id", "stamp_id", "method")},
    "POST /gps/verify": {name: name for name in ("spotId", "accuracy")},
    "POST /notify": {name: name for name in ("user_id", "type")},
    "GET /ranking/weekly": {"period": "period"},
    "GET /ranking/monthly": {"period": "period"},
    "POST /richmenu/set": {name: name for name in ("user_id", "richmenu_id")},
    "DELETE /richmenu/unset": {"user_id": "user_id"},
}
"""Route -> member of its answer -> member or parameter of the request whose value it repeats."""
CENTIMETRE = 0.01
"""What rounding a distance in metres hides."""
Fact = tuple[str, object, object]
"""Pointer to a member, what it is, and what it must be."""


def disagreements(answer: Answer) -> Iterator[Words]:
    """Yield what a success, valid by its schema, says of itself or of its request that can't be true."""
    for where, found, expected in _facts(answer):
        if found != expected:
            yield Words(
                en=f"but {where} is {found!r}, expected {expected!r}",
                ja=f"{where}が{found!r}です（期待値{expected!r}）",
            )


def _facts(answer: Answer) -> Iterator[Fact]:
    body, asked = answer.json, _asked(answer.call)
    for name, of in REPEATED.get(answer.call.route, {}).items():
        if of in asked:
            yield f"/{name}", body[name], asked[of]
    if rule := RULES.get(answer.call.route):
        yield from rule(answer)


def _asked(call: Call) -> Mapping[str, Any]:
    """Return what a request says by name; of a position without an accuracy, that it has none."""
    members = call.members
    absent = {"accuracy": None} if members and call.path == "/gps/verify" else {}
    return {**absent, **dict(call.query), **members}


def _list(answer: Answer) -> Iterator[Fact]:
    ids = [entry["stamp_id"] for entry in answer.member("stamps")]
    yield "/total", answer.member("total"), len(ids)
    yield "/stamps/*/stamp_id", ids, sorted(set(ids))


def _position(answer: Answer) -> Iterator[Fact]:
    body = answer.json
    metres, radius_m = body["distanceM"], body["radiusM"]
    yield "/distanceM", metres, round(metres, 2)
    if metres < radius_m - CENTIMETRE:
        yield f"/within ({metres} m from a spot of radius {radius_m:g} m)", body["within"], True
    reach_m = max(radius_m, body["accuracy"] or 0)
    if metres > reach_m + CENTIMETRE:
        yield (
            f"/within ({metres} m from a spot that is reached from {reach_m:g} m)",
            body["within"],
            False,
        )


def _ranking(answer: Answer) -> Iterator[Fact]:
    entries, own = answer.member("rankings"), answer.call.user_id
    for place, entry in enumerate(entries):
        yield f"/rankings/{place}/rank", entry["rank"], place + 1
        if own:
            yield f"/rankings/{place}/is_self", entry["is_self"], entry["user_id"] == own
    for place, (better, worse) in enumerate(pairwise(entries), 1):
        most = min(better["stamp_count"], worse["stamp_count"])
        yield f"/rankings/{place}/stamp_count", worse["stamp_count"], most
    yield (
        "/rankings/*/user_id (how many differ)",
        len({item["user_id"] for item in entries}),
        len(entries),
    )


def _menus(answer: Answer) -> Iterator[Fact]:
    ids = [entry["richMenuId"] for entry in answer.member("richmenus")]
    yield "/richmenus/*/richMenuId", ids, list(dict.fromkeys(ids))


RULES: Mapping[str, Callable[[Answer], Iterator[Fact]]] = {
    "GET /stamps": _list,
    "POST /gps/verify": _position,
    "GET /ranking/weekly": _ranking,
    "GET /ranking/monthly": _ranking,
    "GET /richmenu/list": _menus,
}
"""Route -> what the members of its answer must be to each other."""
