"""Undoes a restore that was only rehearsed: variables, versions, rights, alarms and tables, each as it was before."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from aws.change.gate import unless_absent
from aws.converge import alarm as alarms
from aws.converge.version import LATEST, configure
from aws.kinds.table import wait_until_active
from aws.words import Words
from runbook import releases
from runbook.engine import Refused, StepContext
from runbook.rollback.drill import go_back
from runbook.rollback.redirect import forbid
from runbook.rollback.restore import Restore, content, exists, restores
from runbook.rollback.versions import described, listed, published


def leave_the_restored(context: StepContext, functions_back: ModuleType) -> None:
    """Refuse where a restored table differs from its source; then point functions that read it at the old ones again.

    ``functions_back`` is the procedure that does so.
    """
    restored = [job for job in restores(context) if exists(context, job)]
    for restore in restored:
        if content(context, restore.new) != content(context, restore.old):
            raise Refused(
                en=f"table {restore.new.name} was restored, but is not what {restore.old.name} was",
                ja=f"テーブル{restore.new.name}を復元しましたが、{restore.old.name}と一致しません",
            )
    live = [described(context, function, function.alias) for function in context.plan.functions]
    if any(_reads(entry, {restore.new.name for restore in restored}) for entry in live):
        go_back(replace(context, chosen={}), functions_back)


def take_away(context: StepContext) -> None:
    """Take away what the restore left; what is not there any more is not taken away again."""
    made = [job for job in restores(context) if exists(context, job)]
    names = {job.new.name for job in restores(context)}
    _configure_as_live(context, names)
    _delete_versions(context, names)
    for role in context.plan.roles:
        forbid(context, role, restores(context))
    watched = {job.old.name for job in made}
    for alarm in context.plan.alarms:
        if alarm.dimensions.get("TableName") in watched:
            alarms.converge(context, alarm)
    for restore in made:
        _delete(context, restore)
    releases.converge(context, functions=context.plan.functions)


def _configure_as_live(context: StepContext, tables: Collection[str]) -> None:
    """Restore in $LATEST the variables of the version that is live, where they name a restored table."""
    for function in context.plan.functions:
        live, latest = (
            described(context, function, function.alias),
            described(context, function, LATEST),
        )
        if _reads(latest, tables):
            configure(context, function.name, Environment=live["Environment"])


def _delete_versions(context: StepContext, tables: Collection[str]) -> None:
    """Delete the published versions that read restored tables: one that is left would be what the next rollback goes to."""
    for function in context.plan.functions:
        there = listed(context, function)
        for number in map(str, published(there)):
            if _reads(there[number], tables):
                # Never without the qualifier: that would be the whole function.
                delete = context.client("lambda").delete_function
                unless_absent(delete, FunctionName=function.name, Qualifier=number)


def _reads(version: Mapping[str, Any], tables: Collection[str]) -> bool:
    variables = version.get("Environment", {}).get("Variables", {})
    return not set(variables.values()).isdisjoint(tables)


def _delete(context: StepContext, restore: Restore) -> None:
    """Delete what the rehearsal itself restored, after its protection: never another table."""
    client, name = context.client("dynamodb"), restore.new.name
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    wait_until_active(context, name)
    client.delete_table(TableName=name)
    what = Words(en=f"table {name} is deleted", ja=f"テーブル{name}が削除されること")
    context.wait(lambda: not exists(context, restore), what=what, every_s=2, within_s=1800)
