"""The contract itself is right: whole, consistent, and every refusal of ours is in it."""

import pytest

from lambdas.rally.domain.refusals import CODES
from tests.lambdas import contract
from tests.lambdas.contract import MODULES
from tests.second_opinion import ROUTES

NEEDS = {"request", "data", "setting", "line", "aws", "gateway"}
RESPONSES = [
    (route, status)
    for route, operation in contract.operations().items()
    for status in operation["responses"]
]
ERRORS = [(route, status) for route, status in RESPONSES if status != "200"]


def examples(content):
    media = content["application/json"]
    named = [example["value"] for example in media.get("examples", {}).values()]
    return [*named, *([media["example"]] if "example" in media else [])]


def test_routes_are_those_of_the_application():
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


@pytest.mark.parametrize(("route", "status"), RESPONSES)
def test_examples_of_answers_keep_their_schema(route, status):
    content = contract.response(route, status)["content"]

    assert examples(content)
    for example in examples(content):
        contract.schema_of(content).validate(example)


@pytest.mark.parametrize(
    "route",
    [name for name, operation in contract.operations().items() if "requestBody" in operation],
)
def test_examples_of_requests_keep_their_schema(route):
    content = contract.operations()[route]["requestBody"]["content"]

    assert examples(content)
    for example in examples(content):
        contract.schema_of(content).validate(example)


@pytest.mark.parametrize(("route", "status"), ERRORS)
def test_every_error_says_what_it_takes_to_see_it(route, status):
    documented = contract.response(route, status)

    assert documented["x-error-codes"]
    assert set(documented["x-error-codes"].values()) <= NEEDS


@pytest.mark.parametrize(("route", "status"), ERRORS)
def test_codes_that_a_schema_lists_are_those_that_are_documented(route, status):
    documented = contract.response(route, status)
    code = documented["content"]["application/json"]["schema"].get("properties", {})
    listed = code.get("error_code", {})

    assert set(listed.get("enum", [listed.get("const")])) in (contract.codes(documented), {None})


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_of_a_function_is_documented_under_its_status(code):
    status, _ = CODES[code]
    documented = [route for route, at in ERRORS if at == str(status)]

    assert any(code in contract.codes(contract.response(route, status)) for route in documented)


@pytest.mark.parametrize(("route", "status"), RESPONSES)
def test_every_answer_names_its_origin(route, status):
    assert "Access-Control-Allow-Origin" in contract.response(route, status)["headers"]


@pytest.mark.parametrize("status", ["429", "500", "502", "503", "504"])
@pytest.mark.parametrize("route", ROUTES)
def test_what_can_happen_to_every_call_is_documented_for_each(route, status):
    assert contract.response(route, status)
