"""The REST API itself (guide step 3-3): found by its name, regional, tagged."""

from typing import Any

from aws.change import Changes
from aws.desired import Api
from runbook.converge.clear import tag_fields
from runbook.converge.draft import read
from runbook.engine import Refused, StepContext, difference

ENDPOINT = "REGIONAL"
"""An edge endpoint would put CloudFront, and a certificate in another Region, in front of it."""
UNKNOWN_ID = "<id>"
"""Stands for the id of an API that a rehearsal would create."""


def find(context: StepContext, api: Api) -> dict[str, Any] | None:
    """Return the API of that name, None where there is none; raise Refused where there are two."""
    pages = context.client("apigateway").get_paginator("get_rest_apis").paginate()
    named = [one for page in pages for one in page.get("items", []) if one["name"] == api.name]
    if len(named) > 1:
        ids = ", ".join(one["id"] for one in named)
        raise Refused(
            f"REST API {api.name}: {len(named)} of that name ({ids}), and it is not for a machine to"
            " say which one is meant: rename the others by hand, then run it again"
        )
    return named[0] if named else None


def converge(context: StepContext, api: Api) -> Changes:
    """Create the API, or bring its endpoint and its tags to the plan."""
    found = find(context, api)
    wanted = {"endpoint": ENDPOINT, **tag_fields(context, context.plan.tags)}
    changes = difference(f"REST API {api.name}", _found(context, found), wanted)
    return context.settle(changes, lambda: _apply(context, api, found, changes))


def needed(context: StepContext, api: Api) -> str:
    """Return the API's id; where there is none, a rehearsal gets a stand-in and a run is Refused."""
    found = find(context, api)
    context.needs(
        found,
        f"REST API {api.name} does not exist: run `python -m runbook api --env {context.environment.name}"
        " --go` first (the guide sets some of its limits before it creates it)",
    )
    return str(found["id"]) if found else UNKNOWN_ID


def authorizer_id(context: StepContext, api_id: str, name: str) -> str:
    """Return the id of an authorizer; a stand-in where a rehearsal would still create it."""
    found = read(context, None if api_id == UNKNOWN_ID else api_id).authorizers.get(name)
    return str(found["id"]) if found else UNKNOWN_ID


def arn(context: StepContext, path: str) -> str:
    """Return the ARN by which API Gateway tags a resource: it has no account in it."""
    return f"arn:aws:apigateway:{context.environment.region}::{path}"


def _found(context: StepContext, found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    types = found.get("endpointConfiguration", {}).get("types", [])
    return {"endpoint": ", ".join(types), **tag_fields(context, found.get("tags") or {})}


def _apply(context: StepContext, api: Api, found: dict[str, Any] | None, changes: Changes) -> None:
    client, fields = context.client("apigateway"), {one.field: one for one in changes}
    if found is None:
        client.create_rest_api(
            name=api.name,
            endpointConfiguration={"types": [ENDPOINT]},
            tags=dict(context.plan.tags),
        )
        return
    if "endpoint" in fields:
        path = f"/endpointConfiguration/types/{fields['endpoint'].before}"
        client.update_rest_api(
            restApiId=found["id"],
            patchOperations=[{"op": "replace", "path": path, "value": ENDPOINT}],
        )
    if any(field.startswith("tag ") for field in fields):
        name = arn(context, f"/restapis/{found['id']}")
        client.tag_resource(resourceArn=name, tags=dict(context.plan.tags))
