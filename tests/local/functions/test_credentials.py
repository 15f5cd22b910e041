"""An environment is never lent with credentials that are about to end: a kept stack lives for days."""

import os
import time
from dataclasses import dataclass

import pytest

from local.functions.functions import Functions
from tests.local.functions.account import WRITE_LOGS

HOUR_S = 3600
"""What AssumeRole grants unless it is asked for more."""
MARGIN_S = 300
PID = "import os\ndef handler(event, context): print('said'); return os.getpid()"


@dataclass
class ForwardClock:
    """The time of day, put forward by hand."""

    ahead_s: float = 0.0

    def __call__(self):
        return time.time() + self.ahead_s


@pytest.fixture
def clock():
    return ForwardClock()


@pytest.fixture
def functions(account, clock):
    aws = account.aws
    with Functions(aws.endpoint, aws.moto, aws.region, now=clock) as started:
        yield started


def test_environment_stays_warm_while_its_credentials_last(account, name, functions, clock):
    account.deploy(name, PID)
    first = functions.invoke(name, {}).payload
    clock.ahead_s = HOUR_S - MARGIN_S - 60

    assert functions.invoke(name, {}).payload == first


def test_environment_whose_credentials_end_soon_gives_way_to_a_new_one(
    account, name, functions, clock
):
    account.deploy(name, PID)
    first = functions.invoke(name, {}).payload
    clock.ahead_s = HOUR_S - MARGIN_S + 60
    second = functions.invoke(name, {}).payload

    assert second != first
    with pytest.raises(ProcessLookupError):
        os.kill(int(first), 0)


def test_environment_that_took_its_place_writes_to_the_log(account, name, functions, clock):
    account.deploy(name, PID, may=[WRITE_LOGS])
    functions.invoke(name, {})
    clock.ahead_s = HOUR_S
    functions.invoke(name, {})
    functions._logs.flush(10)  # noqa: SLF001 - these are not the account's own functions

    assert account.log(f"/aws/lambda/{name}").count("said") == 2
    assert len(account.streams(f"/aws/lambda/{name}")) == 2
