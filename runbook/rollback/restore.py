"""Tables restored to a point in time: new ones beside the old, the plan with their names in it, and what they hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws.change.gate import Changes, unless_absent
from aws.converge import table as tables
from aws.desired import Table
from aws.kinds.table import TABLE as TABLE_KIND
from aws.kinds.table_backups import BACKUPS
from aws.words import Words
from plan import plan_for, public_in
from plan.canonical import Item, canonical_hash
from plan.data import restored_name
from runbook.engine import Refused, StepContext, difference
from runbook.options import MOMENT, TABLE

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
    moment = datetime.fromisoformat(context.chosen[MOMENT.name])
    at = moment.astimezone(UTC).replace(microsecond=0)  # to the second, as AWS takes it
    name = context.chosen.get(TABLE.name)
    chosen = [table for table in context.plan.tables if name in (None, table.key, table.name)]
    names = {table.key: restored_name(table.name, at) for table in chosen}
    plan = _renamed(context, names).plan
    return tuple(Restore(old=table, new=plan.table(table.key), at=at) for table in chosen)


def afterwards(context: StepContext) -> StepContext:
    """Return the context with the restored tables' names in its environment, and so in its plan."""
    return _renamed(context, {restore.old.key: restore.new.name for restore in restores(context)})


RESTORED_FROM = Words(en="restored from", ja="復元元")


def restore(context: StepContext, job: Restore) -> Changes:
    """Restore into the new table, unless an earlier run did; wait until it can be read."""
    there = described_table(context, job.new)
    if there is None:
        refuse_outside(context, job.old, job.at)
    desired = {RESTORED_FROM: f"{job.old.name} at {job.at}"}
    changes = difference(
        TABLE_KIND.resource(job.new.name), None if there is None else desired, desired
    )
    made = context.settle(changes, partial(_restore, context, job))
    if there is not None:
        _refuse_another(job, there)
        _wait(context, job)
    return made


def exists(context: StepContext, restore: Restore) -> bool:
    """Whether the new table is there: in a rehearsal it is not."""
    return described_table(context, restore.new) is not None


def age_s(context: StepContext, restore: Restore) -> float:
    """Return seconds since AWS began to restore this table."""
    there = described_table(context, restore.new) or {}
    began: datetime = there["CreationDateTime"]
    return round((datetime.now(UTC) - began).total_seconds(), 1)


def _renamed(context: StepContext, names: Mapping[str, str]) -> StepContext:
    environment = replace(context.environment, tables={**context.environment.tables, **names})
    plan = plan_for(environment)
    return replace(context, plan=plan, environment=environment, public=public_in(plan))


def described_table(context: StepContext, table: Table) -> dict[str, Any] | None:
    """Return what DescribeTable says; None where there is no such table."""
    answer = unless_absent(context.client("dynamodb").describe_table, TableName=table.name)
    return answer["Table"] if answer else None


def _refuse_another(restore: Restore, there: Mapping[str, Any]) -> None:
    source = there.get("RestoreSummary", {}).get("SourceTableArn")
    if source != restore.old.arn:
        raise Refused(
            en=f"table {restore.new.name} exists and was not restored from {restore.old.name}: name another time",
            ja=f"テーブル{restore.new.name}がすでにあり、{restore.old.name}から復元したものではありません。別の時刻を指定してください",
        )


def _restore(context: StepContext, restore: Restore) -> None:
    client, key = context.client("dynamodb"), restore.new.kms_key
    encrypted = {"SSESpecificationOverride": tables.encryption(key)} if key else {}
    exceptions = client.exceptions
    try:
        client.restore_table_to_point_in_time(
            SourceTableName=restore.old.name,
            TargetTableName=restore.new.name,
            RestoreDateTime=restore.at,
            **encrypted,
        )
    except (exceptions.TableAlreadyExistsException, exceptions.TableInUseException):
        # The client sent it again, since the first answer was lost on its way.
        _refuse_another(restore, described_table(context, restore.new) or {})
    _wait(context, restore)


def _wait(context: StepContext, restore: Restore) -> None:
    def ready() -> bool:
        there = described_table(context, restore.new) or {}
        return there.get("TableStatus") == "ACTIVE"

    awaited = Words(
        en=f"table {restore.new.name} is restored", ja=f"テーブル{restore.new.name}が復元されること"
    )
    context.wait(ready, until=awaited, every_s=EVERY_S, within_s=WITHIN_S)


def window(context: StepContext, table: Table) -> tuple[datetime, datetime]:
    """Return the earliest and latest time a table can be restored to; Refused where there is none."""
    answer = context.client("dynamodb").describe_continuous_backups(TableName=table.name)
    backups = BACKUPS.of(answer)
    if not backups.pitr or backups.earliest is None or backups.latest is None:
        raise Refused(
            en=f"table {table.name} has no point-in-time recovery, so it can't be restored: turn it on with `python -m runbook tables --env {context.environment.name} --go` before the next"
            " fault",
            ja=f"テーブル{table.name}のポイントインタイムリカバリが無効で、過去に戻せません。次の障害に備え、`python -m runbook tables --env {context.environment.name} --go`で有効にしてください",
        )
    return backups.earliest, backups.latest


def refuse_outside(context: StepContext, table: Table, at: datetime) -> None:
    """Refuse a time that AWS would refuse: its own message does not say which times are possible."""
    earliest, latest = window(context, table)
    if not earliest.replace(microsecond=0) <= at <= latest:
        raise Refused(
            en=f"table {table.name} cannot be restored to {at:%Y-%m-%dT%H:%M:%SZ}, only to a time from"
            f" {earliest:%Y-%m-%dT%H:%M:%SZ} to {latest:%Y-%m-%dT%H:%M:%SZ}: name one of those",
            ja=f"テーブル{table.name}は{at:%Y-%m-%dT%H:%M:%SZ}に復元できません。{earliest:%Y-%m-%dT%H:%M:%SZ}から{latest:%Y-%m-%dT%H:%M:%SZ}までの時刻を指定してください",
        )


def content(context: StepContext, table: Table) -> dict[str, Any]:
    """Read the whole table, and return its number of ``items`` and the canonical hash over all of them.

    It costs one read unit per 4 KB, and 32 bytes of memory an item.
    """
    counted, request = 0, {"TableName": table.name, "ConsistentRead": True}

    def passing() -> Iterator[Item]:
        nonlocal counted
        for item in context.listed("dynamodb", "scan", "Items", **request):
            counted += 1
            yield item

    digest = canonical_hash(passing())
    return {"items": counted, "sha256": digest}
