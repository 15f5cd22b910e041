"""One healthy rally for all these tests; a test that breaks it mends it."""

import pytest

from tests.smoke.judging import collected
from tests.smoke.rally import healthy


@pytest.fixture(scope="session")
def rally(tmp_path_factory):
    collected()
    with healthy(tmp_path_factory.mktemp("rally")) as started:
        yield started
