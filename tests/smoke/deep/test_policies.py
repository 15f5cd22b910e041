"""Each function's policy is minimal: every statement that is taken away turns some smoke row red."""

import pytest
from rich.table import Table

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


@pytest.fixture(scope="module")
def table(shown):
    """Return the table of what each statement is needed for, shown at the end."""
    made = Table(
        "function", "statement", "rows that miss it", title="Policies, statement by statement"
    )
    yield made
    shown(made)


@pytest.mark.parametrize("key", STATEMENTS)
def test_policy_has_the_statements_that_are_tried_here(key, rally):
    assert len(statements_of(rally, key)) == STATEMENTS[key]


@pytest.mark.parametrize(
    ("key", "number"), [(key, n) for key, count in STATEMENTS.items() for n in range(count)]
)
def test_statement_is_needed(key, number, rally, table):
    statement = statements_of(rally, key)[number]
    with without_statement(rally, key, number):
        found = red(judge(rally))

    told = f"{', '.join(statement['Action'])} on {statement['Resource']}"
    table.add_row(key, told, ", ".join(sorted(found)))
    assert found, f"nothing misses {key}: {told}"
