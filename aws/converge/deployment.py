"""Deployments (guide step 3-3): a new one only where the draft is not what the stage serves.

Which draft a deployment froze stands in its description, as a digest. The export of the stage would
tell as well, but in another form than the draft's, and its description is what a person reads in the
deployment history when he has to choose what to go back to (guide step 8-2).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from aws.converge import api_draft, rest_api
from aws.converge.change import ChangeContext, Changes, difference, nothing, unless_absent
from aws.converge.rest_api import digest, read
from aws.desired import Api
from aws.words import Words

MARK = re.compile(r"draft sha256:([0-9a-f]{64})")
NEW = "the draft as planned"


def converge(
    context: ChangeContext, api: Api, leaving: Callable[[str, str], None] = nothing
) -> Changes:
    """Deploy the draft, and point the stage, where there is one already, to it.

    ``leaving`` is told of a deployment made by hand (ids of the API and of it) before the stage leaves it:
    nobody can read afterwards what it calls.
    """
    found = rest_api.find(context, api)
    id_ = found["id"] if found else None
    wanted = _wanted(context, api, id_)
    changes = difference(
        f"stage {api.stage}", {"deployment": _served(context, api, id_)}, {"deployment": wanted}
    )
    return context.settle(
        changes, lambda: _deploy(context, api, rest_api.needed(context, api), wanted, leaving)
    )


def listed(context: ChangeContext, id_: str | None) -> list[dict[str, Any]]:
    """Return the deployments of an API as API Gateway describes them; none of one that is not there."""
    if id_ is None:
        return []
    pages = context.client("apigateway").get_paginator("get_deployments").paginate(restApiId=id_)
    return [one for page in pages for one in page.get("items", [])]


def stage_of(context: ChangeContext, api: Api, id_: str | None) -> dict[str, Any] | None:
    if id_ is None:
        return None
    return unless_absent(context.client("apigateway").get_stage, restApiId=id_, stageName=api.stage)


def by_hand(deployment: Mapping[str, Any]) -> bool:
    """Whether nobody wrote down which draft it froze, so that it is none of ours."""
    return mark(deployment.get("description")) is None


def serves_by_hand(context: ChangeContext, api: Api) -> bool:
    """Whether the stage serves a deployment that is none of ours."""
    found = rest_api.find(context, api)
    id_ = str(found["id"]) if found else None
    stage = stage_of(context, api, id_)
    there = {one["id"]: one for one in listed(context, id_)}
    return stage is not None and by_hand(there[stage["deploymentId"]])


def _served(context: ChangeContext, api: Api, id_: str | None) -> str | None:
    """Return the digest of what the stage serves: a deployment made by hand has none.

    Nor has one with a newer one beside it: somebody went back, and forward is a deployment of its own.
    """
    stage = stage_of(context, api, id_)
    if stage is None:
        return None
    found = {one["id"]: one for one in listed(context, id_)}
    live = found[stage["deploymentId"]]
    newest = all(one["createdDate"] <= live["createdDate"] for one in found.values())
    return (mark(live.get("description")) if newest else None) or f"deployment {live['id']}"


def _wanted(context: ChangeContext, api: Api, id_: str | None) -> str:
    """Return the digest of the draft; in a rehearsal the draft may have changes before it."""
    if not context.go and api_draft.converge(replace(context, tell=lambda _: None), api):
        return NEW
    return digest(read(context, id_))


def mark(description: str | None) -> str | None:
    """Return the digest of the draft that a deployment froze; None where nobody wrote it down."""
    found = MARK.search(description or "")
    return found[1] if found else None


def _deploy(
    context: ChangeContext, api: Api, id_: str, wanted: str, leaving: Callable[[str, str], None]
) -> None:
    client, deployment = context.client("apigateway"), _deployed(context, api, id_, wanted)
    if (stage := stage_of(context, api, id_)) is None:
        client.create_stage(
            restApiId=id_,
            stageName=api.stage,
            deploymentId=deployment,
            description=api.stage_description,
            tags=dict(api.tags),
        )
    else:
        left = next(one for one in listed(context, id_) if one["id"] == stage["deploymentId"])
        if by_hand(left):
            leaving(id_, left["id"])
        point(context, api, id_, deployment)


def point(context: ChangeContext, api: Api, id_: str, deployment: str) -> None:
    """Point the stage to a deployment, and wait until it shows it: what is recorded next is read from there."""
    patch = [{"op": "replace", "path": "/deploymentId", "value": deployment}]
    update = partial(context.client("apigateway").update_stage, restApiId=id_, stageName=api.stage)
    context.once_found(lambda: update(patchOperations=patch))
    what = Words(
        en=f"stage {api.stage} shows deployment {deployment}",
        ja=f"ステージ{api.stage}がデプロイ{deployment}を示すこと",
    )
    context.wait(
        lambda: (stage_of(context, api, id_) or {}).get("deploymentId") == deployment,
        what=what,
        every_s=1,
        within_s=60,
    )


def _deployed(context: ChangeContext, api: Api, id_: str, wanted: str) -> str:
    """Return the deployment of this draft: the newest one is, where a run was killed after it."""
    there = sorted(listed(context, id_), key=lambda one: one["createdDate"])
    if there and mark(there[-1].get("description")) == wanted:
        return str(there[-1]["id"])
    # Never with stageName: for a stage that exists, moto would forget all its settings.
    text = f"{api.name}: draft sha256:{wanted}"
    made = context.client("apigateway").create_deployment(restApiId=id_, description=text)
    return str(made["id"])
