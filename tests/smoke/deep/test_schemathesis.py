"""A second opinion beside our own fuzz: Schemathesis draws requests out of the contract, valid and not, and judges the answers."""

from http import HTTPStatus

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from smoke.contract import PATH
from tests.smoke.fuzz.crowd import Crowd

EACH = 60
CHECKS = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
"""Of Schemathesis; what it says of errors of ours is asked below, since LINE's absence is a documented 502."""
SCHEMA = schemathesis.openapi.from_path(PATH)
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}
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
