"""Four faults that a release can bring, made on purpose: how each is done, how it shows, what it leaves."""

import json
from functools import partial
from typing import Any

from plan.model import Function
from runbook.converge import api_draft, rest_api
from runbook.converge.functions import wait_until_updated
from runbook.rollback.versions import described
from signoff.procedure import Work

BAD_HANDLER = "rehearsal.no_such_handler"
MARKER = {"UserId": {"S": "Usmoke-rehearsal"}, "StampId": {"S": "rehearsal-of-a-fault"}}
"""An item that no function ever wrote; its user is a synthetic one."""
BUSY = "ResourceConflictException"
HARMLESS = {"httpMethod": "GET", "path": "/", "headers": {}, "requestContext": {}}


def release_a_broken_function(work: Work) -> None:
    """Release all functions with a handler that does not exist: every call fails."""
    for one in work.plan.functions:
        _configure(work, one, Handler=BAD_HANDLER)
        published = work.patiently(
            partial(work.client("lambda").publish_version, FunctionName=one.name), BUSY
        )
        work.client("lambda").update_alias(
            FunctionName=one.name, Name=one.alias, FunctionVersion=published["Version"]
        )


def a_function_fails(work: Work) -> bool:
    """Whether some function does not even start."""
    return any(_fails(work, one) for one in work.plan.functions)


def configure_them_well(work: Work) -> None:
    """Bring back what the fault left in $LATEST, from the versions that are live."""
    for one in work.plan.functions:
        live = described(work, one, one.alias)
        _configure(work, one, Handler=live["Handler"], Environment=live["Environment"])


def deploy_without_a_method(work: Work) -> None:
    """Deploy a draft that lacks the first route."""
    client, api = work.client("apigateway"), work.plan.api
    id_ = rest_api.needed(work, api)
    route = api.routes[0]
    pages = client.get_paginator("get_resources").paginate(restApiId=id_)
    resources = {one["path"]: one["id"] for page in pages for one in page["items"]}
    client.delete_method(restApiId=id_, resourceId=resources[route.path], httpMethod=route.verb)
    made = client.create_deployment(restApiId=id_, description="rehearsal: a route is missing")
    patch = [{"op": "replace", "path": "/deploymentId", "value": made["id"]}]
    client.update_stage(restApiId=id_, stageName=api.stage, patchOperations=patch)


def a_method_is_missing(work: Work) -> bool:
    """Whether the stage does not serve the first route; its export shows what is live."""
    api = work.plan.api
    answer = work.client("apigateway").get_export(
        restApiId=rest_api.needed(work, api), stageName=api.stage, exportType="oas30"
    )
    paths = json.loads(answer["body"].read())["paths"]
    route = api.routes[0]
    return route.verb.lower() not in paths.get(route.path, {})


def draw_the_draft_up_again(work: Work) -> None:
    api_draft.converge(work, work.plan.api)


def write_what_is_wrong(work: Work) -> None:
    """Write an item that does not belong there, as a faulty release would."""
    work.client("dynamodb").put_item(TableName=_stamps(work), Item=MARKER)


def the_wrong_item_is_read(work: Work) -> bool:
    """Whether the table that the live functions read holds what is wrong."""
    award = next(one for one in work.plan.functions if "TABLE_USERSTAMPS" in one.environment)
    name = described(work, award, award.alias)["Environment"]["Variables"]["TABLE_USERSTAMPS"]
    found = work.client("dynamodb").get_item(TableName=name, Key=MARKER, ConsistentRead=True)
    return "Item" in found


def take_it_out(work: Work) -> None:
    work.client("dynamodb").delete_item(TableName=_stamps(work), Key=MARKER)


def _stamps(work: Work) -> str:
    return str(work.plan.table("userstamps").name)


def _configure(work: Work, function: Function, **fields: Any) -> None:
    call = work.client("lambda").update_function_configuration
    work.patiently(partial(call, FunctionName=function.name, **fields), BUSY)
    wait_until_updated(work, function)


def _fails(work: Work, function: Function) -> bool:
    answer = work.client("lambda").invoke(
        FunctionName=function.name, Qualifier=function.alias, Payload=json.dumps(HARMLESS)
    )
    return "FunctionError" in answer
