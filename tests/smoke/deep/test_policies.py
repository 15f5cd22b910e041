"""Each function's policy is minimal: every statement that is taken away turns its own smoke rows red."""

import pytest
from rich.table import Table

from tests.lambdas.test_rights import RIGHTS
from tests.smoke.breaking import statements_of, without_statement
from tests.smoke.defect import FAIL
from tests.smoke.judging import judge, red

UNSEEN: frozenset[str] = frozenset()
"""Smoke, which sees what AWS's callers see, does not miss it; app.toml has the call of the released code."""
LOGS = ("log-group", {"MON-14"})
MISSED = {
    "auth": (("table/Users-local", {"SMOKE-01"}), LOGS, ("secret", {"SMOKE-01", "SMOKE-15"})),
    "award": (
        ("table/StampMasters-local", {"SMOKE-03"}),
        ("table/UserStamps-local", {"SMOKE-03"}),
        ("function", UNSEEN),
        LOGS,
    ),
    "gps-verify": (("table/StampMasters-local", {"SMOKE-04"}), LOGS),
    "notify": (LOGS, ("secret", {"SMOKE-05"})),
    "ranking": (
        ("table/UserStamps-local/index/PeriodRanking", {"SMOKE-06", "SMOKE-07"}),
        ("table/Users-local", {"SMOKE-06", "SMOKE-07"}),
        LOGS,
    ),
    "richmenu": (LOGS, ("secret", {"SMOKE-08"})),
    "stamps": (
        ("table/StampMasters-local", {"SMOKE-16"}),
        ("table/UserStamps-local", {"SMOKE-01", "SMOKE-02"}),
        LOGS,
    ),
}
"""Function -> of each statement of its role's policy, in order: on what, and the rows that miss it themselves.

One statement more or less is a change that someone must see.
"""
STATEMENTS = [
    (key, number, rows, "MON-14" if on == LOGS[0] else "SEC-13")
    for key, statements in MISSED.items()
    for number, (on, rows) in enumerate(statements)
    if rows is not UNSEEN
]
"""The last: the row that all of them follow from, or that is red itself. SEC-13 says which right answers lack."""


@pytest.fixture(scope="module")
def table(shown):
    """Return the table of what each statement is needed for, shown at the end."""
    made = Table(
        "function", "statement", "rows that miss it", title="Policies, statement by statement"
    )
    yield made
    shown(made)


def target(statement):
    """Return on what a statement is: ``table/Users-local``, ``log-group``."""
    return statement["Resource"].split(":")[5]


@pytest.mark.parametrize("key", MISSED)
def test_policy_has_the_statements_that_are_tried_here(key, rally):
    assert [target(statement) for statement in statements_of(rally, key)] == [
        on for on, _ in MISSED[key]
    ]


def test_statement_that_smoke_does_not_miss_is_what_the_released_code_calls():
    unseen = {key for key, statements in MISSED.items() for _, rows in statements if rows is UNSEEN}

    assert unseen == {"award"}
    assert RIGHTS["award"]["notify"] == ["lambda:InvokeFunction"]


@pytest.mark.parametrize(("key", "number", "rows", "root"), STATEMENTS)
def test_statement_is_needed_by_its_rows(key, number, rows, root, rally, table):
    statement = statements_of(rally, key)[number]
    with without_statement(rally, key, number):
        found = red(judge(rally))

    told = f"{', '.join(statement['Action'])} on {target(statement)}"
    table.add_row(key, told, ", ".join(sorted(found)))
    failed = {row for row, how in found.items() if how == FAIL}
    assert rows <= found.keys(), f"{key} without {told}: {found}"
    assert failed == rows & {root}, f"{key} without {told}: {found}"
    assert {*found.values()} <= {FAIL, root}, f"{key} without {told}: {found}"
