"""Rows that can say nothing of their own once something is absent: they follow from its owner."""

A_TABLE = frozenset({"DEP-02", "DEP-03", "DEP-04", "DEP-05", "DEP-06", "DEP-07"})
"""Rows about any table, besides DEP-01, which owns its existence."""

A_FUNCTION = frozenset(
    {"DEP-11", "DEP-12", "DEP-13", "DEP-14", "DEP-15", "DEP-16", "DEP-17", "DEP-18"}
    | {"DEP-28", "DEP-32"}
)
"""Rows about any function, besides DEP-10."""

AN_ALIAS = frozenset({"DEP-16", "DEP-17", "DEP-28"})
"""Rows about any alias, besides DEP-15."""

A_STAGE = frozenset(
    {"DEP-16", "DEP-21", "DEP-22", "DEP-24", "DEP-25", "DEP-26", "DEP-27", "DEP-28"}
    | {"DEP-29", "DEP-30", "DEP-31", "DEP-32", "DEP-33", "DEP-42"}
)
"""Rows about the stage and what it serves, besides DEP-20."""

THE_API = A_STAGE | {"DEP-17"}
"""Rows about the API, besides DEP-20: its deployments are gone as well."""

A_ROUTE = frozenset({"DEP-16", "DEP-27"})
"""Rows about any route, besides DEP-21."""

A_DOMAIN = frozenset({"DEP-41", "DEP-42", "DEP-43"})
"""Rows about the custom domain, besides DEP-40."""
