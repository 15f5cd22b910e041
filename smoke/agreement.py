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


def disagreements(answer: Answer) -> Iterator[Words]:
    """Yield what a success, valid by its schema, says of itself or of its request that can't be true."""
    body, asked = answer.json, _asked(answer.call)
    for name, of in REPEATED.get(answer.call.route, {}).items():
        if of in asked and body[name] != asked[of]:
            yield Words(
                en=f"but /{name} is {body[name]!r}, asked for {asked[of]!r}",
                ja=f"/{name}が{body[name]!r}です（要求は{asked[of]!r}）",
            )
    if rule := RULES.get(answer.call.route):
        yield from rule(answer)


def _asked(call: Call) -> Mapping[str, Any]:
    """Return what a request says by name; of a position without an accuracy, that it has none."""
    members = call.members
    absent = {"accuracy": None} if members and call.path == "/gps/verify" else {}
    return {**absent, **dict(call.query), **members}


def _list(answer: Answer) -> Iterator[Words]:
    stamps, total = answer.member("stamps"), answer.member("total")
    if total != len(stamps):
        yield Words(
            en=f"but /total is {total} for {len(stamps)} stamps",
            ja=f"/totalが{total}ですが、スタンプは{len(stamps)}件です",
        )
    for before, after in pairwise(one["stamp_id"] for one in stamps):
        if before >= after:
            yield Words(
                en=f"but /stamps has {after!r} after {before!r}, not once each in the order of the ids",
                ja=f"/stampsで{before!r}の後に{after!r}があり、ID順に1件ずつではありません",
            )


def _position(answer: Answer) -> Iterator[Words]:
    body = answer.json
    metres, reach_m = body["distanceM"], max(body["radiusM"], body["accuracy"] or 0)
    if round(metres, 2) != metres:
        yield Words(
            en=f"but /distanceM is {metres}, not of two decimals",
            ja=f"/distanceMが{metres}で、小数第2位までではありません",
        )
    if metres < body["radiusM"] - CENTIMETRE and not body["within"]:
        yield Words(
            en=f"but /within is false, {metres} m from a spot of radius {body['radiusM']:g} m",
            ja=f"/withinがfalseですが、半径{body['radiusM']:g} mのスポットから{metres} mです",
        )
    if metres > reach_m + CENTIMETRE and body["within"]:
        yield Words(
            en=f"but /within is true, {metres} m from a spot that is reached from {reach_m:g} m",
            ja=f"/withinがtrueですが、届く範囲{reach_m:g} mのスポットから{metres} mです",
        )


def _ranking(answer: Answer) -> Iterator[Words]:
    entries, own = answer.member("rankings"), answer.call.user_id
    for place, one in enumerate(entries, 1):
        if one["rank"] != place:
            yield Words(
                en=f"but /rankings/{place - 1}/rank is {one['rank']}, not {place}",
                ja=f"/rankings/{place - 1}/rankが{one['rank']}です（期待値{place}）",
            )
        if own and one["is_self"] != (one["user_id"] == own):
            yield Words(
                en=f"but /rankings/{place - 1}/is_self is {one['is_self']} of {one['user_id']}",
                ja=f"/rankings/{place - 1}/is_selfが{one['user_id']}について{one['is_self']}です",
            )
    for place, (better, worse) in enumerate(pairwise(entries), 1):
        if better["stamp_count"] < worse["stamp_count"]:
            yield Words(
                en=f"but /rankings/{place} has more stamps than the place before it",
                ja=f"/rankings/{place}のスタンプが前の順位より多くなっています",
            )
    if len({one["user_id"] for one in entries}) < len(entries):
        yield Words(
            en="but /rankings has somebody twice", ja="/rankingsに同じ利用者が2回載っています"
        )


def _menus(answer: Answer) -> Iterator[Words]:
    ids = [one["richMenuId"] for one in answer.member("richmenus")]
    if len(set(ids)) < len(ids):
        yield Words(
            en="but /richmenus has a menu twice", ja="/richmenusに同じメニューが2回載っています"
        )


RULES: Mapping[str, Callable[[Answer], Iterator[Words]]] = {
    "GET /stamps": _list,
    "POST /gps/verify": _position,
    "GET /ranking/weekly": _ranking,
    "GET /ranking/monthly": _ranking,
    "GET /richmenu/list": _menus,
}
"""Route -> what the members of its answer must be to each other."""
