"""The requests of one route by kind: valid, almost valid, and noise; each knows what it may be answered."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st

from smoke.calls import Session
from tests.smoke.fuzz import noise
from tests.smoke.fuzz.crowd import Crowd
from tests.smoke.fuzz.noise import bad_authorizations
from tests.smoke.fuzz.schemas import (
    JSON,
    Schema,
    body_schema,
    followed,
    judge_of,
    query_schemas,
    valid,
)
from tests.smoke.fuzz.wire import Shot

LOGIN = "POST /auth/verify"
USERS, STAMPS = ("user_id", "userId"), ("stamp_id", "spotId")
MALFORMED = ("VALIDATION_ERROR", "INVALID_JSON", "MISSING_ID_TOKEN")
WORDS = {"stamp_name": "丘の上の銅像", "message": "あと3つです。"}
OK, REFUSED, UNAUTHORIZED, NOWHERE = (200,), (400,), (401,), (403,)
Shots = st.SearchStrategy[Shot]
Members = dict[str, Any]


def shots(route: str, crowd: Crowd) -> Shots:
    """Return requests of every kind that a route can be sent."""
    kinds = [right(route, crowd), oddly_headed(route, crowd), other_verb(route, crowd)]
    kinds += [queried(route, crowd)]
    if body_schema(route):
        kinds += [one_wrong(route, crowd), one_missing(route, crowd), said_twice(route, crowd)]
        kinds += [no_object(route, crowd)]
    if route != LOGIN:
        kinds.append(badly_authorized(route, crowd))
    return st.one_of(kinds)


@st.composite
def right(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw what the contract allows, about the caller, and mostly about a spot that is there."""
    session = draw(st.sampled_from(crowd.people if "/richmenu/" in route else crowd.everybody))
    query = {name: draw(valid(one)) for name, one in query_schemas(route).items()}
    query |= {name: session.user_id for name in USERS if name in query}
    schema = body_schema(route)
    members = draw(_likely(schema, session, crowd)) if schema else None
    return Shot(
        kind="right",
        route=route,
        verb=route.partition(" ")[0],
        path=route.partition(" ")[2],
        query=urlencode(query),
        headers=_bearing(route, session),
        body=None if members is None else draw(_written(members)),
        # 2025-W53 has the form of a week, and there is none such.
        never=() if "period" in query else MALFORMED,
    )


@st.composite
def _likely(draw: Any, schema: Schema, session: Session, crowd: Crowd) -> Members:
    """Put the caller in the place of whoever was drawn, and real things in place of most others."""
    members, spot = draw(valid(schema)), draw(st.sampled_from(crowd.spots))
    real: Members = dict.fromkeys(STAMPS, spot.stamp_id)
    real |= {"lat": spot.lat, "lon": spot.lon, "method": "GPS", "richmenu_id": crowd.menu}
    real |= {"id_token": crowd.id_token, "data": {"stamp_id": spot.stamp_id, **WORDS}}
    # Of the optional members only this one stands for itself: a latitude asks for a longitude.
    offered = members.keys() | ({"data"} & schema["properties"].keys())
    all_real = draw(st.booleans())
    chosen = {
        name: value
        for name, value in real.items()
        if name in offered and (all_real or draw(st.booleans()))
    }
    return members | chosen | {name: session.user_id for name in USERS if name in members}


@st.composite
def one_wrong(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request, and give one of its members a value that the contract forbids."""
    shot = draw(right(route, crowd))
    members, properties = _members(shot), _properties(route)
    name = draw(st.sampled_from(sorted(properties)))
    holds = judge_of(properties[name]).is_valid
    value = draw(JSON.filter(lambda one: not holds(one)))
    told = replace(shot, kind="one wrong", never=(), body=draw(_written(members | {name: value})))
    if name in USERS and isinstance(value, str):
        return replace(told, statuses=(*REFUSED, *NOWHERE))
    if route == LOGIN:
        return told
    return told if value is None else replace(told, statuses=REFUSED)


@st.composite
def one_missing(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request without one of its members, or with one more."""
    shot = draw(right(route, crowd))
    members = _members(shot)
    name = draw(st.sampled_from(sorted(members) or ["x"]))
    schema = body_schema(route) or {}
    left = {key: value for key, value in members.items() if key != name} | {"extra": draw(JSON)}
    statuses = REFUSED if name in schema.get("required", ()) else ()
    body = json.dumps(left).encode()
    return replace(shot, kind="one missing", never=(), statuses=statuses, body=body)


@st.composite
def said_twice(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request each of whose members stands there twice: the last one counts."""
    shot = draw(right(route, crowd))
    wrong = dict.fromkeys(_members(shot), draw(st.sampled_from([None, 7, "U" + "0" * 32, []])))
    text = json.dumps(wrong)[:-1] + ", " + json.dumps(_members(shot))[1:]
    return replace(shot, kind="said twice", body=text.encode())


@st.composite
def no_object(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a body that is no JSON object; or none at all."""
    body = draw(
        st.none() | noise.malformed_json | st.binary(max_size=200) | noise.no_object.map(_dumped)
    )
    shot = draw(right(route, crowd))
    return replace(shot, kind="no object", never=(), statuses=REFUSED, body=body)


@st.composite
def other_verb(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a verb that the path does not have; OPTIONS, which it has, is a preflight."""
    shot = draw(right(route, crowd))
    verb = draw(st.sampled_from([one for one in noise.VERBS if one != shot.verb]))
    statuses = OK if verb == "OPTIONS" else NOWHERE
    return replace(shot, kind="other verb", route="", verb=verb, never=(), statuses=statuses)


@st.composite
def oddly_headed(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request with headers that change nothing."""
    shot = draw(right(route, crowd))
    odd = draw(st.lists(st.sampled_from(noise.HEADERS), min_size=1, max_size=4))
    return replace(shot, kind="odd headers", headers=(*shot.headers, *odd))


@st.composite
def badly_authorized(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request whose session does not hold, or which has none."""
    shot = draw(right(route, crowd))
    value = draw(bad_authorizations(draw(st.sampled_from(crowd.everybody))))
    headers = () if value is None else (("Authorization", value),)
    return replace(
        shot, kind="bad session", headers=headers, never=MALFORMED, statuses=UNAUTHORIZED
    )


@st.composite
def queried(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a right request whose query string is noise, or says its parameters more than once."""
    shot = draw(right(route, crowd))
    junk = draw(
        st.sampled_from(noise.QUERIES)
        | st.text(max_size=40).map(lambda text: quote(text, errors="replace"))
    )
    twice = f"{junk}&{shot.query}"
    query = draw(st.sampled_from([junk, twice, f"{shot.query}&{junk}"]))
    # Of a parameter that is said twice the last one counts; noise behind it may spoil it.
    never = shot.never if query == twice or not query_schemas(route) else ()
    return replace(shot, kind="odd query", query=query, never=never)


@st.composite
def smuggled(draw: Any, route: str, crowd: Crowd) -> Shot:
    """Draw a path that only looks like the route's."""
    shot = draw(right(route, crowd))
    prefix = draw(st.sampled_from(("", *noise.PREFIXES)))
    suffixes = noise.SUFFIXES if not prefix else ("", *noise.SUFFIXES)
    text = st.text(min_size=1, max_size=20).map(
        lambda one: "/" + quote(one, safe="", errors="replace")
    )
    path = prefix + shot.path + draw(st.sampled_from(suffixes) | text)
    return replace(shot, kind="smuggled", route="", path=path, never=(), statuses=NOWHERE)


def huge(route: str, crowd: Crowd, size: int, status: int) -> Shot:
    """Return a request whose body has so many bytes, and is nothing else."""
    verb, _, path = route.partition(" ")
    headers = _bearing(route, crowd.everybody[0])
    return Shot(
        kind="huge",
        route=route,
        verb=verb,
        path=path,
        headers=headers,
        body=b"x" * size,
        statuses=(status,),
    )


def _properties(route: str) -> Mapping[str, Any]:
    schema = body_schema(route) or {}
    return {name: followed(one) for name, one in schema["properties"].items()}


def _members(shot: Shot) -> Members:
    found: Members = json.loads(shot.body or b"{}")
    return found


def _bearing(route: str, session: Session) -> tuple[tuple[str, str], ...]:
    kind = ("Content-Type", "application/json")
    return (kind,) if route == LOGIN else (kind, ("Authorization", f"Bearer {session.token}"))


def _written(members: Members) -> st.SearchStrategy[bytes]:
    """Return the ways to write an object: escaped or not, with a lot of space or none."""
    return st.sampled_from(
        [
            _dumped(members),
            json.dumps(members, ensure_ascii=False).encode(errors="surrogatepass"),
            json.dumps(members, indent=8, separators=(" ,\t", "  :\r\n")).encode(),
        ]
    )


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()
