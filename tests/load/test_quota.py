"""What is gone of today's quota: CloudWatch's count, and the ledger where CloudWatch can't know yet."""

from datetime import UTC, datetime, timedelta

import pytest

from load.quota import Ledger, spent_today
from tests.load.aims import Answers, target

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TARGET = target()


class Clock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Clock(NOON)


@pytest.fixture
def ledger(tmp_path, clock):
    return Ledger(tmp_path / "deep" / "ledger.jsonl", clock)


def write(ledger, clock, *entries):
    for before, requests, host in entries:
        clock.at = NOON - before
        ledger.reserve(host, requests, "smoke")
    clock.at = NOON


def counted(*sums):
    metrics = Answers({"Datapoints": [{"Sum": float(one)} for one in sums]})
    return metrics, lambda _: metrics


def test_cloudwatch_count_of_the_day_and_the_ledger_of_the_last_minutes_add_up(ledger, clock):
    """The run of two hours ago is in CloudWatch's count already."""
    two_hours, minutes = timedelta(hours=2), timedelta(minutes=5)
    write(ledger, clock, (two_hours, 700, TARGET.host), (minutes, 450, TARGET.host))
    metrics, aws = counted(1000, 234)

    spent = spent_today(TARGET, ledger, aws)

    assert spent.requests == 1234 + 450
    assert metrics.asked["StartTime"] == datetime(2026, 11, 25, tzinfo=UTC)
    assert {one["Value"] for one in metrics.asked["Dimensions"]} == {"stamp-rally-prod-api", "prod"}


def test_ledger_of_the_whole_day_counts_where_cloudwatch_is_denied(ledger, clock):
    write(ledger, clock, (timedelta(hours=2), 700, TARGET.host), (timedelta(0), 450, TARGET.host))

    spent = spent_today(TARGET, ledger, lambda _: Answers(refusal="AccessDenied"))

    assert spent.requests == 1150
    assert spent.source == "the ledger alone (CloudWatch: ClientError)"


def test_yesterday_and_other_hosts_do_not_count(ledger, clock):
    write(
        ledger, clock, (timedelta(hours=13), 700, TARGET.host), (timedelta(0), 9, "https://other")
    )

    assert spent_today(TARGET, ledger, lambda _: Answers(refusal="Throttling")).requests == 0


def test_local_stack_has_only_its_ledger(ledger, clock):
    write(ledger, clock, (timedelta(hours=2), 450, TARGET.host))
    local = target(line="http://127.0.0.1:1")

    assert spent_today(local, ledger, None).requests == 450
