"""The tables of calls against the contract: nothing documented is left out, nothing wrong is sent by mistake."""

import json
import re
import time
from dataclasses import replace

import jwt
import pytest

from plan import plan_for
from plan.masters import Spot
from signoff.environment.application import application
from signoff.environment.schema import Smoke
from signoff.judge.collection import called
from smoke.contract import Validator, contract, warming
from smoke.cors import REFUSALS, SUCCESSES
from smoke.errors import (
    ERRORS,
    POSITION_REQUIRED,
    QUERIES,
    SPOILED,
    bad_calls,
    errors_of,
    takes_input,
)
from smoke.id_tokens import FLAWS, IdTokens
from smoke.line import LineClient
from smoke.manual import ManualOnly
from smoke.parameters import ARGUMENTS
from smoke.root_causes import PROBES, ROWS
from smoke.scenarios import LONGEST_NAME, NO_SPOT, Scenarios, users_of
from smoke.sessions import DAY_S, KINDS, SYNTHETIC, UNISSUED, SessionMinter

DOCUMENT = application().document
ELSEWHERE = {"UNAUTHORIZED", "FORBIDDEN", "STAMP_ALREADY_EXISTS"}
"""Codes of SEC-40 and SEC-41, of SEC-42, of SMOKE-16."""
HALF = re.compile("[\ud800-\udfff]")
"""Half of a character, which JSON can write and UTF-8, in which it is sent, cannot."""
PROSE = re.compile(r"(?<![\w/.`-])[a-z]{2,} [a-z]{2,}(?![\w/.`-])")
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
SPOT = Spot(stamp_id="A-1", name="A", lat=35.0, lon=139.0, radius_m=20)


@pytest.fixture
def scenarios(environment):
    sessions = SessionMinter(now=1_764_028_800, key="k" * 64)
    line = LineClient(endpoint="http://127.0.0.1:9")
    tokens = IdTokens(line=line, channel_id="1234567890", now=sessions.now, from_phone="a.b.c")
    return Scenarios(environment, sessions, tokens, lambda: (SPOT,), lambda: f"richmenu-{'0' * 32}")


def operation(route):
    verb, path = route.split(" ")
    return DOCUMENT["paths"][path][verb.lower()]


def validator(schema):
    return Validator({**schema, "components": DOCUMENT["components"]})


def keeps_the_contract(call) -> bool:
    """Whether the request is one that the contract documents."""
    wanted = operation(call.route)
    if "requestBody" in wanted:
        schema = wanted["requestBody"]["content"]["application/json"]["schema"]
        written = not HALF.search(json.dumps(call.members, ensure_ascii=False))
        return bool(call.members) and written and validator(schema).is_valid(call.members)
    asked = dict(call.query)
    known = {parameter["name"]: parameter for parameter in wanted.get("parameters", ())}
    missing = [n for n, value in known.items() if value["required"] and n not in asked]
    right = all(validator(known[n]["schema"]).is_valid(v) for n, v in asked.items() if n in known)
    return not missing and right


def documented(kind):
    return {
        (route, code)
        for (route, _), response in contract().responses.items()
        for code, needs in response.codes.items()
        if needs == kind
    }


def test_every_error_that_a_request_provokes_is_provoked():
    provoked = {(error.route, error.code) for error in ERRORS}
    wanted = {(route, code) for route, code in documented("request") if code not in ELSEWHERE}

    assert provoked == wanted


def test_position_is_asked_for_where_it_is_required(environment, scenarios):
    assert POSITION_REQUIRED not in errors_of(environment)
    assert "lat" not in POSITION_REQUIRED.call(scenarios).members
    assert documented("setting") == {(POSITION_REQUIRED.route, POSITION_REQUIRED.code)}


def test_every_route_has_its_row_and_its_call(scenarios):
    assert ROWS.keys() == {route for route, _ in contract().responses}
    assert all(scenarios.success(route).route == route for route in ROWS)


@pytest.mark.parametrize("route", ROWS)
def test_call_that_shows_a_route_at_work_keeps_the_contract(route, scenarios):
    assert keeps_the_contract(scenarios.success(route))


@pytest.mark.parametrize("route", [*SPOILED, *QUERIES])
def test_bad_input_breaks_the_contract(route, scenarios):
    kept = [str(call) for call in bad_calls(route, scenarios) if keeps_the_contract(call)]

    assert not kept


def members_of(schema):
    return set(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"])


@pytest.mark.parametrize("route", SPOILED)
def test_every_member_of_a_request_is_spoiled(route, scenarios):
    schema = operation(route)["requestBody"]["content"]["application/json"]["schema"]
    wrong = [e.call(scenarios) for e in ERRORS if (e.route, e.code) == (route, "VALIDATION_ERROR")]
    spoiled = {name for call in wrong if not keeps_the_contract(call) for name in call.members}

    assert members_of(schema) <= SPOILED[route].keys() | spoiled


@pytest.mark.parametrize("route", ROWS)
def test_route_that_takes_input_is_sent_bad_input(route):
    asked = "requestBody" in operation(route) or operation(route).get("parameters")

    assert takes_input(route) == bool(asked)


def test_no_bad_award_names_a_stamp_that_exists(scenarios):
    named = {
        call.members.get("stamp_id")
        for call in bad_calls("POST /stamps/award", scenarios)
        if isinstance(call.members.get("stamp_id"), str)
    }

    assert SPOT.stamp_id not in named
    assert NO_SPOT in named


@pytest.mark.parametrize("route", [route for route in ROWS if route != "POST /auth/verify"])
def test_harmless_call_keeps_the_contract_but_names_nothing_real(route, scenarios):
    call = scenarios.harmless(route, scenarios.caller, scenarios.caller.user_id)

    assert SPOT.stamp_id not in (call.body or "")
    assert scenarios.caller.user_id.startswith(SYNTHETIC)


def test_every_function_is_seen_by_a_browser_and_warmed_up():
    functions = {operation(route)["x-function"] for route in ROWS}

    assert {operation(error.route)["x-function"] for error in REFUSALS} == functions
    assert {operation(route)["x-function"] for route in SUCCESSES} == functions - {"auth", "award"}
    assert {operation(route)["x-function"] for route in warming()} == functions - {"auth"}
    assert "GET /richmenu/list" in warming()  # of those of its function that which changes nothing


def test_session_is_probed_by_reads_alone():
    assert all(route.startswith("GET ") for route in PROBES)


def test_synthetic_users_are_never_of_the_form_of_lines_ids(scenarios):
    nobody = scenarios.sessions.unissued("login")

    assert len(nobody) == 33
    assert nobody.startswith(UNISSUED)


def test_everybody_whom_calls_are_about_is_taken_back(scenarios):
    logins = [scenarios.login_with(flaw).members["id_token"] for flaw in FLAWS]
    people = [jwt.decode(login, options={"verify_signature": False})["sub"] for login in logins]
    asking = {scenarios.caller.user_id, scenarios.other, scenarios.collector.user_id}
    going = {scenarios.tourist.user_id, scenarios.sessions.unissued("login")}
    longest = scenarios.sessions.user(LONGEST_NAME)

    assert len(longest) == 64
    assert users_of(scenarios.sessions) == {*asking, *going, *people, longest}


@pytest.mark.parametrize(
    "error", [one for one in ERRORS if one.code in {"OUT_OF_RANGE", "STAMP_TYPE_MISMATCH"}], ids=str
)
def test_award_of_a_real_stamp_is_not_even_tried_without_writes(error, environment, scenarios):
    guarded = replace(scenarios, environment=replace(environment, smoke=Smoke()))

    with pytest.raises(ManualOnly, match=r"smoke\.writes is off"):
        error.call(guarded)


@pytest.mark.parametrize("argument", sorted(ARGUMENTS.keys() - {"open_read"}))
def test_every_parameter_is_told_in_both_languages(argument, environment):
    """Names and codes stay as they are. The rally has no read that is open."""
    words = [called(each) for each in ARGUMENTS[argument](environment, plan_for(environment))]
    english = [name.en for name in words if PROSE.search(name.en) and not JAPANESE.search(name.ja)]

    assert words
    assert english == []


def test_expired_session_ended_just_now_however_long_ago_the_run_began(scenarios):
    expired = scenarios.sessions.bad(KINDS[-1], scenarios.caller)
    claims = jwt.decode(expired.token, options={"verify_signature": False})

    assert 0 < time.time() - claims["exp"] - scenarios.sessions.skew_s < 60
    assert claims["exp"] - claims["iat"] == DAY_S
