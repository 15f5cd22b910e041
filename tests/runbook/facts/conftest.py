"""An account as planned for each test."""

from dataclasses import replace

import pytest

from tests.runbook.facts import watch
from tests.runbook.facts.answer import run


@pytest.fixture
def desk(planned, monkeypatch):
    """Everything as planned, a copy of its own, with a bucket of its own name; everybody agrees."""
    desk = planned.desk()
    monkeypatch.setenv("AWS_ENDPOINT_URL", desk.aws.endpoint)
    desk.environment = replace(desk.environment, bucket=watch.BUCKET)
    run(desk, watch.BY_BUCKET)
    return desk
