"""What callers and users have, in one comparable value: before a rehearsal, and after it."""

from typing import Any

from runbook.converge import function_releases, rest_api
from runbook.converge.deployments import stage_of
from runbook.rollback.contents import content
from signoff.procedure import Work


def state(work: Work) -> dict[str, Any]:
    """Return versions behind aliases, the served deployment, and count and hash of every table."""
    plan = work.plan
    api = rest_api.find(work, plan.api)
    stage = stage_of(work, plan.api, api["id"] if api else None)
    return {
        "functions": {one.name: function_releases.released(work, one) for one in plan.functions},
        "deployment": stage["deploymentId"] if stage else None,
        "tables": {one.name: content(work, one).as_json() for one in plan.tables},
    }
