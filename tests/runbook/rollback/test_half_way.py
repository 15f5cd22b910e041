"""A run that fails in its dangerous middle leaves all as it was, or says what stands; the same command goes on.

Here one call of each run, with a few functions, in ``deep/`` the calls of every kind, and as well throttled or
denied for good.
"""

from functools import cache
from itertools import product

import pytest

from tests.runbook.rollback.half_way import HalfWayWalk, of_each_kind
from tests.runbook.rollback.half_way_subjects import subjects
from tests.runbook.rollback.operator import FEW

MIDDLE = {
    "rollback_functions": (2, FEW),
    "drill of the API": (2, FEW),
    "api": (4, FEW),
    "functions": (7, FEW),
    "restore_tables": (14, ()),
}
"""Subject -> the write call that fails (some aliases are moved, the stage served another deployment), and of which functions."""


@pytest.fixture(scope="module")
def failed(planned, tmp_path_factory):
    """Fail one write call of a run; how it stands after a run without a failure is found once."""
    walked = subjects()

    def walk(name, mode):
        folder, only = tmp_path_factory.mktemp("walk"), MIDDLE[name][1]
        return HalfWayWalk(planned, walked[name], mode, folder, only)

    whole = cache(lambda name: walk(name, "killed").whole())
    return lambda name, mode, number: walk(name, mode).fail([number], whole(name))[0]


@pytest.mark.parametrize(("mode", "name"), list(product(["denied once", "killed"], MIDDLE)))
def test_what_stands_is_told_and_the_same_command_goes_on(failed, mode, name):
    half_way = failed(name, mode, MIDDLE[name][0])

    assert half_way.operation
    assert half_way.told, half_way
    assert half_way.resumed == half_way.whole


def test_aliases_that_could_be_moved_are_put_back_where_one_could_not(failed):
    half_way = failed("rollback_functions", "denied once", 2)

    assert half_way.after == half_way.before
    assert (
        "functions: everything is served as before; the same command tries again" in half_way.said
    )
    assert "changed so far" not in half_way.said
    assert "perhaps changed" not in half_way.said


def test_aliases_that_cannot_be_put_back_are_named_with_what_they_serve(failed):
    difference = failed("rollback_functions", "denied for good", 3)

    assert "moved and not put back: alias stamp-rally-prod-auth:live 1" in difference.said
    assert "as before: alias stamp-rally-prod-gps-verify:live" in difference.said


def test_calls_of_each_kind_are_chosen():
    assert of_each_kind(["Put", "Move", "Move", "Move", "Move"]) == [1, 2, 4, 5]
