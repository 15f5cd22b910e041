"""Redirects functions to restored tables, and undoes a restore that was only rehearsed.

To redirect takes the permission to read them, and the variables that name them; to undo, each as it was before.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

from aws.change.gate import Changes, unless_absent
from aws.converge import alarm as alarms
from aws.converge.function import variables_in
from aws.converge.policy_document import POLICY, document, policy_lines
from aws.converge.version import LATEST, configure, listed, move, publish
from aws.desired import Function, Permission, Role
from aws.difference import VARIABLE
from aws.iam.statement import listed as listed_in
from aws.kinds.function_invocation import ALIAS, published
from aws.kinds.role import ROLE
from aws.kinds.table import wait_until_active
from aws.words import Words
from plan.compute import names_a_table
from runbook import releases
from runbook.engine import Refused, StepContext, difference
from runbook.rollback.drill import go_back
from runbook.rollback.restore import Restore, content, exists, restores
from runbook.rollback.versions import described

NAME = "restored-tables"
OURS = POLICY.named(NAME)


def allow(context: StepContext, role: Role) -> Changes:
    """Let a role do with the restored tables what it may do with the old ones, which stay allowed.

    While the aliases move one after another, callers meet both tables; and what an earlier restore
    allowed is what live functions read now, or go back to.
    """
    desired = _permissions(restores(context), role)
    if not desired:
        return ()
    answer = unless_absent(
        context.client("iam").get_role_policy, RoleName=role.name, PolicyName=NAME
    )
    current = answer["PolicyDocument"] if answer else None
    policy = _joined(current, document(desired))
    have = {OURS: policy_lines(current)} if current else {}  # the role is there, and not created
    changes = difference(ROLE.resource(role.name), have, {OURS: policy_lines(policy)})
    put = partial(context.client("iam").put_role_policy, RoleName=role.name, PolicyName=NAME)
    return context.settle(changes, lambda: put(PolicyDocument=json.dumps(policy)))


def forbid(context: StepContext, role: Role, them: Collection[Restore]) -> None:
    """Take back what ``allow`` did for these; what another restore allowed stays."""
    iam, which = context.client("iam"), {"RoleName": role.name, "PolicyName": NAME}
    answer = unless_absent(iam.get_role_policy, **which)
    if answer is None:
        return
    tables = {restore.new.arn for restore in them}
    policy = answer["PolicyDocument"]
    statements = [each for each in listed_in(policy["Statement"]) if _table(each) not in tables]
    if statements:
        iam.put_role_policy(**which, PolicyDocument=json.dumps({**policy, "Statement": statements}))
    else:
        iam.delete_role_policy(**which)


def repoint(context: StepContext, function: Function, restored: Collection[str]) -> Changes:
    """Publish the live code with the new tables' names, and move the alias.

    ``function`` is as it is planned afterwards; of its tables, only those in ``restored`` are changed:
    another one may have been restored before, and is live under a name that no plan knows yet.
    Variables are frozen into a version: a configuration alone would reach no caller.
    """
    live = described(context, function, function.alias)
    variables = variables_in(live)
    desired = {
        name: value
        for name, value in function.environment.items()
        if names_a_table(name) and value in restored
    }
    changes = difference(
        ALIAS.named(f"{function.name}:{function.alias}"),
        {VARIABLE.named(name): value for name, value in variables.items()},
        {VARIABLE.named(name): value for name, value in desired.items()},
    )
    if changes:
        _refuse_other_code(context, function, live)
    return context.settle(changes, lambda: _release(context, function, {**variables, **desired}))


def _permissions(them: tuple[Restore, ...], role: Role) -> set[Permission]:
    return {
        Permission(allowed.action, allowed.resource.replace(restore.old.arn, restore.new.arn, 1))
        for restore in them
        for allowed in role.granted
        if allowed.resource == restore.old.arn or allowed.resource.startswith(f"{restore.old.arn}/")
    }


def _joined(current: Mapping[str, Any] | None, desired: Mapping[str, Any]) -> dict[str, Any]:
    """Add the statements to those that are there."""
    statements = listed_in(current["Statement"]) if current else []
    added = [entry for entry in desired["Statement"] if entry not in statements]
    # By resource, as `document` writes them, so that they are told by their permissions.
    joined = sorted([*statements, *added], key=lambda entry: str(entry.get("Resource")))
    return {**desired, "Statement": joined}


def _table(statement: Mapping[str, Any]) -> str:
    """Return the table's ARN of a statement that speaks of it, or of one of its indexes."""
    return str(statement.get("Resource")).partition("/index/")[0]


def _refuse_other_code(context: StepContext, function: Function, live: Mapping[str, Any]) -> None:
    """A new version is made of $LATEST: where that is other code, it would go live with the tables."""
    latest = described(context, function, "$LATEST")["CodeSha256"]
    if latest != live["CodeSha256"]:
        raise Refused(
            en=f"function {function.name}: $LATEST is other code than version {live['Version']} behind"
            f" {function.alias}, and a new version would put it live: upload the live code first"
            f" (check out its commit, `python -m runbook functions --env {context.environment.name} --go`),"
            " then run it again",
            ja=f"関数{function.name}: $LATESTのコードが{function.alias}のバージョン{live['Version']}と異なり、新しいバージョンで公開されてしまいます。稼働中のコードを先にアップロードしてから（該当コミットで`python -m runbook functions --env {context.environment.name} --go`）再実行してください",
        )


def _release(context: StepContext, function: Function, variables: Mapping[str, str]) -> None:
    configure(context, function.name, Environment={"Variables": dict(variables)})
    move(context, function.name, function.alias, publish(context, function.name))


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
    old = {job.old.name for job in made}
    watching = [each for each in context.plan.alarms if each.dimensions.get("TableName") in old]
    alarms.converge(context, watching, alarms.read(context, watching))
    for restore in made:
        _delete(context, restore)
    releases.converge(context, functions=context.plan.functions)


def _configure_as_live(context: StepContext, tables: Collection[str]) -> None:
    """Restore in $LATEST the variables of the version that is live, where they name a restored table."""
    for function in context.plan.functions:
        live = described(context, function, function.alias)
        latest = described(context, function, LATEST)
        if _reads(latest, tables):
            configure(context, function.name, Environment=live["Environment"])


def _delete_versions(context: StepContext, tables: Collection[str]) -> None:
    """Delete the published versions that read restored tables: one that is left would be what the next rollback goes to."""
    for function in context.plan.functions:
        there = listed(context, function.name)
        for number in published(there.values()):
            if _reads(there[number], tables):
                # Never without the qualifier: that would be the whole function.
                delete = context.client("lambda").delete_function
                unless_absent(delete, FunctionName=function.name, Qualifier=number)


def _reads(version: Mapping[str, Any], tables: Collection[str]) -> bool:
    return not set(variables_in(version).values()).isdisjoint(tables)


def _delete(context: StepContext, restore: Restore) -> None:
    """Delete what the rehearsal itself restored, after its protection: never another table."""
    client, name = context.client("dynamodb"), restore.new.name
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    wait_until_active(context, name)
    client.delete_table(TableName=name)
    awaited = Words(en=f"table {name} is deleted", ja=f"テーブル{name}が削除されること")
    context.wait(lambda: not exists(context, restore), until=awaited, every_s=2, within_s=1800)
