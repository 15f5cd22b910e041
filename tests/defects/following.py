"""Rows that can say nothing of their own once something is absent: they follow from its owner."""

A_TABLE = frozenset(
    {
        "DEP-02",
        "DEP-03",
        "DEP-04",
        "DEP-05",
        "DEP-06",
        "DEP-07",
        "DEP-08",
        "MON-11",
        "PREP-04",
        "ROLL-03",
    }
    | {"SEC-07", "SEC-13", "SEC-19", "SEC-20", "SEC-24"}
)
"""Rows about any table, besides DEP-01, which owns its existence."""

A_RELEASE = frozenset({"PREP-02", "ROLL-05"})
"""Rows whose records count for one release only: without it, nobody can know which."""

A_FUNCTION = (
    A_RELEASE
    | {"DATA-05"}
    | frozenset(
        {
            "DEP-11",
            "DEP-12",
            "DEP-13",
            "DEP-14",
            "DEP-15",
            "DEP-16",
            "DEP-17",
            "DEP-18",
            "DEP-19",
            "DEP-28",
        }
        | {"DEP-32", "MON-11", "MON-12", "PREP-04", "ROLL-01"}
        | {"SEC-06", "SEC-07", "SEC-10", "SEC-17", "SEC-18", "SEC-28"}
    )
)
"""Rows about any function, besides DEP-10."""

AN_ALIAS = frozenset({"DEP-16", "DEP-17", "DEP-28", "ROLL-01"})
"""Rows about any alias, besides DEP-15."""

A_STAGE = A_RELEASE | frozenset(
    {"DEP-16", "DEP-21", "DEP-22", "DEP-24", "DEP-25", "DEP-26", "DEP-27", "DEP-28", "DEP-29"}
    | {
        "DEP-30",
        "DEP-31",
        "DEP-32",
        "DEP-33",
        "DEP-34",
        "DEP-35",
        "DEP-37",
        "DEP-42",
        "PREP-04",
        "ROLL-02",
    }
    | {"SEC-07", "SEC-30", "SEC-31", "SEC-32", "SEC-34", "SEC-35"}
)
"""Rows about the stage and what it serves, besides DEP-20."""

THE_API = A_STAGE | {"DEP-17", "DEP-36", "MON-11", "MON-13", "SEC-17"}
"""Rows about the API, besides DEP-20: its deployments are gone as well."""

AN_INTEGRATION = frozenset({"DEP-16", "DEP-27", "DEP-37"})
"""Rows about what stands behind any route, besides DEP-21."""

A_ROUTE = AN_INTEGRATION | {"SEC-31", "SEC-34"}
"""Rows about any route that needs a session, besides DEP-21."""

A_DOMAIN = frozenset({"DEP-41", "DEP-42", "DEP-43"})
"""Rows about the custom domain, besides DEP-40."""
