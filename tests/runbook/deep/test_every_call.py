"""The rest of what can be wrong with each kind of call: an answer that is lost, credentials that end, a line that is cut."""

import pytest

from local.aws.request import refusal
from runbook.engine import Journal
from tests.runbook import striking
from tests.runbook.striking import FEW, Refusing, Unanswered, Unsent


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path / "journal.jsonl")


def test_a_call_whose_answer_is_lost_is_told_and_not_done_twice(empty, everything, journal):
    fault = Unanswered()
    with empty.hooked("after-call", fault):
        said = striking.stops(empty, journal, fault)

    assert len(fault.seen) == len(said) > FEW
    assert all("AWS did not answer" in line and "check the connection" in line for line in said)
    striking.assert_it_came_to_its_end(empty, everything, journal, said)


def test_credentials_that_end_are_told_with_the_call_that_they_ended_at(empty, everything, journal):
    text = "The security token included in the request is expired"
    fault = Refusing(lambda request: refusal(request, "ExpiredToken", text, 403))
    empty.aws.faults.append(fault)
    said = striking.stops(empty, journal, fault)

    assert len(fault.seen) > FEW
    assert [line.split(": ", 1)[1] for line in said] == [
        f"{one}: the credentials are no longer valid (ExpiredToken); sign in, then run it again"
        for one in fault.seen
    ]
    striking.assert_it_came_to_its_end(empty, everything, journal, said)


def test_a_cut_line_is_told_wherever_it_is_cut(empty, everything, journal):
    fault = Unsent()
    with empty.hooked("before-call", fault):
        said = striking.stops(empty, journal, fault)

    assert len(fault.seen) == len(said) > FEW
    assert all(
        "AWS did not answer at" in line and "(EndpointConnectionError)" in line for line in said
    )
    striking.assert_it_came_to_its_end(empty, everything, journal, said)
