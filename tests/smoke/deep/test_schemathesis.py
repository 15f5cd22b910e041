"""A second opinion beside our own fuzz: Schemathesis draws requests out of the contract, valid and not, and judges the answers."""

from http import HTTPStatus

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from signoff.environment.application import application
from tests.smoke.fuzz.crowd import Crowd

EACH = 60
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
"""Of Schemathesis; what it says of errors of ours is asked below, since LINE's absence is a documented 502."""
PATH = application().folder / application().contract
SCHEMA = schemathesis.openapi.from_path(PATH)
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
ONCE = settings(
    max_examples=EACH,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def crowd(rally):
    made = Crowd.of(rally)
    yield made
    made.leave(rally)


def own(case, session):
    """Let the request be about its sender: about anybody else all that it could learn is 403."""
    for members, name in ((case.body, "user_id"), (case.body, "userId"), (case.query, "userId")):
        if isinstance(members, dict) and isinstance(members.get(name), str):
            members[name] = session.user_id
    if isinstance(case.query, dict):
        case.query.pop("user_id", None)


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_schemathesis_asks_is_answered_as_documented(rally, crowd, label, mode):
    session, statuses = crowd.people[0], []

    @ONCE
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def probe(case):
        own(case, session)
        headers = {"Authorization": f"Bearer {session.token}"}
        answer = case.call_and_validate(base_url=rally.api, headers=headers, checks=CHECKS)
        statuses.append(answer.status_code)

    probe()

    assert len(statuses) >= EACH // 2
    assert HTTPStatus.INTERNAL_SERVER_ERROR not in statuses
    assert HTTPStatus.SERVICE_UNAVAILABLE not in statuses


EXAMPLE = "U0123456789abcdef0123456789abcdef"
"""The user id that the contract shows: a request about it is one about its sender."""
NO_FAULT = (
    *("Content-Type", "Authorization", "unexpected properties", "HTTP method"),
    "data -> message",  # the example is of an awarded stamp, whose message has no such text
)
"""What a request may differ in: the functions read bodies as JSON whatever they are called, and ignore what they do not use."""


def bad_requests(label, session):
    """Yield what Schemathesis' coverage phase breaks the contract by, and the request: each value at its bounds and beyond."""
    operation = OPERATIONS[label]
    cases = SCHEMA.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.NEGATIVE],
        generation_config=SCHEMA.config.generation_for(operation=operation),
    )
    for case in cases:
        why = case.meta.phase.data.description
        if not any(word in why for word in NO_FAULT):
            yield why, about_its_sender(case, session)


def about_its_sender(case, session):
    for members in (case.body, case.query):
        if isinstance(members, dict):
            members |= {n: session.user_id for n, value in members.items() if value == EXAMPLE}
    return case


@pytest.mark.parametrize(
    "label", [operation for operation in OPERATIONS if operation != "GET /richmenu/list"]
)
def test_input_beyond_a_bound_of_the_contract_is_answered_by_a_4xx(rally, crowd, label):
    session = crowd.people[0]
    headers = {"Authorization": f"Bearer {session.token}"}
    answers = [
        (why, case.call(base_url=rally.api, headers=headers).status_code)
        for why, case in bad_requests(label, session)
    ]

    assert len(answers) >= 5
    assert [(why, status) for why, status in answers if status // 100 != 4] == []


CORE = ("/gps/verify", "/stamps/award", "/stamps")
FOLLOWING = {
    "verify": {"operationId": "verifyPosition"},
    "award": {"operationId": "awardStamp"},
    "list": {"operationId": "listStamps"},
}
AGAIN = {"again": {"operationId": "awardStamp", "requestBody": "$request.body"}}


def linked():
    """Return the contract with what a caller does next, by which Schemathesis makes sequences of calls."""
    document = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    for path in CORE:
        (operation,) = (one for one in document["paths"][path].values() if "responses" in one)
        more = AGAIN if operation["operationId"] == "awardStamp" else {}
        for status, answer in operation["responses"].items():
            whole = {**answer, **document["components"]["responses"].get(_name(answer), {})}
            whole.pop("$ref", None)
            operation["responses"][status] = {**whole, "links": {**FOLLOWING, **more}}
    return schemathesis.openapi.from_dict(document)


def _name(answer):
    return answer.get("$ref", "").rpartition("/")[2]


def test_whatever_follows_on_what_is_answered_as_documented(rally, crowd):
    session, asked = crowd.people[0], []

    class Sequence(linked().as_state_machine()):
        def get_call_kwargs(self, case):
            own(case, session)
            headers = {"Authorization": f"Bearer {session.token}"}
            return {"base_url": rally.api, "headers": headers}

        def validate_response(self, response, case, **_more):
            asked.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

    Sequence.run(settings=settings(ONCE, max_examples=40, stateful_step_count=6))

    statuses = {status for _, status in asked}
    assert {"POST /stamps/award", "GET /stamps"} <= {label for label, _ in asked}
    assert statuses & {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE} == set()
