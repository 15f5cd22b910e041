"""An account as planned that a test may break: it is made anew for each module."""

import pytest

from runbook.provision import procedure
from signoff.local.aws import LocalAws
from signoff.local.restores import Restores
from tests.runbook.desk import Desk, clients
from tests.runbook.rollback.operator import Operator

ACCOUNT = "777788889999"


@pytest.fixture(scope="module")
def operator():
    with LocalAws(ACCOUNT, "ap-northeast-1") as aws:
        restores = Restores(aws)
        aws.extensions.append(restores.extension)
        aws.observers.append(restores.observe)
        desk = Desk(aws, clients(aws))
        for step in procedure().steps:
            if step.action:
                desk.do(step.action)
        yield Operator(desk)
