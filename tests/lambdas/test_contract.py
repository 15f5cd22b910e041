"""The contract itself is right: whole, consistent, and every refusal of ours is in it."""

import pytest

from lambdas.rally.domain.refusals import CODES
from tests.healthy import healthy
from tests.lambdas import contract
from tests.lambdas.contract import MODULES
from tests.second_opinion import ROUTES

NEEDS = {"request", "data", "setting", "line", "aws", "gateway"}
RESPONSES = [
    (route, status)
    for route, operation in contract.operations().items()
    for status in operation["responses"]
]
DOCUMENTED = {each: contract.response(*each) for each in RESPONSES if each[1] != "200"}
"""Route and status of each error -> what is documented of it."""


def flaws_of(content):
    """Say what of the examples of a content its schema refuses, or that there is none."""
    media, schema = content["application/json"], contract.schema_of(content)
    named = [example["value"] for example in media.get("examples", {}).values()]
    examples = [*named, *([media["example"]] if "example" in media else [])]
    flaws = [error.message for example in examples for error in schema.iter_errors(example)]
    return flaws if examples else ["it has no example"]


def listed(documented):
    """Return the error codes that the schema of an answer lists, None alone where it lists none."""
    schema = documented["content"]["application/json"]["schema"]
    code = schema.get("properties", {}).get("error_code", {})
    return set(code.get("enum", [code.get("const")]))


def test_routes_are_those_of_the_application():
    healthy()  # says once what only one of both has

    assert set(contract.operations()) == set(ROUTES)


@pytest.mark.parametrize("route", ROUTES)
def test_operation_names_its_function(route):
    assert contract.operations()[route]["x-function"] in MODULES


def test_login_alone_needs_no_session():
    open_routes = [
        name for name, operation in contract.operations().items() if "security" in operation
    ]

    assert open_routes == ["POST /auth/verify"]
    assert contract.operations()["POST /auth/verify"]["security"] == []
    assert contract.document()["security"] == [{"session": []}]


def test_examples_of_answers_keep_their_schema():
    contents = {each: contract.response(*each)["content"] for each in RESPONSES}

    assert {place: flaws for place in contents if (flaws := flaws_of(contents[place]))} == {}


def test_examples_of_requests_keep_their_schema():
    contents = {
        route: operation["requestBody"]["content"]
        for route, operation in contract.operations().items()
        if "requestBody" in operation
    }

    assert contents
    assert {route: flaws for route in contents if (flaws := flaws_of(contents[route]))} == {}


def test_every_error_says_what_it_takes_to_see_it():
    needs = {place: set(answer["x-error-codes"].values()) for place, answer in DOCUMENTED.items()}

    assert {place: need for place, need in needs.items() if not need or need - NEEDS} == {}


def test_codes_that_a_schema_lists_are_those_that_are_documented():
    codes = {place: contract.codes(answer) for place, answer in DOCUMENTED.items()}
    lists = {place: listed(answer) for place, answer in DOCUMENTED.items()}

    assert {
        place: found for place, found in lists.items() if found not in (codes[place], {None})
    } == {}


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_a_function_is_documented_under_its_status(code):
    status, _ = CODES[code]
    documented = [answer for (_, at), answer in DOCUMENTED.items() if at == str(status)]

    assert any(code in contract.codes(answer) for answer in documented)


def test_every_answer_names_its_origin():
    headers = {each: contract.response(*each)["headers"] for each in RESPONSES}

    assert [each for each in headers if "Access-Control-Allow-Origin" not in headers[each]] == []


@pytest.mark.parametrize("status", ["429", "500", "502", "503", "504"])
def test_what_can_happen_to_every_call_is_documented_for_each(status):
    assert [route for route in ROUTES if (route, status) not in DOCUMENTED] == []
