"""What callers and users have, in one comparable value of JSON: before a rehearsal, and after it."""

from collections.abc import Mapping
from typing import Any

from runbook.converge import function_releases, rest_api
from runbook.converge.deployments import stage_of
from runbook.engine import StepContext
from runbook.rollback.contents import content
from runbook.rollback.history import deployments
from runbook.rollback.versions import PART, live, published


def state(context: StepContext) -> dict[str, Any]:
    """Return what the aliases and the stage serve, what they could go back to, and every table's content.

    What could be gone back to counts: a bad version or deployment that is left behind is the next
    target of somebody's rollback.
    """
    plan = context.plan
    api = rest_api.find(context, plan.api)
    id_ = api["id"] if api else None
    stage = stage_of(context, plan.api, id_)
    return {
        "functions": {one.name: function_releases.released(context, one) for one in plan.functions},
        "versions": {one.name: list(published(context, one)) for one in plan.functions},
        "deployment": stage["deploymentId"] if stage else None,
        "deployments": sorted(str(one["id"]) for one in deployments(context, id_)) if id_ else [],
        "tables": {one.name: content(context, one).as_json() for one in plan.tables},
    }


def served(context: StepContext, part: str) -> dict[str, Any]:
    """Return what callers get now, in the terms in which a rollback of this part records it."""
    plan = context.plan
    if part == PART:
        return live(context, plan.functions)
    api = rest_api.find(context, plan.api)
    stage = stage_of(context, plan.api, api["id"] if api else None)
    return {"deployment": stage["deploymentId"]} if stage else {}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Name what is not as it was; empty where all is."""
    return ", ".join(name for name, value in before.items() if after.get(name) != value)
