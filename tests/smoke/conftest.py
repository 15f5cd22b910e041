"""One healthy rally for all these tests; a test that breaks it mends it."""

import pytest

from signoff.environments import load
from tests.smoke.judging import collected
from tests.smoke.rally import ENVIRONMENTS, healthy


@pytest.fixture(scope="session")
def environment():
    """The rally's environment as it stands in its file, without addresses."""
    return load("local", ENVIRONMENTS, {}).environment


@pytest.fixture(scope="session")
def rally(tmp_path_factory):
    collected()
    with healthy(tmp_path_factory.mktemp("rally")) as started:
        yield started
