"""By which variables a function is told its tables."""

from aws.desired import Function

PREFIX = "TABLE_"


def names_a_table(variable: str) -> bool:
    """Whether another value shows callers other data: nobody changes that unasked."""
    return variable.startswith(PREFIX)


def fields(function: Function) -> frozenset[str]:
    """Return the planned variables that name a table, as fields of a function or an alias."""
    return frozenset(f"variable {one}" for one in function.environment if names_a_table(one))
