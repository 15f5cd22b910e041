"""What callers of a function get: a published version behind the alias, so that it can be rolled back."""

from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Function
from runbook.converge import table_names
from runbook.converge.functions import (
    WAIT,
    code_sha256,
    configuration,
    described,
    wait_until_updated,
)
from runbook.engine import StepContext, difference


def converge(context: StepContext, function: Function) -> Changes:
    """Publish what is built and point the alias to it, unless the alias has just that already.

    The whole of the traffic goes there: a weighted alias is no state to go live in. Where callers would
    read another table from then on, as after a restore, that is a loss.
    """
    wanted = {
        **configuration(function),
        "code": code_sha256(context.build(function.key)),
        "variables": sorted(function.environment),
        "weights": {},
    }
    found = _found(context, function)
    name, tables = f"alias {function.name}:{function.alias}", table_names.fields(function)
    changes = difference(name, found, wanted, destroying=tables)
    return context.settle(changes, lambda: _release(context, function, absent=found is None))


def released(context: StepContext, function: Function) -> dict[str, str]:
    """Return version and CodeSha256 behind the alias, for the release record; empty where none."""
    answer = _behind(context, function)
    if answer is None:
        return {}
    return {"version": answer["Version"], "code_sha256": answer["CodeSha256"]}


def _found(context: StepContext, function: Function) -> dict[str, Any] | None:
    client = context.client("lambda")
    alias = unless_absent(client.get_alias, FunctionName=function.name, Name=function.alias)
    if alias is None:
        return None
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return {**_version(context, _behind(context, function)), "weights": weights}


def _version(context: StepContext, behind: dict[str, Any] | None) -> dict[str, Any]:
    """Describe the version, the names of its variables too: one too many may be a secret."""
    if behind is None:
        return {}
    names = behind.get("Environment", {}).get("Variables", {})
    return {**described(context, behind), "variables": sorted(names)}


def _behind(context: StepContext, function: Function) -> dict[str, Any] | None:
    return unless_absent(
        context.client("lambda").get_function_configuration,
        FunctionName=function.name,
        Qualifier=function.alias,
    )


def _release(context: StepContext, function: Function, *, absent: bool) -> None:
    client = context.client("lambda")
    version = _publish(context, function)
    # A version that is still being prepared would make the first callers wait, or fail.
    client.get_waiter("published_version_active").wait(
        FunctionName=function.name, Qualifier=version, WaiterConfig=WAIT
    )
    (client.create_alias if absent else client.update_alias)(
        FunctionName=function.name,
        Name=function.alias,
        FunctionVersion=version,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


def _publish(context: StepContext, function: Function) -> str:
    """Publish; Lambda answers the last version again where nothing has changed since."""
    wait_until_updated(context, function)
    call = context.client("lambda").publish_version
    return str(
        context.retry(lambda: call(FunctionName=function.name), "ResourceConflictException")[
            "Version"
        ]
    )
