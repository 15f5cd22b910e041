"""JUnit says what the verdict says, whatever it is that went wrong."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from load.artefacts import junit
from load.exhibit import sentences
from tests.load.measurements import seen
from tests.load.test_verdict import verdict

CLEAN = {"users": 9, "deleted": 9, "left": 0, "line_calls": 0}
SILENCE = "POST /notify answers 200 for an id that LINE would refuse"


def suite(made):
    return ET.fromstring(junit(made))  # noqa: S314 - our own text


def cleaned(**more):
    return replace(verdict(silence=SILENCE), cleanup=CLEAN | more)


def test_every_limit_has_a_case_and_the_run_has_one():
    xml = suite(verdict(measurement=seen(ms=1200.0)))

    assert xml.get("tests") == "6"
    assert xml.get("failures") == "2"
    assert "step hold, GET /stamps: p95 1200 ms, at most 500 ms" in [
        failure.get("message") for failure in xml.iter("failure")
    ]


@pytest.mark.parametrize(
    ("made", "red"),
    [
        (cleaned(), {}),
        (cleaned(left=2), {"failures": "1"}),
        (cleaned(line_calls=2), {"failures": "1"}),
        (verdict(measurement=seen(ms=1200.0)), {"failures": "2"}),
        (verdict(measurement=seen(interrupted="stopped")), {"errors": "1"}),
    ],
    ids=["pass", "left", "line", "slow", "invalid"],
)
def test_red_cases_are_those_of_the_verdict(made, red):
    xml = suite(made)

    assert (made.judgement.outcome == "pass") is (not red)
    assert (xml.get("failures"), xml.get("errors")) == (
        red.get("failures", "0"),
        red.get("errors", "0"),
    )


def test_call_of_line_is_told_as_often_as_it_was_heard():
    said = [one.get("message") for one in suite(cleaned(line_calls=2)).iter("failure")]

    assert said == ["LINE was called 2 times for synthetic users"]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (cleaned(), f"LINE was never called: {SILENCE}."),
        (
            cleaned(line_calls=2),
            f"LINE was called 2 times for synthetic users, although {SILENCE}.",
        ),
        (verdict(silence=SILENCE), f"LINE: {SILENCE}."),
    ],
    ids=["silent", "called", "not-looked-at"],
)
def test_line_was_never_called_only_where_nothing_was_heard(made, said):
    assert said in [sentence.en for sentence in sentences(made)]
