"""Fixtures that only checks need: all of them views of the one frozen world."""

import pytest

from checks import axes
from checks.deployed import Deployed
from checks.records import live_release


def pytest_generate_tests(metafunc):
    """Parametrize over the plan of the chosen environment; no AWS call is made for it."""
    axes.parametrize(metafunc, metafunc.config.stash[axes.CHOSEN])


@pytest.fixture
def plan(world):
    return world.plan


@pytest.fixture
def environment(world):
    return world.environment


@pytest.fixture
def inventory(world):
    """Who read what, where and when; the sections are ``found``."""
    return world.inventory


@pytest.fixture
def found(world):
    return world.inventory.sections


@pytest.fixture
def records(world):
    return world.records


@pytest.fixture
def dev(world):
    """The records of the development environment."""
    return world.dev


@pytest.fixture
def release(world, deployed):
    """Digest of what is live."""
    return live_release(world, deployed)


@pytest.fixture
def now(world):
    return world.now


@pytest.fixture
def deployed(world, row):
    """Find what is deployed for what is expected."""
    return Deployed(world.inventory.sections, world.plan, row, world.records)
