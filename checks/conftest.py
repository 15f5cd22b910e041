"""Fixtures that only checks need: all of them views of the one frozen snapshot."""

import pytest

from checks import axes
from checks.deployed import Deployed
from checks.records import live_release
from signoff.decisions import decided_in


def pytest_generate_tests(metafunc):
    """Parametrize over the plan of the chosen environment; no AWS call is made for it."""
    axes.parametrize(metafunc, metafunc.config.stash[axes.CHOSEN])


@pytest.fixture
def plan(snapshot):
    return snapshot.plan


@pytest.fixture
def environment(snapshot):
    return snapshot.environment


@pytest.fixture
def inventory(snapshot):
    """Who read what, where and when; the sections are ``found``."""
    return snapshot.inventory


@pytest.fixture
def found(snapshot):
    return snapshot.inventory.sections


@pytest.fixture
def records(snapshot):
    return snapshot.records


@pytest.fixture
def dev(snapshot):
    """The records of the development environment."""
    return snapshot.dev


@pytest.fixture
def release(snapshot, deployed):
    """Digest of what is live."""
    return live_release(snapshot, deployed)


@pytest.fixture
def decided(snapshot):
    """Hold differences against the decisions of the environment."""
    return decided_in(snapshot)


@pytest.fixture
def now(snapshot):
    return snapshot.now


@pytest.fixture
def deployed(snapshot, row):
    """Find what is deployed for what is expected."""
    return Deployed(snapshot.inventory.sections, snapshot.plan, row, snapshot.records)
