"""Deployments (guide step 3-3): a new one only where the draft is not what the stage serves.

Which draft a deployment froze stands in its description, as a digest. The export of the stage would
tell as well, but in another form than the draft's, and its description is what a person reads in the
deployment history when he has to choose what to go back to (guide step 8-2).
"""

import re
from dataclasses import replace

from plan.model import Api
from runbook.converge import api_draft, rest_api
from runbook.converge.absent import unless_absent
from runbook.converge.draft import digest, read
from signoff.procedure import Work, difference
from signoff.procedure.work import Changes

MARK = re.compile(r"draft sha256:([0-9a-f]{64})")
ANOTHER_SECOND = 1.0
"""API Gateway tells the age of deployments in whole seconds: two of one second have no order."""
NEW = "the draft as planned"
DEPLOYMENT, EARLIER = "deployment", "earlier deployment"


def converge(work: Work, api: Api) -> Changes:
    """Deploy the draft, and point the stage, where there is one already, to it.

    A first deployment is made twice, so that there is one to roll back to from the first day.
    """
    found = rest_api.find(work, api)
    id_ = found["id"] if found else None
    mark = _wanted(work, api, id_)
    wanted = {DEPLOYMENT: mark, EARLIER: True}
    have = {DEPLOYMENT: _served(work, api, id_), EARLIER: _made_before(work, id_) > 1}
    changes = difference(f"stage {api.stage}", have, wanted)
    return work.settle(changes, lambda: _deploy(work, api, rest_api.needed(work, api), mark))


def stage_of(work: Work, api: Api, id_: str | None) -> dict[str, object] | None:
    if id_ is None:
        return None
    return unless_absent(work.client("apigateway").get_stage, restApiId=id_, stageName=api.stage)


def _served(work: Work, api: Api, id_: str | None) -> str | None:
    """Return the digest of what the stage serves; a deployment made by hand has none."""
    stage = stage_of(work, api, id_)
    if stage is None:
        return None
    deployment = work.client("apigateway").get_deployment(
        restApiId=id_, deploymentId=stage["deploymentId"]
    )
    return _mark(deployment.get("description")) or f"deployment {stage['deploymentId']}"


def _wanted(work: Work, api: Api, id_: str | None) -> str:
    """Return the digest of the draft; in a rehearsal the draft may have changes before it."""
    if not work.go and api_draft.converge(replace(work, tell=lambda _: None), api):
        return NEW
    return digest(read(work, id_))


def _made_before(work: Work, id_: str | None) -> int:
    if id_ is None:
        return 0
    pages = work.client("apigateway").get_paginator("get_deployments").paginate(restApiId=id_)
    return sum(len(page.get("items", [])) for page in pages)


def _mark(description: str | None) -> str | None:
    found = MARK.search(description or "")
    return found[1] if found else None


def _deploy(work: Work, api: Api, id_: str, mark: str) -> None:
    client = work.client("apigateway")
    # Never with stageName: for a stage that exists, moto would forget all its settings.
    draft = {"restApiId": id_, "description": f"{api.name}: draft sha256:{mark}"}
    if not _made_before(work, id_):
        client.create_deployment(**draft)
        work.sleep(ANOTHER_SECOND)
    made = client.create_deployment(**draft)
    if stage_of(work, api, id_) is None:
        client.create_stage(
            restApiId=id_,
            stageName=api.stage,
            deploymentId=made["id"],
            description=api.stage_description,
            tags=dict(work.plan.tags),
        )
    else:
        client.update_stage(
            restApiId=id_,
            stageName=api.stage,
            patchOperations=[{"op": "replace", "path": "/deploymentId", "value": made["id"]}],
        )
