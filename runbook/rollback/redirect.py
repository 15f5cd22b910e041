"""Redirects functions to restored tables: the permission to read them, and the variables that name them."""

import json
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from aws.change.gate import Changes, unless_absent
from aws.converge.policy_document import document, policy_lines
from aws.converge.version import configure, move, publish
from aws.desired import Function, Permission, Role
from plan.compute import names_a_table
from runbook.engine import Refused, StepContext, difference
from runbook.rollback.restore import Restore, restores
from runbook.rollback.versions import described

POLICY = "restored-tables"


def allow(context: StepContext, role: Role) -> Changes:
    """Let a role do with the restored tables what it may do with the old ones, which stay allowed.

    While the aliases move one after another, callers meet both tables; and what an earlier restore
    allowed is what live functions read now, or go back to.
    """
    wanted = _permissions(restores(context), role)
    if not wanted:
        return ()
    answer = unless_absent(
        context.client("iam").get_role_policy, RoleName=role.name, PolicyName=POLICY
    )
    found = answer["PolicyDocument"] if answer else None
    policy = _joined(found, document(wanted))
    have = {POLICY: policy_lines(found)} if found else {}  # the role is there, and not created
    changes = difference(f"role {role.name}", have, {POLICY: policy_lines(policy)})
    put = partial(context.client("iam").put_role_policy, RoleName=role.name, PolicyName=POLICY)
    return context.settle(changes, lambda: put(PolicyDocument=json.dumps(policy)))


def forbid(context: StepContext, role: Role, them: Collection[Restore]) -> None:
    """Take back what ``allow`` did for these; what another restore allowed stays."""
    iam, which = context.client("iam"), {"RoleName": role.name, "PolicyName": POLICY}
    answer = unless_absent(iam.get_role_policy, **which)
    if answer is None:
        return
    tables = {restore.new.arn for restore in them}
    policy = answer["PolicyDocument"]
    kept = [statement for statement in _statements(policy) if _table(statement) not in tables]
    if kept:
        iam.put_role_policy(**which, PolicyDocument=json.dumps({**policy, "Statement": kept}))
    else:
        iam.delete_role_policy(**which)


def repoint(context: StepContext, function: Function, restored: Collection[str]) -> Changes:
    """Publish the live code with the new tables' names, and move the alias.

    ``function`` is as it is planned afterwards; of its tables, only those in ``restored`` are changed:
    another one may have been restored before, and is live under a name that no plan knows yet.
    Variables are frozen into a version: a configuration alone would reach no caller.
    """
    live = described(context, function, function.alias)
    variables = live.get("Environment", {}).get("Variables", {})
    wanted = {
        name: value
        for name, value in function.environment.items()
        if names_a_table(name) and value in restored
    }
    changes = difference(f"alias {function.name}:{function.alias}", variables, wanted)
    if changes:
        _refuse_other_code(context, function, live)
    return context.settle(changes, lambda: _release(context, function, {**variables, **wanted}))


def _permissions(them: tuple[Restore, ...], role: Role) -> set[Permission]:
    return {
        Permission(allowed.action, allowed.resource.replace(restore.old.arn, restore.new.arn, 1))
        for restore in them
        for allowed in role.granted
        if allowed.resource == restore.old.arn or allowed.resource.startswith(f"{restore.old.arn}/")
    }


def _joined(found: Mapping[str, Any] | None, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Add the statements to those that are there."""
    kept = _statements(found) if found else []
    added = [entry for entry in wanted["Statement"] if entry not in kept]
    # By resource, as `document` writes them, so that they are told by their permissions.
    joined = sorted([*kept, *added], key=lambda entry: str(entry.get("Resource")))
    return {**wanted, "Statement": joined}


def _statements(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


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
