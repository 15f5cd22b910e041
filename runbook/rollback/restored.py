"""Tables restored to a time: new ones beside the old, and the plan as it is with their names in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from plan import plan_for
from plan.model import Table
from runbook.converge import table_names, tables
from runbook.converge.absent import unless_absent
from runbook.engine import Refused, Work, difference, until
from runbook.engine.journal import utc_now
from runbook.engine.work import Changes
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


def restores(work: Work) -> tuple[Restore, ...]:
    """Return what is to be restored: the table of ``--only``, else all three of them."""
    at, name = moment(work), work.chosen.get("only")
    chosen = [one for one in work.plan.tables if name in (None, one.key, one.name)]
    if not chosen:
        keys = ", ".join(one.key for one in work.plan.tables)
        raise Refused(f"there is no table {name}; there are {keys}")
    names = {one.key: table_names.restored(one.name, at) for one in chosen}
    plan = _renamed(work, names).plan
    return tuple(Restore(old=one, new=plan.table(one.key), at=at) for one in chosen)


def afterwards(work: Work) -> Work:
    """Return the work with the restored tables' names in its environment, and so in its plan."""
    return _renamed(work, {one.old.key: one.new.name for one in restores(work)})


def restore(work: Work, one: Restore) -> Changes:
    """Restore into the new table, unless an earlier run did; wait until it can be read."""
    there = found(work, one.new)
    if there is None:
        refuse_outside(work, one.old, one.at)
    name, wanted = f"table {one.new.name}", {"restored from": f"{one.old.name} at {one.at}"}
    changes = difference(name, None if there is None else wanted, wanted)
    made = work.settle(changes, partial(_restore, work, one))
    if there is not None:
        _refuse_another(one, there)
        _wait(work, one)
    return made


def exists(work: Work, one: Restore) -> bool:
    """Whether the new table is there: in a rehearsal it is not."""
    return found(work, one.new) is not None


def age_s(work: Work, one: Restore, now: Callable[[], datetime] = utc_now) -> float:
    """Return seconds since AWS began to restore this table."""
    there = found(work, one.new) or {}
    began: datetime = there["CreationDateTime"]
    return round((now() - began).total_seconds(), 1)


def _renamed(work: Work, names: Mapping[str, str]) -> Work:
    environment = replace(work.environment, tables={**work.environment.tables, **names})
    return replace(work, environment=environment, plan=plan_for(environment))


def found(work: Work, table: Table) -> dict[str, Any] | None:
    """Return what DescribeTable says; None where there is no such table."""
    answer = unless_absent(work.client("dynamodb").describe_table, TableName=table.name)
    return answer["Table"] if answer else None


def _refuse_another(one: Restore, there: Mapping[str, Any]) -> None:
    source = there.get("RestoreSummary", {}).get("SourceTableArn")
    if source != one.old.arn:
        raise Refused(
            f"table {one.new.name} exists and was not restored from {one.old.name}: name another time"
        )


def _restore(work: Work, one: Restore) -> None:
    client, key = work.client("dynamodb"), work.environment.table_key
    encrypted = {"SSESpecificationOverride": tables.encryption(key)} if key else {}
    begin = partial(
        client.restore_table_to_point_in_time,
        SourceTableName=one.old.name,
        TargetTableName=one.new.name,
        RestoreDateTime=one.at,
        **encrypted,
    )
    try:
        work.patiently(begin, *tables.BUSY)
    except client.exceptions.TableAlreadyExistsException:
        # The client sent it again, since the first answer was lost on its way.
        _refuse_another(one, found(work, one.new) or {})
    _wait(work, one)


def _wait(work: Work, one: Restore) -> None:
    def ready() -> bool:
        there = found(work, one.new) or {}
        return there.get("TableStatus") == "ACTIVE"

    what = f"table {one.new.name} is restored"
    until(ready, what=what, every_s=EVERY_S, within_s=WITHIN_S, sleep=work.sleep)
