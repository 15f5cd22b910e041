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


@pytest.fixture
def hand(environ):
    """Hand an event to a function, which stays warm; return the answer, which must be whole and clean."""
    functions = {name: LambdaFunction(name, one.begin, environ) for name, one in MODULES.items()}
    return lambda name, given_event: clean(functions[name](given_event, CONTEXT))


def clean(answer):
    assert answer["statusCode"] < 500, answer
    leaks = [
        text for text in INNER if text in answer["body"].replace(ENVIRON["ALLOWED_ORIGIN"], "")
    ]
    assert answer["statusCode"] == 200 or not leaks, leaks
    return answer


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", MODULES)
@FUZZ
@given(JSON)
def test_any_json_as_an_event_is_answered(hand, name, given_event):
    hand(name, given_event)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("route", contract.operations())
@FUZZ
@given(BODIES, QUERIES)
def test_any_members_of_a_call_are_answered_as_documented(hand, route, body, query):
    name = contract.operations()[route]["x-function"]
    answer = hand(name, event(route, body=body, query=query))

    contract.check(route, answer["statusCode"], json.loads(answer["body"]), answer["headers"])


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("route", contract.operations())
@FUZZ
@given(st.none() | st.text() | JSON, st.none() | st.booleans() | st.text(max_size=3), JSON)
def test_any_shape_of_a_proxy_event_is_answered(hand, route, raw, encoded, context):
    given_event = event(route, raw=raw) | {"isBase64Encoded": encoded}
    given_event["requestContext"] = {"requestId": context, "authorizer": context}

    hand(contract.operations()[route]["x-function"], given_event)
