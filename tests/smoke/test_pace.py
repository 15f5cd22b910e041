"""The suite's own calls keep to AWS's rates: FilterLogEvents has five a second for the whole account."""

import time

import boto3
import pytest

from aws.dated import CallRate, call_rates
from local.aws.server import LocalAws
from smoke.aws import clients


@pytest.fixture(scope="module")
def session():
    with LocalAws("444455556666", "ap-northeast-1") as aws:
        made = boto3.Session("local", "local", region_name="ap-northeast-1")
        logs = made.client("logs", endpoint_url=aws.endpoint)
        logs.create_log_group(logGroupName="rally")
        yield made, aws.endpoint


@pytest.fixture
def asked(session, monkeypatch):
    """Return how many seconds so many searches of a log group take at a rate."""
    made, endpoint = session
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)

    def seconds(times, rates=None):
        logs = clients(made, rates)("logs")
        began = time.monotonic()
        for _ in range(times):
            logs.filter_log_events(logGroupName="rally")
        return time.monotonic() - began

    return seconds


def test_searches_of_logs_wait_for_their_turn(asked):
    assert asked(4, {"logs:FilterLogEvents": CallRate(10.0)}) >= 0.3


def test_rate_of_another_operation_holds_nothing_up(asked):
    assert asked(3, {"logs:DescribeLogGroups": CallRate(0.01)}) < 60


def test_rate_of_searches_is_known_and_below_that_of_aws():
    assert 0 < call_rates()["logs:FilterLogEvents"].per_second < 5
