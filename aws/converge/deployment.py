"""Deployments (guide step 3-3): a new one only if the draft is not what the stage serves.

A deployment's description has the digest of the draft that it froze. The export of the stage would
show it as well, but in another form than the draft's, and people read the description in the
deployment history when they choose what to roll back to (guide step 8-2).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from aws.change.gate import ChangeContext, Changes, difference, nothing
from aws.converge import api_draft, rest_api
from aws.converge.rest_api import digest, read, replaced, stage_of
from aws.desired import Api
from aws.kinds.rest_api import DEPLOYMENT, STAGE, Deployment, newest_first
from aws.words import Words

NEW = Words(en="the draft as planned", ja="計画どおりの下書き")
WITHOUT_CANARY = {"op": "remove", "path": "/canarySettings"}


def converge(
    context: ChangeContext, api: Api, leaving: Callable[[str, str], None] = nothing
) -> Changes:
    """Deploy the draft, and point the stage to it, if there is one; else create the stage.

    ``leaving`` is called with the ids of the API and of a deployment made by hand, before the stage leaves it:
    afterwards no person can read what it calls.
    """
    id_ = rest_api.find_id(context, api)
    desired = _desired(context, api, id_)
    changes = difference(
        STAGE.resource(api.stage), {DEPLOYMENT: _served(context, api, id_)}, {DEPLOYMENT: desired}
    )
    return context.settle(
        changes, lambda: _deploy(context, api, rest_api.needed(context, api), str(desired), leaving)
    )


def listed(context: ChangeContext, id_: str | None) -> dict[str, Deployment]:
    """Return an API's deployments by their ids, newest first; empty if there is no API."""
    if id_ is None:
        return {}
    there = context.listed("apigateway", "get_deployments", "items", restApiId=id_)
    return {deployment.id: deployment for deployment in newest_first(there)}


def find_stage(context: ChangeContext, api: Api) -> tuple[str | None, dict[str, Any] | None]:
    """Return the id of the API, and its stage: None for what does not exist."""
    id_ = rest_api.find_id(context, api)
    return id_, stage_of(context, api, id_)


def serves_by_hand(context: ChangeContext, api: Api) -> bool:
    """Whether the stage serves a deployment that has no digest of its draft, so that it is not one of ours."""
    id_, stage = find_stage(context, api)
    live = listed(context, id_).get(stage["deploymentId"]) if stage else None
    return stage is not None and not (live and live.draft)


def _served(context: ChangeContext, api: Api, id_: str | None) -> str | None:
    """Return the digest of the draft that the stage serves, or else ``deployment ID``; None without a stage.

    There is no digest if it was made by hand, or is not the newest: after a rollback, going forward needs a new one.
    """
    stage = stage_of(context, api, id_)
    if stage is None:
        return None
    there = listed(context, id_)
    live = there.get(stage["deploymentId"])
    if live is None:  # not listed yet, or any more: it is unknown what it holds
        return f"deployment {stage['deploymentId']}"
    newest = all(each.created <= live.created for each in there.values())
    return (live.draft if newest else None) or f"deployment {live.id}"


def _desired(context: ChangeContext, api: Api, id_: str | None) -> str | Words:
    """Return the digest of the draft, or NEW if a rehearsal would change the draft first."""
    if not context.go and api_draft.converge(replace(context, tell=lambda _: None), api):
        return NEW
    return digest(read(context, id_))


def _deploy(
    context: ChangeContext, api: Api, id_: str, draft: str, leaving: Callable[[str, str], None]
) -> None:
    client, deployment = context.client("apigateway"), _deployed(context, api, id_, draft)
    if (stage := stage_of(context, api, id_)) is None:
        client.create_stage(
            restApiId=id_,
            stageName=api.stage,
            deploymentId=deployment,
            description=api.stage_description.prefers,
            tags=dict(api.tags),
        )
    else:
        live = listed(context, id_).get(stage["deploymentId"])
        if not (live and live.draft):
            leaving(id_, stage["deploymentId"])
        point(context, api, id_, deployment)


def point(
    context: ChangeContext, api: Api, id_: str, deployment: str, *, canary_goes: bool = False
) -> None:
    """Point the stage to a deployment and wait until a read shows it, because the release record reads it next."""
    patch = [replaced("/deploymentId", deployment)]
    if canary_goes:
        patch.append(WITHOUT_CANARY)
    update = partial(context.client("apigateway").update_stage, restApiId=id_, stageName=api.stage)
    context.once_found(lambda: update(patchOperations=patch))
    until = Words(
        en=f"stage {api.stage} shows deployment {deployment}",
        ja=f"ステージ{api.stage}がデプロイ{deployment}を示すこと",
    )
    context.wait(
        lambda: (stage_of(context, api, id_) or {}).get("deploymentId") == deployment,
        until=until,
        every_s=1,
        within_s=60,
    )


def _deployed(context: ChangeContext, api: Api, id_: str, draft: str) -> str:
    """Return the id of a deployment of this draft: the newest one, if a killed run made it, or a new one."""
    there = [*listed(context, id_).values()]
    newest = (each for each in there if each.created == there[0].created)
    if made := next((each.id for each in newest if each.draft == draft), None):
        return made
    # Never with stageName: moto would then discard all settings of an existing stage.
    text = f"{api.name}: draft sha256:{draft}"
    made = context.client("apigateway").create_deployment(restApiId=id_, description=text)
    return str(made["id"])
