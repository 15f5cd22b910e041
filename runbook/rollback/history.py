"""The deployment history of the API: which one is served, which one to go back to, what that changes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import Changes
from runbook.converge import rest_api
from runbook.converge.deployments import stage_of
from runbook.engine import Change, Refused, StepContext, difference
from runbook.rollback.barred import Barred, barred
from runbook.rollback.taken import begun

PART = "api"
LISTED = 5
"""Deployments that are named to somebody who has to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The stage, and the deployments that it leaves and goes to, as API Gateway describes them."""

    api_id: str
    stage: str
    live: Mapping[str, Any]
    target: Mapping[str, Any]
    barred: tuple[Barred, ...] | None
    """Functions of the target that the API may not invoke; None where nobody knows what it calls."""

    def changes(self) -> Changes:
        """Return the deployment, and the methods that callers lose: those are asked about."""
        name = f"stage {self.stage}"
        moved = difference(name, _shown(self.live), _shown(self.target))
        lost = sorted(_methods(self.live) - _methods(self.target)) if self.told else []
        gone = tuple(Change(name, method, "served", None, destroys=True) for method in lost)
        failing = tuple(
            Change(name, route, "served", "500", destroys=True)
            for one in self.barred or ()
            for route in one.routes
        )
        return moved + gone + failing if moved else ()

    @property
    def told(self) -> bool:
        """Whether API Gateway tells what both deployments serve."""
        return "apiSummary" in self.live and "apiSummary" in self.target


def move(context: StepContext) -> Move:
    """Return the move to the deployment that was named, or to the one before; Refused where none."""
    api = context.plan.api
    found = rest_api.find(context, api)
    stage = stage_of(context, api, found["id"] if found else None)
    if found is None or stage is None:
        raise Refused(
            f"stage {api.stage} of {api.name} does not exist: there is nothing to go back from"
        )
    id_, live = str(found["id"]), str(stage["deploymentId"])
    target = _described(context, id_, _target(context, live, deployments(context, id_)))
    return Move(
        api_id=id_,
        stage=api.stage,
        live=_described(context, id_, live),
        target=target,
        barred=() if target["id"] == live else barred(context, id_, api.stage, target),
    )


def _target(context: StepContext, live: str, listed: tuple[Mapping[str, Any], ...]) -> str:
    there = [str(one["id"]) for one in listed]
    if named := context.chosen.get("to"):
        if named not in there:
            raise Refused(f"there is no deployment {named}; the newest are {_told(listed)}")
        return named
    if going := begun(context, PART, {"deployment": live}):
        return str(going["deployment"])
    recorded = (release.get("deployment") for release in context.history("release"))
    candidates = [*(str(one) for one in recorded if one), *_before(live, listed)]
    for one in candidates:
        if one in there and one != live:
            return one
    raise Refused(
        f"deployment {live} is the only one: deploy a good draft by `python -m runbook api --env"
        f" {context.environment.name} --go`"
    )


def _before(live: str, newest_first: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """Yield what was deployed before, and in the same second: API Gateway tells no finer."""
    served = [one["createdDate"] for one in newest_first if one["id"] == live]
    for one in newest_first:
        if not served or one["createdDate"] <= served[0]:
            yield str(one["id"])


def deployments(context: StepContext, api_id: str) -> tuple[Mapping[str, Any], ...]:
    """Return the deployments that there are, newest first."""
    pages = context.client("apigateway").get_paginator("get_deployments").paginate(restApiId=api_id)
    found = [one for page in pages for one in page.get("items", [])]
    return tuple(sorted(found, key=lambda one: one["createdDate"], reverse=True))


def _described(context: StepContext, api_id: str, deployment: str) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = context.client("apigateway").get_deployment(
        restApiId=api_id, deploymentId=deployment, embed=["apisummary"]
    )
    return answer


def _shown(deployment: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "deployment": deployment["id"],
        "deployed": f"{deployment['createdDate']:%Y-%m-%dT%H:%M:%SZ}",
        "description": deployment.get("description"),
    }


def _methods(deployment: Mapping[str, Any]) -> set[str]:
    summary = deployment["apiSummary"]
    return {f"{verb} {path}" for path, verbs in summary.items() for verb in verbs}


def _told(listed: Iterable[Mapping[str, Any]]) -> str:
    newest = list(listed)[:LISTED]
    return ", ".join(f"{one['id']} ({one['createdDate']:%Y-%m-%d %H:%M})" for one in newest)
