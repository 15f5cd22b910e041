"""What the tests of the world ask of this machine."""

import pytest

from tests.world import namespace


@pytest.fixture(scope="session", autouse=True)
def _namespaces():
    """Leave these tests out, and say why, where the machine gives no namespaces."""
    if why := namespace.missing():
        pytest.skip(f"this machine gives no namespaces: {why}")
