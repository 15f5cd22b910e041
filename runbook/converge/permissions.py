"""Who may invoke a function's alias: this API by route, its authorizer, and nobody else."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Function
from runbook.engine import Change, StepContext

GATEWAY = "apigateway.amazonaws.com"


def grant(context: StepContext, function: Function, sources: Mapping[str, str]) -> Changes:
    """Grant API Gateway the alias for each of ``sources`` (statement id -> ARN).

    A statement on the bare function is no grant on the alias.
    """
    found = statements(context, function, function.alias)
    made: Changes = ()
    for id_, arn in sources.items():
        if (have := _granted(found.get(id_))) != arn:
            change = (Change(_name(function), f"permission {id_}", have, arn),)
            made += context.settle(
                change, _grant(context, function, id_, arn, replace=have is not None)
            )
    return made


def shed(context: StepContext, function: Function, granted: Collection[str]) -> Changes:
    """Take away every statement but those ``granted`` (ids) on the alias.

    One beyond the plan lets someone else in: API Gateway of another account, or the whole world.
    """
    on_alias = statements(context, function, function.alias)
    beyond = {id_: one for id_, one in on_alias.items() if id_ not in granted}
    made: Changes = ()
    for qualifier, extras in ((function.alias, beyond), (None, statements(context, function))):
        for id_, statement in extras.items():
            lost = (
                Change(
                    _name(function, qualifier), f"permission {id_}", statement, None, destroys=True
                ),
            )
            made += context.settle(lost, _withdrawal(context, function, id_, qualifier))
    return made


def statements(
    context: StepContext, function: Function, qualifier: str | None = None
) -> dict[str, Any]:
    """Return the statements on the alias, or on the bare function, by their id."""
    which = {"Qualifier": qualifier} if qualifier else {}
    answer = unless_absent(context.client("lambda").get_policy, FunctionName=function.name, **which)
    arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
    listed = json.loads(answer["Policy"])["Statement"] if answer else []
    # moto answers with the statements of all qualifiers together; AWS with those asked for.
    return {one["Sid"]: one for one in listed if one["Resource"] == arn}


def _granted(statement: Mapping[str, Any] | None) -> str | None:
    """Return the source ARN where the statement is exactly ours, else what it is instead."""
    if statement is None:
        return None
    conditions = statement.get("Condition", {})
    arn = conditions.get("ArnLike", {}).get("AWS:SourceArn")
    ours = (
        statement["Effect"] == "Allow"
        and statement["Principal"] == {"Service": GATEWAY}
        and statement["Action"] == "lambda:InvokeFunction"
        and arn is not None
    )
    return str(arn) if ours else json.dumps(statement, sort_keys=True)


def _grant(context: StepContext, function: Function, id_: str, arn: str, *, replace: bool) -> Any:
    client = context.client("lambda")
    on = {"FunctionName": function.name, "Qualifier": function.alias, "StatementId": id_}

    def apply() -> None:
        if replace:
            client.remove_permission(**on)
        client.add_permission(
            **on, Action="lambda:InvokeFunction", Principal=GATEWAY, SourceArn=arn
        )

    return apply


def _withdrawal(context: StepContext, function: Function, id_: str, qualifier: str | None) -> Any:
    which = {"Qualifier": qualifier} if qualifier else {}
    return lambda: context.client("lambda").remove_permission(
        FunctionName=function.name, StatementId=id_, **which
    )


def _name(function: Function, qualifier: str | None = "") -> str:
    if qualifier is None:
        return f"function {function.name}"
    return f"alias {function.name}:{function.alias}"
