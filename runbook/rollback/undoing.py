"""After the rehearsal of a restore: compare, go back to the old tables, and leave nothing lying about."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from runbook.converge import alarms, releases
from runbook.engine import Refused, StepContext
from runbook.procedures import rollback_functions
from runbook.rollback.contents import content
from runbook.rollback.drill import go_back
from runbook.rollback.faults import configure_them_well, delete_versions, take_it_out
from runbook.rollback.repointing import forbid
from runbook.rollback.restored import Restore, exists, restores
from runbook.rollback.taken import begun
from runbook.rollback.versions import PART, described


def compare_and_undo(context: StepContext) -> None:
    """Refuse where a restored table differs from its mended source; then undo the restore.

    Where an earlier try came half-way, it goes on: what is not there any more is not undone again.
    """
    take_it_out(context)
    made = [one for one in restores(context) if exists(context, one)]
    for one in made:
        if content(context, one.new) != content(context, one.old):
            raise Refused(f"table {one.new.name} was restored, but is not what {one.old.name} was")
    names = {one.new.name for one in restores(context)}
    live = {one.name: described(context, one, one.alias) for one in context.plan.functions}
    versions = {name: one["Version"] for name, one in live.items()}
    if begun(context, PART, versions) or any(_reads(one, names) for one in live.values()):
        go_back(replace(context, chosen={}), rollback_functions)
    configure_them_well(context)
    delete_versions(context, lambda version: _reads(version, names))
    for role in context.plan.roles:
        forbid(context, role, restores(context))
    watched = {one.old.name for one in made}
    for alarm in context.plan.alarms:
        if alarm.dimensions.get("TableName") in watched:
            alarms.converge(context, alarm)
    for one in made:
        _delete(context, one)
    releases.converge(context)


def _reads(version: Mapping[str, Any], tables: Collection[str]) -> bool:
    return not set(version["Environment"]["Variables"].values()).isdisjoint(tables)


def _delete(context: StepContext, one: Restore) -> None:
    """Delete what the rehearsal itself restored, after its protection: never another table."""
    client = context.client("dynamodb")
    client.update_table(TableName=one.new.name, DeletionProtectionEnabled=False)
    client.get_waiter("table_exists").wait(TableName=one.new.name)
    client.delete_table(TableName=one.new.name)
    client.get_waiter("table_not_exists").wait(TableName=one.new.name)
