"""Everything is made by a late AWS at the first try, and each wait says what it waits for."""

from functools import partial

import pytest

from local.aws.restores import Restores
from local.aws.server import LocalAws
from local.late import Clock, Late
from runbook.engine.clients import RETRYING
from tests.runbook.desk import Desk, clients

ACCOUNT, REGION = "616161616161", "ap-northeast-1"
FAST = 200.0
"""Twenty seconds of IAM take a tenth; the control planes' rates do not bind then (see ``deep``)."""


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


def test_everything_is_made_at_the_first_try(late, everything):
    waited = set()
    for action in everything:
        late.do(action, waiting=waited.add)
    said = {one.en.partition(" (at most")[0] for one in waited}

    assert [change for action in everything for change in action(late.context())] == []
    assert any(one.startswith("AWS shows the changes of role ") for one in said)
    assert all(one.ja and one.en != one.ja for one in waited)
