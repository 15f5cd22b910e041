"""The whole draft of the API, in the order in which its parts need one another."""

from functools import partial

from plan.model import Api
from runbook.converge import authorizers, gateway_responses, methods, rest_api
from runbook.converge.draft import Draft, read
from runbook.engine import Work, difference
from runbook.engine.work import Changes
from signoff.checklist import Words


def converge(work: Work, api: Api) -> Changes:
    """Bring the draft to the plan. Nothing of it is served before it is deployed."""
    at = rest_api.needed(work, api)
    id_ = None if at == rest_api.UNKNOWN_ID else at
    draft = read(work, id_)
    made = authorizers.converge(work, at, draft, api.authorizer)
    if made and work.go:
        draft = read(work, id_)  # the methods need the authorizer's id
    made += _methods(work, at, draft, api)
    for response in api.gateway_responses:
        made += gateway_responses.converge(work, at, draft, response)
    return made


def _methods(work: Work, api_id: str, draft: Draft, api: Api) -> Changes:
    resources, planned = dict(draft.resources), methods.planned(work, api)
    made: Changes = ()
    for method in planned:
        work.watch(f"method {method.verb} {method.path}")
        made += _path(work, api_id, resources, method.path)
        resource = resources.get(method.path, rest_api.UNKNOWN_ID)
        made += methods.converge(work, api_id, draft, method, resource)
    for extra in methods.unplanned(draft, planned):
        work.tell(
            Words(
                en=f"{extra} is not in the plan and is left alone; does anybody need it?",
                ja=f"{extra}は計画にないため変更しません。必要なものか確認します",
            )
        )
    return made


def _path(work: Work, api_id: str, resources: dict[str, str], path: str) -> Changes:
    """Create the resources of a path that are missing, from the root down; ``resources`` grows."""
    made: Changes = ()
    parts = path.strip("/").split("/")
    for depth in range(1, len(parts) + 1):
        here = "/" + "/".join(parts[:depth])
        if here not in resources:
            changes = difference(f"resource {here}", None, {"path": here})
            made += work.settle(changes, partial(_create, work, api_id, resources, here))
            resources.setdefault(here, rest_api.UNKNOWN_ID)
    return made


def _create(work: Work, api_id: str, resources: dict[str, str], path: str) -> None:
    parent, _, part = path.rpartition("/")
    created = work.client("apigateway").create_resource(
        restApiId=api_id, parentId=resources[parent or "/"], pathPart=part
    )
    resources[path] = created["id"]
