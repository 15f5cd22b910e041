"""An empty account of an AWS that is late."""

from functools import partial

import pytest

from local.aws.restores import Restores
from local.aws.server import LocalAws
from local.late import Clock, Late
from runbook.engine.step_context import RETRYING
from tests.runbook.desk import Desk, clients

ACCOUNT, REGION = "616161616161", "ap-northeast-1"
FAST = 50.0
"""Twenty seconds of IAM take four tenths; the control planes' rates do not bind then (see ``deep``)."""


@pytest.fixture
def late():
    clock = Clock(FAST)
    with LocalAws(ACCOUNT, REGION, late=partial(Late, clock=clock)) as aws:
        restores = Restores(aws)
        aws.extensions.append(restores.extension)
        aws.observers.append(restores.observe)
        desk = Desk(aws, clients(aws, RETRYING))
        desk.sleep = clock.sleep
        yield desk
