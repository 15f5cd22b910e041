"""The world, for the tests that run in it."""

import os
from pathlib import Path

import pytest

from tests.world.within_reach import FOLDER
from tests.world.world import inhabited


@pytest.fixture(scope="session")
def world():
    """Two accounts, two LINE providers and a front end, with nothing in them."""
    with inhabited(Path(os.environ[FOLDER])) as world:
        yield world
