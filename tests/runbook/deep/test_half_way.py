"""Write calls of every kind, of every run with a dangerous middle, failed in turn in every way."""

from itertools import product

import pytest

from tests.runbook.rollback.half_way import MODES, HalfWayWalk, of_each_kind
from tests.runbook.rollback.half_way_subjects import subjects

NAMES = (
    *("rollback_functions", "rollback_api", "restore_tables", "api", "functions"),
    *("drill of the functions", "drill of the API", "drill of the tables"),
)


@pytest.fixture(scope="module")
def runs(planned):  # noqa: ARG001 - the moment to which tables are restored comes after they were made
    return subjects()


def test_every_run_with_a_dangerous_middle_is_walked(runs):
    assert runs.keys() == set(NAMES)


@pytest.mark.parametrize(("name", "mode"), list(product(NAMES, MODES)))
def test_what_stands_is_told_and_the_same_command_goes_on(planned, runs, tmp_path, name, mode):
    walk = HalfWayWalk(planned, runs[name], mode, tmp_path)
    calls = walk.calls()
    failed = walk.fail(of_each_kind(calls), walk.whole())

    assert {one.operation for one in failed} <= {*calls}
    assert failed
    assert [str(row) for row in failed if not row.told] == []
    assert [str(half_way) for half_way in failed if half_way.resumed != half_way.whole] == []
