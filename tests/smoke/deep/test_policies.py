"""Each function's policy is minimal: every statement that is taken away turns some smoke row red."""

import pytest

from tests.smoke.breaking import statements_of, without_statement
from tests.smoke.judging import judge, red

STATEMENTS = {
    "auth": 3,
    "award": 4,
    "gps-verify": 2,
    "notify": 2,
    "ranking": 3,
    "richmenu": 2,
    "stamps": 3,
}
"""Function -> statements of its role's policy; one more or less is a change that someone must see."""


@pytest.mark.parametrize("key", STATEMENTS)
def test_policy_has_the_statements_that_are_tried_here(key, rally):
    assert len(statements_of(rally, key)) == STATEMENTS[key]


@pytest.mark.parametrize(
    ("key", "number"), [(key, n) for key, count in STATEMENTS.items() for n in range(count)]
)
def test_statement_is_needed(key, number, rally, record_property):
    statement = statements_of(rally, key)[number]
    with without_statement(rally, key, number):
        found = red(judge(rally))

    told = f"{key}: {', '.join(statement['Action'])} on {statement['Resource']}"
    record_property(told, ", ".join(sorted(found)))
    print(f"{told} -> {', '.join(sorted(found))}")
    assert found, f"nothing misses {told}"
