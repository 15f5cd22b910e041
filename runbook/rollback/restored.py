"""Tables restored to a time: new ones beside the old, and the plan as it is with their names in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Table
from plan import plan_for
from plan.data import restored_name
from runbook.converge import tables
from runbook.engine import Refused, StepContext, difference, wait_until
from runbook.engine.journal import utc_now
from runbook.rollback.moment import moment, refuse_outside

EVERY_S, WITHIN_S = 15, 6 * 3600
"""AWS restores a table in some twenty minutes, a large one in hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """One table, and the new one that stands in for it: the same key, another name."""

    old: Table
    new: Table
    at: datetime

    def __str__(self) -> str:
        return self.new.name


def restores(context: StepContext) -> tuple[Restore, ...]:
    """Return what is to be restored: the table of ``--only``, else all three of them."""
    at, name = moment(context), context.chosen.get("only")
    chosen = [one for one in context.plan.tables if name in (None, one.key, one.name)]
    if not chosen:
        keys = ", ".join(one.key for one in context.plan.tables)
        raise Refused(f"there is no table {name}; there are {keys}")
    names = {one.key: restored_name(one.name, at) for one in chosen}
    plan = _renamed(context, names).plan
    return tuple(Restore(old=one, new=plan.table(one.key), at=at) for one in chosen)


def afterwards(context: StepContext) -> StepContext:
    """Return the context with the restored tables' names in its environment, and so in its plan."""
    return _renamed(context, {one.old.key: one.new.name for one in restores(context)})


def restore(context: StepContext, one: Restore) -> Changes:
    """Restore into the new table, unless an earlier run did; wait until it can be read."""
    there = found(context, one.new)
    if there is None:
        refuse_outside(context, one.old, one.at)
    name, wanted = f"table {one.new.name}", {"restored from": f"{one.old.name} at {one.at}"}
    changes = difference(name, None if there is None else wanted, wanted)
    made = context.settle(changes, partial(_restore, context, one))
    if there is not None:
        _refuse_another(one, there)
        _wait(context, one)
    return made


def exists(context: StepContext, one: Restore) -> bool:
    """Whether the new table is there: in a rehearsal it is not."""
    return found(context, one.new) is not None


def age_s(context: StepContext, one: Restore, now: Callable[[], datetime] = utc_now) -> float:
    """Return seconds since AWS began to restore this table."""
    there = found(context, one.new) or {}
    began: datetime = there["CreationDateTime"]
    return round((now() - began).total_seconds(), 1)


def _renamed(context: StepContext, names: Mapping[str, str]) -> StepContext:
    environment = replace(context.environment, tables={**context.environment.tables, **names})
    return context.planned(plan_for(environment), environment)


def found(context: StepContext, table: Table) -> dict[str, Any] | None:
    """Return what DescribeTable says; None where there is no such table."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    return answer["Table"] if answer else None


def _refuse_another(one: Restore, there: Mapping[str, Any]) -> None:
    source = there.get("RestoreSummary", {}).get("SourceTableArn")
    if source != one.old.arn:
        raise Refused(
            f"table {one.new.name} exists and was not restored from {one.old.name}: name another time"
        )


def _restore(context: StepContext, one: Restore) -> None:
    client, key = context.client("dynamodb"), context.environment.table_key
    encrypted = {"SSESpecificationOverride": tables.encryption(key)} if key else {}
    begin = partial(
        client.restore_table_to_point_in_time,
        SourceTableName=one.old.name,
        TargetTableName=one.new.name,
        RestoreDateTime=one.at,
        **encrypted,
    )
    try:
        context.retry(begin, *tables.BUSY)
    except client.exceptions.TableAlreadyExistsException:
        # The client sent it again, since the first answer was lost on its way.
        _refuse_another(one, found(context, one.new) or {})
    _wait(context, one)


def _wait(context: StepContext, one: Restore) -> None:
    def ready() -> bool:
        there = found(context, one.new) or {}
        return there.get("TableStatus") == "ACTIVE"

    what = f"table {one.new.name} is restored"
    wait_until(ready, what=what, every_s=EVERY_S, within_s=WITHIN_S, sleep=context.sleep)
