"""A target that answers as it should."""

import pytest

from tests.load.runs import serving


@pytest.fixture
def healthy():
    with serving() as target:
        yield target
