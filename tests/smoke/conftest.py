"""One healthy rally for all these tests; a test that breaks it mends it."""

import pytest
from rich.console import Console

from signoff.environment import load
from tests.smoke.fuzz.fuzzing import fuzzing
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


@pytest.fixture(scope="module")
def fuzz(rally, shown):
    """Return a fuzz of the rally; what it sent is shown at the end."""
    with fuzzing(rally) as made:
        yield made
    shown(made.judge.table())


@pytest.fixture(scope="session")
def shown(pytestconfig):
    """Return what prints past pytest's capture: a table that someone runs these tests to see."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def show(content):
        with capture.global_and_fixture_disabled():
            Console(width=140).print("", content)

    return show
