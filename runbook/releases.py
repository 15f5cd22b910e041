"""The release record: what was put live, which checks compare and rollbacks go back to."""

from typing import Any

from aws.change import Changes
from aws.converge import alias, rest_api
from aws.converge.deployment import stage_of
from runbook.engine import Change, StepContext

KIND = "release"
AS_DEPLOYED = "as it is deployed then"


def converge(context: StepContext) -> Changes:
    """Leave a record of what the aliases and the stage serve, where the newest one says otherwise.

    In a rehearsal nobody knows yet which versions there will be, if functions are still to be made.
    """
    found, live = context.recorded(KIND), _live(context)
    if found == live and found is not None:
        return ()
    after = live if all(live["functions"].values()) else AS_DEPLOYED
    change = Change("evidence", KIND, dict(found) if found else None, after)
    return context.settle((change,), lambda: context.record(KIND, live))


def _live(context: StepContext) -> dict[str, Any]:
    """Read the body: function name -> version and CodeSha256; ids of the API, None before it."""
    plan = context.plan
    functions = {one.name: alias.released(context, one) for one in plan.functions}
    api = rest_api.find(context, plan.api)
    stage = stage_of(context, plan.api, api["id"] if api else None)
    return {
        "functions": functions,
        "api": api["id"] if api else None,
        "stage": plan.api.stage,
        "deployment": stage["deploymentId"] if stage else None,
    }
