"""The whole draft of the API, in the order in which its parts need one another."""

from functools import partial

from aws.change import Changes
from aws.desired import Api
from aws.words import Words
from runbook.converge import authorizers, gateway_responses, methods, rest_api
from runbook.converge.draft import Draft, read
from runbook.engine import StepContext, difference


def converge(context: StepContext, api: Api) -> Changes:
    """Bring the draft to the plan. Nothing of it is served before it is deployed."""
    at = rest_api.needed(context, api)
    id_ = None if at == rest_api.UNKNOWN_ID else at
    draft = read(context, id_)
    made = authorizers.converge(context, at, draft, api.authorizer)
    if made and context.go:
        draft = read(context, id_)  # the methods need the authorizer's id
    made += _methods(context, at, draft, api)
    for response in api.gateway_responses:
        made += gateway_responses.converge(context, at, draft, response)
    return made


def _methods(context: StepContext, api_id: str, draft: Draft, api: Api) -> Changes:
    resources, planned = dict(draft.resources), methods.planned(context, api)
    made: Changes = ()
    for method in planned:
        context.watch(f"method {method.verb} {method.path}")
        made += _path(context, api_id, resources, method.path)
        resource = resources.get(method.path, rest_api.UNKNOWN_ID)
        made += methods.converge(context, api_id, draft, method, resource)
    for extra in methods.unplanned(draft, planned):
        context.tell(
            Words(
                en=f"{extra} is not in the plan and is left alone; does anybody need it?",
                ja=f"{extra}は計画にないため変更しません。必要なものか確認します",
            )
        )
    return made


def _path(context: StepContext, api_id: str, resources: dict[str, str], path: str) -> Changes:
    """Create the resources of a path that are missing, from the root down; ``resources`` grows."""
    made: Changes = ()
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if here not in resources:
            changes = difference(f"resource {here}", None, {"path": here})
            made += context.settle(changes, partial(_create, context, api_id, resources, here))
            resources.setdefault(here, rest_api.UNKNOWN_ID)
    return made


def _create(context: StepContext, api_id: str, resources: dict[str, str], path: str) -> None:
    parent, _, part = path.rpartition("/")
    created = context.client("apigateway").create_resource(
        restApiId=api_id, parentId=resources[parent or "/"], pathPart=part
    )
    resources[path] = created["id"]
