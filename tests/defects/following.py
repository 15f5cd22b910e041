"""Rows that can say nothing of their own once something is absent: they follow from its owner."""

import ast
from functools import cache
from pathlib import Path

CHECKS = Path(__file__).parents[2] / "checks"


@cache
def rows_about(argument: str) -> set[str]:
    """Return the rows of which a test takes this argument: a table, a function, the domain, as planned."""
    tests = (
        one
        for path in CHECKS.glob("test_*.py")
        for one in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(one, ast.FunctionDef) and argument in {each.arg for each in one.args.args}
    )
    marks = (ast.unparse(mark) for test in tests for mark in test.decorator_list)
    return {mark.split("'")[1] for mark in marks if mark.startswith("expectation(")}


A_TABLE = rows_about("table") - {"DEP-01"} | {"MON-11", "PREP-04", "SEC-13"}
"""Rows about any table, besides DEP-01, which owns its existence."""

A_RELEASE = frozenset({"PREP-02", "ROLL-05"})
"""Rows whose records count for one release only: without it, nobody can know which."""

A_FUNCTION = (
    A_RELEASE
    | rows_about("function") - {"DEP-10", "MON-05"}
    | {"DATA-05", "DEP-16", "MON-11", "PREP-04"}
)
"""Rows about any function, besides DEP-10."""

AN_ALIAS = frozenset({"ROLL-06"})
"""Rows about any alias, besides DEP-15."""

A_STAGE = A_RELEASE | frozenset(
    {
        "DEP-16",
        "DEP-17",
        "DEP-21",
        "DEP-22",
        "DEP-24",
        "DEP-25",
        "DEP-26",
        "DEP-27",
        "DEP-28",
        "DEP-29",
    }
    | {
        "DEP-30",
        "DEP-31",
        "DEP-32",
        "DEP-33",
        "DEP-34",
        "DEP-35",
        "DEP-37",
        "DEP-39",
        "DEP-42",
        "DEP-44",
        "PREP-04",
        "ROLL-07",
    }
    | {"SEC-07", "SEC-30", "SEC-31", "SEC-32", "SEC-34", "SEC-35"}
)
"""Rows about the stage and what it serves, besides DEP-20."""

AN_OPEN_STAGE = A_RELEASE | {
    *("DEP-16", "DEP-21", "DEP-22", "DEP-24", "DEP-25", "DEP-26", "DEP-27", "DEP-34", "DEP-37"),
    *("DEP-44", "ROLL-07", "SEC-30", "SEC-31", "SEC-34", "SEC-35"),
}
"""Rows about what the stage serves, besides DEP-39."""

THE_API = A_STAGE | {"DEP-36", "MON-11", "MON-13", "SEC-17"}
"""Rows about the API, besides DEP-20: its deployments are gone as well."""

AN_INTEGRATION = frozenset({"DEP-16", "DEP-27", "DEP-37", "DEP-44"})
"""Rows about what stands behind any route, besides DEP-21."""

A_ROUTE = AN_INTEGRATION | {"SEC-31", "SEC-34"}
"""Rows about any route that needs a session, besides DEP-21."""

A_DOMAIN = rows_about("custom_domain") - {"DEP-40"}
"""Rows about the custom domain, besides DEP-40."""
