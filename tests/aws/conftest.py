"""A fake AWS, and the reading of it."""

import boto3
import pytest

from aws.inventory import read
from tests.aws.answers import SCOPE
from tests.aws.fake_aws import CALLER, OPTIONS, FakeAws


@pytest.fixture(scope="session")
def models():
    """Models of all services, which each new session would read from disk again: 0.3 s a test."""
    return boto3.Session()._session.get_component("data_loader")  # noqa: SLF001 - no public way


@pytest.fixture
def session(models):
    return session_with(models)


@pytest.fixture(scope="session")
def healthy(models):
    """The inventory of the table of answers as it is."""
    session = session_with(models)
    FakeAws().hook(session)
    return read(session, SCOPE, caller=CALLER, options=OPTIONS)


def session_with(models):
    fresh = boto3.Session(
        aws_access_key_id="reader", aws_secret_access_key="none", region_name=SCOPE.region
    )
    fresh._session.register_component("data_loader", models)  # noqa: SLF001
    return fresh


@pytest.fixture
def fake(session):
    fake = FakeAws()
    fake.hook(session)
    return fake


@pytest.fixture
def inventory_of(session):
    """Read the whole scope, or another one, from whatever the session answers."""

    def inventory(scope=SCOPE, options=OPTIONS, **more):
        return read(session, scope, caller=CALLER, options=options, **more)

    return inventory
