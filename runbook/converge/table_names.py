"""By which variables a function is told its tables, and by which name a restored table goes."""

from datetime import datetime

from plan.model import Function
from runbook.engine import StepContext

PREFIX = "TABLE_"
MOMENT = "%Y%m%dT%H%M%SZ"


def names_a_table(variable: str) -> bool:
    """Whether another value shows callers other data: nobody changes that unasked."""
    return variable.startswith(PREFIX)


def fields(function: Function) -> frozenset[str]:
    """Return the planned variables that name a table, as fields of a function or an alias."""
    return frozenset(f"variable {one}" for one in function.environment if names_a_table(one))


def restored(name: str, at: datetime) -> str:
    """Name the table that stands in for ``name`` after a restore: a run that stopped finds it again."""
    return f"{name}-{at.strftime(MOMENT)}"


def is_restored(context: StepContext, name: str) -> bool:
    """Whether this is the name of a planned table after a restore: no secret, then."""
    whole, _, moment = name.rpartition("-")
    return any(one.name == whole for one in context.plan.tables) and _is_moment(moment)


def _is_moment(text: str) -> bool:
    try:
        datetime.strptime(text, MOMENT)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True
