"""Changing the configuration of the live version: its code stays, and nothing else is released.

Other differences of $LATEST would be released with the change, so it is refused if there are any.
"""

from collections.abc import Callable, Collection
from typing import Any

from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    tag_fields,
)
from aws.converge.function import (
    OVERLAYS,
    Fields,
    described,
    log_settings,
    parameters,
    planned,
    table_fields,
    variables_in,
)
from aws.converge.version import configuration, configure, move, publish
from aws.desired import Function
from aws.difference import VARIABLE
from aws.kinds.function import FUNCTION, HANDLER, WRITES_TO
from aws.raw import Raw
from aws.words import Words

Edit = Callable[[Raw], Raw]
"""The configuration as AWS answers it -> the fields to change, as AWS takes them."""

VOLATILE = frozenset(
    {
        *("FunctionArn", "Version", "LastModified", "RevisionId", "ConfigSha256", "Description"),
        *("State", "StateReason", "StateReasonCode", "SnapStart", "RuntimeVersionConfig"),
        *("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode"),
        *("MasterArn", "ResponseMetadata"),
    }
)
"""Members of a configuration in which a version differs from $LATEST without an edit."""
OF_THE_CODE = frozenset({HANDLER, *OVERLAYS})
"""Fields that belong to a package: they stay with it."""


def converge(context: ChangeContext, function: Function, faulty: Collection[str]) -> Changes:
    """Bring the configuration behind the alias, and the function's tags, to what is planned.

    Where there is no alias yet, as after the guide's steps in the console, callers get $LATEST: that is changed.
    ``faulty`` has everything that was found wrong; only the unplanned variables that it names are removed.
    """
    client, name = context.client("lambda"), FUNCTION.resource(function.name)
    live = configuration(context, function.name, function.alias)
    behind: Raw = live or client.get_function_configuration(FunctionName=function.name)
    aliases = (function.alias,) if live else ()
    current, surplus = described(context, behind), {*variables_in(behind)} - {*function.environment}
    extra = sorted(surplus.intersection(faulty))
    whole = planned(context, function, current)
    desired = {field: value for field, value in whole.items() if field not in OF_THE_CODE}
    changes = difference(name, current, desired, destroying=table_fields(function))
    changes += tuple(
        Change(name, field, current[field], None, destroys=True, final=True)
        for field in map(VARIABLE.named, extra)
    )
    if changes:
        same_as_latest(context, function.name, aliases)
    edit = _edited(function, {change.field for change in changes}, desired, extra)
    made = context.settle(changes, lambda: change(context, function.name, aliases, edit))
    return made + _tagged(context, function)


def _edited(
    function: Function, fields: Collection[Words], desired: Fields, extra: Collection[str]
) -> Edit:
    def edit(latest: Raw) -> Raw:
        there = variables_in(latest)
        staying = {key: there[key] for key in there if key not in extra}
        log = log_settings(function, latest) if WRITES_TO in fields else {}
        return parameters(desired, staying) | log

    return edit


def _tagged(context: ChangeContext, function: Function) -> Changes:
    client, name = context.client("lambda"), FUNCTION.resource(function.name)
    tags = client.get_function(FunctionName=function.name).get("Tags") or {}
    planned = tag_fields(context, function.tags)
    changes = difference(name, tag_fields(context, tags), planned)
    return context.settle(
        changes, lambda: client.tag_resource(Resource=function.arn, Tags=dict(function.tags))
    )


def change(context: ChangeContext, function: str, aliases: Collection[str], edit: Edit) -> None:
    """Change $LATEST, publish it, and move those of the aliases to it that run the same as $LATEST did; Refused if none does."""
    latest, same = same_as_latest(context, function, aliases)
    configure(context, function, **edit(latest))
    version = publish(context, function)
    for alias in same:
        move(context, function, alias, version)


def same_as_latest(
    context: ChangeContext, function: str, aliases: Collection[str]
) -> tuple[Raw, list[str]]:
    """Return $LATEST, and those of the aliases that run the same.

    Raises Refused if none does: publishing $LATEST would release code that was never released.
    """
    client = context.client("lambda")
    latest = client.get_function_configuration(FunctionName=function)
    live = {
        alias: client.get_function_configuration(FunctionName=function, Qualifier=alias)
        for alias in aliases
    }
    same = [alias for alias, value in live.items() if _compared(value) == _compared(latest)]
    if live and not same:
        alias, version = next((alias, value["Version"]) for alias, value in live.items())
        raise Refused(
            en=f"function {function} was edited since version {version}, which alias {alias} runs, and what"
            " was edited would be released with this: run the procedure functions first",
            ja=f"関数{function}はエイリアス{alias}のバージョン{version}の後に編集されており、編集内容も一緒に"
            "リリースされます。先に手順functionsを実行してください",
        )
    return latest, same


def _compared(configuration: Raw) -> dict[str, Any]:
    return {name: value for name, value in configuration.items() if name not in VOLATILE and value}
