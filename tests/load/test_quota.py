"""How much of today's quota is used: CloudWatch's count, and the ledger for what CloudWatch can't know yet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from load.engine.admission import LoadRefused
from load.plans import plans
from load.target import QuotaLedger, quota_owner, spent_today
from tests.load.fake_aws import HOST, FakeClient, target
from tests.load.runs import plan, step

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
TARGET = target()
LOCAL = target(name="local", host="http://127.0.0.1:8080/local", line="http://127.0.0.1:1")
SOAK = plans(TARGET.environment)["soak"]


class FixedClock:
    def __init__(self, at):
        self.at = at

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def ledger(tmp_path, clock):
    return QuotaLedger(tmp_path / "deep" / "ledger.jsonl", clock)


def of(requests, seconds=10):
    return plan(step(seconds=seconds, rate=requests / seconds))


@pytest.fixture
def reserve(ledger, clock):
    """Write a run into the ledger, as of so long ago."""

    def reserved(before, made, whose=TARGET):
        clock.at = NOON - before
        ledger.reserve(quota_owner(whose), made)
        clock.at = NOON

    return reserved


def counted(*sums):
    metrics = FakeClient({"Datapoints": [{"Sum": float(one)} for one in sums]})
    return metrics, lambda _: metrics


@pytest.mark.parametrize("line", ['{"at": "2026-11-', '{"payer": "prod"}', "[]", "\x00"])
def test_line_that_a_full_disk_cut_is_refused_by_its_file(ledger, reserve, line):
    reserve(timedelta(), of(10))
    with ledger.path.open("a") as file:
        file.write(line)

    with pytest.raises(LoadRefused, match="has a line that can't be read"):
        ledger.spent("prod", NOON)


def denied(_service):
    return FakeClient(refusal="AccessDenied")


def test_cloudwatch_count_of_the_day_and_the_ledger_of_the_last_minutes_add_up(ledger, reserve):
    """The run of two hours ago is in CloudWatch's count already."""
    reserve(timedelta(hours=2), of(700))
    reserve(timedelta(minutes=5), of(450))
    metrics, aws = counted(1000, 234)

    spent = spent_today(TARGET, ledger, aws)

    assert spent.requests == 1234 + 450
    assert metrics.asked["StartTime"] == datetime(2026, 11, 25, tzinfo=UTC)
    assert {dimension["Value"] for dimension in metrics.asked["Dimensions"]} == {
        "stamp-rally-prod-api",
        "prod",
    }


def test_count_is_of_the_api_by_the_name_that_the_environment_gives_it(ledger):
    metrics, aws = counted(1)
    named = replace(TARGET, environment=replace(TARGET.environment, names={"api": "rally"}))

    spent_today(named, ledger, aws)

    assert {"Name": "ApiName", "Value": "rally"} in metrics.asked["Dimensions"]


def test_run_under_way_holds_its_whole_price_until_cloudwatch_has_its_end(ledger, reserve):
    """An hour's soak began 20 minutes ago, and CloudWatch shows the first of it."""
    reserve(timedelta(minutes=20), SOAK)

    assert spent_today(TARGET, ledger, counted(6000)[1]).requests == 6000 + SOAK.requests


@pytest.mark.parametrize(("minutes", "held"), [(74, SOAK.requests), (76, 0)])
def test_run_is_held_for_quarter_of_an_hour_after_its_end(minutes, held, ledger, reserve):
    reserve(timedelta(minutes=minutes), SOAK)

    assert spent_today(TARGET, ledger, counted(0)[1]).requests == held


def test_ledger_of_the_whole_day_counts_where_cloudwatch_is_denied(ledger, reserve):
    reserve(timedelta(hours=2), of(700))
    reserve(timedelta(0), of(450))

    spent = spent_today(TARGET, ledger, denied)

    assert spent.requests == 1150
    assert spent.source == "the ledger alone (CloudWatch: ClientError)"


def test_all_addresses_of_an_environment_spend_one_quota(ledger, reserve):
    behind = target(host="https://abc.execute-api.ap-northeast-1.amazonaws.com/prod")
    reserve(timedelta(hours=1), of(700), TARGET)
    reserve(timedelta(hours=1), of(300), behind)

    assert TARGET.host == f"https://{HOST}/prod"
    assert spent_today(TARGET, ledger, denied).requests == 1000


def test_yesterday_and_other_quotas_do_not_count(ledger, reserve):
    reserve(timedelta(hours=13), of(700))
    reserve(timedelta(0), of(9), target(name="dev"))

    assert spent_today(TARGET, ledger, denied).requests == 0


def test_local_stack_has_only_its_own_ledger(ledger, reserve):
    other = target(name="local", host="http://127.0.0.1:9090/local", line="http://127.0.0.1:1")
    reserve(timedelta(hours=2), of(450), LOCAL)
    reserve(timedelta(hours=2), of(9), other)

    assert spent_today(LOCAL, ledger, None).requests == 450


def test_line_of_an_older_version_names_no_payer_and_does_not_count(ledger):
    ledger.path.parent.mkdir(parents=True)
    ledger.path.write_text(
        f'{{"at": "{NOON.isoformat()}", "host": "{LOCAL.host}", "requests": 5, "plan": "smoke"}}\n'
    )

    assert spent_today(LOCAL, ledger, None).requests == 0
