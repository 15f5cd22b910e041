"""An account as planned that a test may break: it is made anew for each module."""

import pytest

from tests.runbook.rollback.operator import account


@pytest.fixture(scope="module")
def operator():
    with account("777788889999") as made:
        yield made
