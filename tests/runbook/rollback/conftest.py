"""An account as planned that a test may break: it is made anew for each module."""

import pytest

from tests.runbook.rollback.operator import RollbackOperator


@pytest.fixture(scope="module")
def operator(planned):
    return RollbackOperator(planned.desk())
