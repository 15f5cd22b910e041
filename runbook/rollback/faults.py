"""The faults that a drill injects: how each is made, how it shows, and the teardown of what it leaves behind."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any

from aws.change.gate import unless_absent
from aws.converge import alarm as alarms
from aws.converge import api_draft, rest_api
from aws.converge import table as tables
from aws.converge.deployment import point
from aws.converge.version import LATEST, configure, move, publish
from aws.desired import Function
from aws.words import Words
from runbook import releases
from runbook.engine import Refused, StepContext
from runbook.rollback.deployments import deployments
from runbook.rollback.drill import go_back
from runbook.rollback.execution import unfinished_target
from runbook.rollback.redirect import forbid
from runbook.rollback.restore import Restore, content, exists, restores
from runbook.rollback.versions import PART, described, listed, published

BAD_HANDLER = "rehearsal.no_such_handler"
MARKED = "rehearsal: a route is missing"
"""Description of a deployment that a rehearsal made: it is the only kind that one deletes."""
MARKER = {"UserId": {"S": "Usmoke-rehearsal"}, "StampId": {"S": "rehearsal-of-a-fault"}}
"""An item that no function ever wrote; its user is a synthetic one."""
HARMLESS = {"httpMethod": "GET", "path": "/", "headers": {}, "requestContext": {}}


def release_a_broken_function(context: StepContext) -> None:
    """Release all functions with a handler that does not exist: every call fails.

    Refused where $LATEST has another handler than what is live: it could not be brought back from there.
    """
    for one in context.plan.functions:
        latest, live = (described(context, one, what) for what in (LATEST, one.alias))
        if latest["Handler"] != live["Handler"]:
            raise Refused(
                Words(
                    en=f"function {one.name}: $LATEST has another handler than {one.alias}: release it, or restore"
                    " it, first",
                    ja=f"関数{one.name}: $LATESTのハンドラーが{one.alias}と異なります。先にリリースするか元に戻します",
                )
            )
    for one in context.plan.functions:
        configure(context, one.name, Handler=BAD_HANDLER)
        move(context, one.name, one.alias, publish(context, one.name))


def a_function_fails(context: StepContext) -> bool:
    """Whether some function does not even start."""
    return any(_fails(context, one) for one in context.plan.functions)


def take_back_the_release(context: StepContext) -> None:
    """Take away what the fault left: in $LATEST, and versions that nobody may go back to."""
    configure_them_well(context)
    delete_versions(context, lambda version: version["Handler"] == BAD_HANDLER)


def configure_them_well(context: StepContext, tables: Collection[str] = ()) -> None:
    """Restore in $LATEST what the fault changed, from the versions that are live, and nothing else.

    ``tables`` are those whose names do not belong there.
    """
    for one in context.plan.functions:
        live, latest = described(context, one, one.alias), described(context, one, LATEST)
        left = {"Handler": latest["Handler"] == BAD_HANDLER, "Environment": _reads(latest, tables)}
        if any(left.values()):
            configure(context, one.name, **{name: live[name] for name, bad in left.items() if bad})


def delete_versions(context: StepContext, bad: Callable[[Mapping[str, Any]], bool]) -> None:
    """Delete the published versions that are ``bad``; Lambda refuses one that an alias names.

    A version that is left would be what the next rollback goes to.
    """
    for one in context.plan.functions:
        there = listed(context, one)
        for number in map(str, published(there)):
            if bad(there[number]):
                # Never without the qualifier: that would be the whole function.
                gone = {"FunctionName": one.name, "Qualifier": number}
                delete = context.client("lambda").delete_function
                unless_absent(delete, **gone)


def deploy_without_a_method(context: StepContext) -> None:
    """Deploy a draft that lacks the first route."""
    client, api = context.client("apigateway"), context.plan.api
    id_ = rest_api.needed(context, api)
    route = api.routes[0]
    pages = client.get_paginator("get_resources").paginate(restApiId=id_)
    resources = {one["path"]: one["id"] for page in pages for one in page["items"]}
    unless_absent(  # a drill that was stopped has deleted it already
        client.delete_method,
        restApiId=id_,
        resourceId=resources[route.path],
        httpMethod=route.verb,
    )
    made = client.create_deployment(restApiId=id_, description=MARKED)
    point(context, api, id_, made["id"])


def a_method_is_missing(context: StepContext) -> bool:
    """Whether the stage does not serve the first route; its export shows what is live."""
    api = context.plan.api
    answer = context.client("apigateway").get_export(
        restApiId=rest_api.needed(context, api), stageName=api.stage, exportType="oas30"
    )
    paths = json.loads(answer["body"].read())["paths"]
    route = api.routes[0]
    return route.verb.lower() not in paths.get(route.path, {})


def take_back_the_deployment(context: StepContext) -> None:
    """Draw the draft up again, and delete the deployment: the newest one must be what is served."""
    api_draft.converge(context, context.plan.api)
    id_ = rest_api.needed(context, context.plan.api)
    for one in deployments(context, id_):
        if one.get("description") == MARKED:
            context.client("apigateway").delete_deployment(restApiId=id_, deploymentId=one["id"])


def write_what_is_wrong(context: StepContext) -> None:
    """Write an item that does not belong there, as a faulty release would."""
    context.client("dynamodb").put_item(TableName=_stamps(context), Item=MARKER)


def the_wrong_item_is_read(context: StepContext) -> bool:
    """Whether the table that the live functions read holds what is wrong."""
    award = next(one for one in context.plan.functions if "TABLE_USERSTAMPS" in one.environment)
    name = described(context, award, award.alias)["Environment"]["Variables"]["TABLE_USERSTAMPS"]
    found = context.client("dynamodb").get_item(TableName=name, Key=MARKER, ConsistentRead=True)
    return "Item" in found


def take_it_out(context: StepContext) -> None:
    context.client("dynamodb").delete_item(TableName=_stamps(context), Key=MARKER)


def _stamps(context: StepContext) -> str:
    return str(context.plan.table("userstamps").name)


def _fails(context: StepContext, function: Function) -> bool:
    answer = context.client("lambda").invoke(
        FunctionName=function.name, Qualifier=function.alias, Payload=json.dumps(HARMLESS)
    )
    return "FunctionError" in answer


def tear_down_the_restore(context: StepContext, functions_back: ModuleType) -> None:
    """Refuse where a restored table differs from its repaired source; then undo the restore.

    ``functions_back`` is the procedure that points the functions at the old tables again.

    Where an earlier try came half-way, it goes on: what is not there any more is not undone again.
    """
    take_it_out(context)
    made = [one for one in restores(context) if exists(context, one)]
    for one in made:
        if content(context, one.new) != content(context, one.old):
            raise Refused(
                Words(
                    en=f"table {one.new.name} was restored, but is not what {one.old.name} was",
                    ja=f"テーブル{one.new.name}を復元しましたが、{one.old.name}と一致しません",
                )
            )
    names = {one.new.name for one in restores(context)}
    live = {one.name: described(context, one, one.alias) for one in context.plan.functions}
    versions = {name: one["Version"] for name, one in live.items()}
    if unfinished_target(context, PART, versions) or any(
        _reads(one, names) for one in live.values()
    ):
        go_back(replace(context, chosen={}), functions_back)
    configure_them_well(context, names)
    delete_versions(context, lambda version: _reads(version, names))
    for role in context.plan.roles:
        forbid(context, role, restores(context))
    watched = {one.old.name for one in made}
    for alarm in context.plan.alarms:
        if alarm.dimensions.get("TableName") in watched:
            alarms.converge(context, alarm)
    for one in made:
        _delete(context, one)
    releases.converge(context, functions=context.plan.functions)


def _reads(version: Mapping[str, Any], tables: Collection[str]) -> bool:
    variables = version.get("Environment", {}).get("Variables", {})
    return not set(variables.values()).isdisjoint(tables)


def _delete(context: StepContext, one: Restore) -> None:
    """Delete what the rehearsal itself restored, after its protection: never another table."""
    client, name = context.client("dynamodb"), one.new.name
    client.update_table(TableName=name, DeletionProtectionEnabled=False)
    tables.wait_until_active(context, name)
    client.delete_table(TableName=name)
    what = Words(en=f"table {name} is deleted", ja=f"テーブル{name}が削除されること")
    context.wait(lambda: not exists(context, one), what=what, every_s=2, within_s=1800)
