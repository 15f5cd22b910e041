"""Functions sent to restored tables: the permission to read them, and the variables that name them."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from plan.model import Function, Permission, Role
from runbook.converge.absent import unless_absent
from runbook.converge.functions import wait_until_updated
from runbook.converge.roles import document, told
from runbook.rollback.restored import Restore, restores
from runbook.rollback.versions import described
from signoff.procedure import Refused, Work, difference
from signoff.procedure.work import Changes

POLICY = "restored-tables"


def allow(work: Work, role: Role) -> Changes:
    """Let a role do with the restored tables what it may do with the old ones, which stay allowed.

    While the aliases move one after another, callers meet both tables.
    """
    wanted = _permissions(restores(work), role)
    if not wanted:
        return ()
    answer = unless_absent(
        work.client("iam").get_role_policy, RoleName=role.name, PolicyName=POLICY
    )
    policy = document(wanted)
    found = told(answer["PolicyDocument"]) if answer else None
    changes = difference(f"role {role.name}", {POLICY: found}, {POLICY: told(policy)})
    put = partial(work.client("iam").put_role_policy, RoleName=role.name, PolicyName=POLICY)
    return work.settle(changes, lambda: put(PolicyDocument=json.dumps(policy)))


def repoint(work: Work, function: Function) -> Changes:
    """Publish the live code with the new tables' names, and move the alias; ``work`` is of afterwards.

    Variables are frozen into a version: a configuration alone would reach no caller.
    """
    live = described(work, function, function.alias)
    variables = live.get("Environment", {}).get("Variables", {})
    wanted = {
        name: value for name, value in function.environment.items() if name.startswith("TABLE_")
    }
    changes = difference(f"alias {function.name}:{function.alias}", variables, wanted)
    if changes:
        _refuse_other_code(work, function, live)
    return work.settle(changes, lambda: _release(work, function, {**variables, **wanted}))


def _permissions(them: tuple[Restore, ...], role: Role) -> set[Permission]:
    return {
        Permission(allowed.action, allowed.resource.replace(one.old.arn, one.new.arn, 1))
        for one in them
        for allowed in role.required
        if allowed.resource == one.old.arn or allowed.resource.startswith(f"{one.old.arn}/")
    }


def _refuse_other_code(work: Work, function: Function, live: Mapping[str, Any]) -> None:
    """A new version is made of $LATEST: where that is other code, it would go live with the tables."""
    latest = described(work, function, "$LATEST")["CodeSha256"]
    if latest != live["CodeSha256"]:
        raise Refused(
            f"function {function.name}: $LATEST is other code than version {live['Version']} behind"
            f" {function.alias}, and a new version would put it live: upload the live code first"
            " (check out its commit, `python -m runbook functions`), then run it again"
        )


def _release(work: Work, function: Function, variables: Mapping[str, str]) -> None:
    client, busy = work.client("lambda"), "ResourceConflictException"
    configured = partial(
        client.update_function_configuration,
        FunctionName=function.name,
        Environment={"Variables": dict(variables)},
    )
    work.patiently(configured, busy)
    wait_until_updated(work, function)
    published = work.patiently(partial(client.publish_version, FunctionName=function.name), busy)
    client.update_alias(
        FunctionName=function.name,
        Name=function.alias,
        FunctionVersion=published["Version"],
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
