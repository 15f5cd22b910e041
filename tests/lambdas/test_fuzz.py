"""Whatever a function is handed, it answers as documented, never 5xx, never with inner text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.rally.serving import LambdaFunction
from tests.lambdas import contract
from tests.lambdas.contract import MODULES
from tests.lambdas.events import CONTEXT, OTHER, USER, event
from tests.lambdas.rally_account import ENVIRON

MENU = "richmenu-" + "0a" * 16
LIKELY = st.sampled_from(
    [
        USER,
        OTHER,
        "STATUE-001",
        "GPS",
        "IMAGE",
        "reminder",
        "stamp_awarded",
        MENU,
        "2025-W45",
        "",
        0,
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80) | LIKELY
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
MEMBERS = st.sampled_from(
    [
        *("user_id", "userId", "stamp_id", "spotId", "method", "lat", "lon", "accuracy"),
        *("type", "data", "richmenu_id", "id_token", "idToken", "period"),
    ]
)
BODIES = st.dictionaries(MEMBERS, JSON, max_size=6)
QUERIES = st.none() | st.dictionaries(MEMBERS, st.text(max_size=70) | LIKELY.map(str), max_size=3)
INNER = ("Traceback", "Exception", "Error:", "arn:", "botocore", *ENVIRON.values())
FUZZ = settings(max_examples=60)
"""A few seconds for all; the same seeds are found again from hypothesis's own database."""


ROUTES = contract.operations()


@pytest.fixture
def hand(environ):
    """Hand an event to a function, which stays warm; return what it answers."""
    functions = {
        name: LambdaFunction(name, module.begin, environ) for name, module in MODULES.items()
    }
    return lambda name, given_event: functions[name](given_event, CONTEXT)


def flaw(answer):
    """Say what is wrong with an answer whatever was asked; empty where it is whole and clean."""
    if answer["statusCode"] >= 500:
        return str(answer)
    body = answer["body"].replace(ENVIRON["ALLOWED_ORIGIN"], "")
    leaks = [text for text in INNER if text in body]
    return f"leaks {leaks}" if leaks and answer["statusCode"] != 200 else ""


def flaws(answers):
    """Return what is wrong, by name; one example goes to all, since drawing it takes longer than the answers."""
    return {name: wrong for name, answer in answers.items() if (wrong := flaw(answer))}


def check(answers):
    """Hold the answer of each route to what is documented for it."""
    for route, answer in answers.items():
        contract.check(route, answer["statusCode"], json.loads(answer["body"]), answer["headers"])


@pytest.mark.usefixtures("account")
@FUZZ
@given(JSON)
def test_any_json_as_an_event_is_answered(hand, given_event):
    assert flaws({name: hand(name, given_event) for name in MODULES}) == {}


@pytest.mark.usefixtures("account")
@FUZZ
@given(BODIES, QUERIES)
def test_any_members_of_a_call_are_answered_as_documented(hand, body, query):
    answers = {
        route: hand(entry["x-function"], event(route, body=body, query=query))
        for route, entry in ROUTES.items()
    }

    assert flaws(answers) == {}
    check(answers)


@pytest.mark.usefixtures("account")
@FUZZ
@given(st.none() | st.text() | JSON, st.none() | st.booleans() | st.text(max_size=3), JSON)
def test_any_shape_of_a_proxy_event_is_answered(hand, raw, encoded, context):
    shape = {
        "isBase64Encoded": encoded,
        "requestContext": {"requestId": context, "authorizer": context},
    }
    answers = {
        route: hand(entry["x-function"], event(route, raw=raw) | shape)
        for route, entry in ROUTES.items()
    }

    assert flaws(answers) == {}
