"""An account as planned for each test, and how a check reads it."""

from dataclasses import replace

import pytest

from aws.inventory import on_demand
from plan import plan_for, scope_of
from tests.healthy import SALTS
from tests.in_process import UNPACED
from tests.moto_state import state_of
from tests.runbook.facts import watch
from tests.runbook.facts.answer import run


@pytest.fixture(scope="session")
def with_bucket(planned):
    """Everything as planned, with a bucket of its own name."""
    desk = planned.desk()
    desk.environment = replace(desk.environment, bucket=watch.BUCKET)
    run(desk, watch.BY_BUCKET)
    return replace(planned, original=desk, state=state_of(planned.aws))


@pytest.fixture
def desk(with_bucket, monkeypatch):
    """A copy of its own; everybody agrees."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", with_bucket.aws.endpoint)
    return with_bucket.desk()


@pytest.fixture(scope="session")
def scope(with_bucket):
    """What a check reads of it."""
    environment = with_bucket.original.environment
    named = scope_of(plan_for(environment), environment)
    return replace(named, salts=(SALTS["own"], SALTS["dev"]))


@pytest.fixture(scope="session")
def reading(with_bucket, scope):
    """Begin a reading of what is there now; each section is read when it is asked for."""
    session = with_bucket.original.session
    return lambda: on_demand(session, scope, caller="arn:aws:iam::1:user/auditor", options=UNPACED)


@pytest.fixture(scope="session")
def as_planned(reading):
    """What is read where nobody has changed anything: ask it before you do."""
    return reading()
