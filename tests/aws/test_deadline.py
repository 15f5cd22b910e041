"""Reading ends within its deadline, whatever a service does: one that never ends an answer, or goes in a circle, is told."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from math import inf
from threading import current_thread

import boto3
import pytest

from aws.door.clients import Aws
from aws.door.failures import ReadFailure
from aws.door.sessions import RetryPolicy, within
from tests.loopback import ENDLESS, HEAD, sending

OVER = RetryPolicy(attempts=2, deadline_s=1.2, rates={})
"""Shorter than what a socket may be silent: a drip that a busy machine delays ends nothing."""
IN_TIME = replace(OVER, deadline_s=60)
"""Where the answer is the end of it, however busy the machine is."""


@pytest.fixture(scope="module")
def session():
    """Read the models of the services before the time runs."""
    one = boto3.Session("local", "local", region_name="ap-northeast-1")
    for service in ("apigateway", "dynamodb", "lambda"):
        one.client(service)
    return one


@pytest.fixture
def ask(session, monkeypatch):
    def call(url, how, retry=OVER):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        return how(Aws(session, "ap-northeast-1", retry))

    return call


def listing(aws):
    return list(aws.pages("dynamodb", "list_tables"))


def call(aws):
    return aws.call("lambda", "get_account_settings")


def stream(aws):
    return aws.call("apigateway", "get_export", restApiId="a", stageName="s", exportType="oas30")


@pytest.mark.parametrize("what", sorted(ENDLESS))
def test_answer_that_never_ends_is_left_behind(ask, what, monkeypatch):
    """However it is read; one deadline ends them all, side by side, also those that a busy machine sends after it."""
    monkeypatch.setattr(Aws, "_refuse_late", lambda *_: None)
    with sending(ENDLESS[what]) as url, ThreadPoolExecutor() as threads:
        calls = ask(url, lambda aws: [threads.submit(how, aws) for how in (listing, call, stream)])
    failures = [one.exception() for one in calls]
    ends = [str(failure) for failure in failures]

    assert {type(failure) for failure in failures} == {ReadFailure}
    assert re.fullmatch(r"dynamodb:ListTables: no answer within [\d.]+ s", ends[0])
    assert re.fullmatch(r"lambda:GetAccountSettings: no answer within [\d.]+ s", ends[1])
    assert re.fullmatch(r"apigateway:GetExport: no answer within [\d.]+ s", ends[2])


MOVED = b"HTTP/1.1 %d Moved\r\nLocation: /\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_followed_by_nobody(ask, status):
    with sending([MOVED % status]) as url, pytest.raises(ReadFailure, match=str(status)):
        ask(url, call, retry=IN_TIME)


@pytest.mark.parametrize(
    "body",
    [b"Content-Length: 99\r\n\r\n{}", b"Transfer-Encoding: chunked\r\n\r\n99\r\n{}"],
    ids=["length", "chunk"],
)
def test_stream_that_was_cut_is_told_by_its_call(ask, body):
    with sending([HEAD + body]) as url, pytest.raises(ReadFailure, match=r"^apigateway:GetExport:"):
        ask(url, stream, retry=IN_TIME)


def test_certificate_that_is_none_is_told(ask):
    with sending([b"no TLS"]) as url, pytest.raises(ReadFailure, match="SSL"):
        ask(url.replace("http:", "https:"), call, retry=IN_TIME)


def test_without_a_deadline_whoever_asks_waits_itself():
    assert within(inf, current_thread) is current_thread()
    assert within(5, current_thread) is not current_thread()
