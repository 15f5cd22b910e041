"""An answer that was given before, to another request, or that was changed on its way is none to this one."""

import json
from binascii import crc32
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import boto3
import pytest

from aws.door.clients import Aws
from aws.door.failures import ReadFailure
from aws.door.limits import RetryPolicy
from tests.loopback import Reply, answering

NOW = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)
TABLES = json.dumps({"TableNames": ["Users"]}).encode()
ATTEMPTS = 3


class DatedWire:
    """Answers every request alike but for what ``headers`` says of the n-th; notes how many there were."""

    def __init__(self):
        self.asked, self.headers, self.status, self.body = 0, lambda _: {}, 200, lambda _: TABLES

    def answer(self):
        self.asked += 1
        return Reply(self.body(self.asked), self.status, headers=self.headers(self.asked))


@pytest.fixture
def wire():
    state = DatedWire()
    with answering(lambda _: state.answer()) as state.url:
        yield state


@pytest.fixture
def ask(wire, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", wire.url)
    monkeypatch.setattr("time.sleep", lambda _: None)  # botocore's pause before it asks again
    session = boto3.Session("local", "local", region_name="ap-northeast-1")
    retry = RetryPolicy(attempts=ATTEMPTS, rates={})
    # Asked once: this machine's clock may be set while AWS is read.
    aws = Aws(session, "ap-northeast-1", retry, now=iter([NOW]).__next__)
    return lambda: aws.call("dynamodb", "list_tables")["TableNames"]


def dated(**earlier):
    return {"Date": format_datetime(NOW - timedelta(**earlier), usegmt=True)}


@pytest.mark.parametrize("earlier", [{"seconds": 50}, {"seconds": 0}, {"minutes": -3}], ids=str)
def test_answer_of_now_by_the_clock_of_aws_is_taken(ask, wire, earlier):
    wire.headers = lambda _: dated(**earlier)

    assert ask() == ["Users"]


@pytest.mark.parametrize("headers", [{"Date": "yesterday"}, {"Date": "99"}], ids=str)
def test_date_that_nobody_can_read_decides_nothing(ask, wire, headers):
    wire.headers = lambda _: headers

    assert ask() == ["Users"]


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("earlier", [{"seconds": 70}, {"days": 1}, {"days": 400}], ids=str)
def test_answer_that_was_given_before_is_asked_for_again_and_then_told(ask, wire, earlier, status):
    wire.headers, wire.status = lambda _: dated(**earlier), status

    with pytest.raises(
        ReadFailure, match=r"dynamodb:ListTables: the answer was given \d+ s before"
    ):
        ask()
    assert wire.asked == ATTEMPTS


def test_answer_to_another_request_is_asked_for_again_and_then_told(ask, wire):
    wire.headers = lambda _: {"x-amzn-RequestId": "0a1b"}
    ask()

    with pytest.raises(ReadFailure, match="the answer was given to another request already"):
        ask()
    assert wire.asked == 1 + ATTEMPTS


def test_answers_with_numbers_of_their_own_are_taken_however_alike_they_are(ask, wire):
    wire.headers = lambda asked: {"x-amzn-RequestId": f"{asked}"}

    assert ask() == ask() == ["Users"]


def test_answer_that_says_its_number_in_two_headers_was_given_once(ask, wire):
    wire.headers = lambda asked: {"x-amzn-RequestId": f"{asked}", "x-amz-request-id": f"{asked}"}

    assert ask() == ask() == ["Users"]


def test_emulator_that_gives_all_answers_one_number_is_believed(ask, wire):
    wire.headers = lambda _: {"x-amzn-RequestId": "local"}
    wire.body = lambda asked: json.dumps({"TableNames": [str(min(asked, 2))]}).encode()

    assert [ask(), ask(), ask()] == [["1"], ["2"], ["2"]]


def test_checksum_of_the_answer_is_held_against_it(ask, wire):
    wire.headers = lambda _: {"x-amz-crc32": str(crc32(TABLES))}

    assert ask() == ["Users"]


def test_answer_that_was_changed_is_asked_for_again_and_then_told(ask, wire):
    wire.headers = lambda _: {"x-amz-crc32": str(crc32(TABLES))}
    wire.body = lambda _: b'{"TableNames": []}'

    with pytest.raises(ReadFailure, match="the answer was changed: its checksum is another"):
        ask()
    assert wire.asked == ATTEMPTS
