"""An empty account, and one in which everything is as planned."""

from dataclasses import replace

import pytest

from runbook.procedures.provision import procedure
from tests.moto_state import state_of
from tests.recording_aws import RecordingAws
from tests.runbook.desk import Desk, clients
from tests.runbook.provisioned import REGION, provisioned

EMPTY, PLANNED = "222233334444", "777788889999"
"""Of their own: they are served until the session ends, beside the accounts of other folders."""


@pytest.fixture(scope="session")
def _emptied():
    with RecordingAws(EMPTY, REGION) as aws:
        yield aws, clients(aws)


@pytest.fixture
def empty(_emptied):
    """An account with nothing in it; its bucket's name is free again afterwards."""
    aws, its_clients = _emptied
    aws.clear()
    aws.faults.clear()
    yield Desk(aws, its_clients)
    aws.clear()


@pytest.fixture(scope="session")
def _everything_there():
    """Where provisioning itself comes to no end, that is what is red, and not each command that provisions."""
    with provisioned(PLANNED) as account:
        account.aws.clear()  # its bucket's name is free for `empty`; `desk()` brings the state back
        yield account


@pytest.fixture(scope="module")
def _provisioned(_everything_there):
    yield _everything_there.desk()
    _everything_there.aws.clear()


@pytest.fixture
def finished(_provisioned):
    """An account as planned. A test that changes it brings it back, by the procedure it is about."""
    _provisioned.aws.faults.clear()
    _provisioned.aws.calls.clear()
    return _provisioned


@pytest.fixture
def everything():
    """The actions of all steps, in the order of `provision`."""
    return [step.action for step in procedure().steps if step.action]


@pytest.fixture(scope="session")
def planned(_everything_there):
    """An account as planned, without the bucket: its name is taken worldwide. Ask it for a desk.

    It is the account of `finished` as well: no module asks for both.
    """
    desk = _everything_there.desk()
    desk.client("s3").delete_bucket(Bucket=desk.environment.bucket)
    desk.environment = replace(desk.environment, bucket=None)
    return replace(_everything_there, original=desk, state=state_of(desk.aws))
