"""What a deployment to go back to would call in vain: functions that do not exist or do not allow it, or what is not the route's own."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aws import desired
from aws.access.callers import invocation
from aws.api.document import authorizer_in
from aws.api.integration import InvokedFunction, target
from aws.difference import Difference, fault
from aws.kinds.function_invocation import FunctionPolicy
from aws.ledgers import ROUTE
from aws.way_back import DeploymentBack
from aws.words import Words
from checks.deployed import Deployed, answering
from checks.invocation import unless_allowed
from plan import Plan
from plan.edge import source_of, source_of_authorizer
from signoff.judge.snapshot import Snapshot

CALLED = Words(en="function that it calls", ja="呼び出す関数")
THERE = Words(en="one that exists", ja="存在するもの")
GET_DEPLOYMENT = "apigateway:GetDeployment"
A_CHOICE: Mapping[str, Any] = {"call": GET_DEPLOYMENT, "decidable": True, "loosens": True}
"""Of what a person may want an earlier deployment to serve otherwise."""


def uncallable(
    snapshot: Snapshot[Plan], deployed: Deployed, back: DeploymentBack
) -> Iterator[Difference]:
    """Yield the routes that another address would answer, or none, or their function with 500: it is gone, or refuses the API.

    What the live deployment calls as well is judged there.
    """
    variables, live = deployed.stage().variables, deployed.served().calls
    calls = live if back.calls is None else back.calls
    for planned in snapshot.plan.api.routes:
        serving = answering(planned.id, back.authorization or {}) and answering(planned.id, live)
        if serving and answering(planned.id, calls) is None:
            yield _otherwise(back, planned.id, None, planned.function.arn)
    for by, uri in sorted(calls.items() - live.items()):
        called, route = target(uri, variables), back.its(by)
        own = _planned(snapshot.plan, by)
        if own and _holder(own) != _holder(called.function):
            yield _otherwise(back, by, called.arn, own)
            continue
        if not called.is_function:
            continue
        about = {"remedy": "allowed", "call": "lambda:GetPolicy"}
        if (policies := _policies(snapshot.plan, deployed, back, called)) is None:
            yield fault(ROUTE, route, CALLED, called.arn, THERE, **about)
        elif (source := _source(snapshot, deployed, by)) and (
            refused := unless_allowed(
                invocation(policies, called.arn, source, snapshot.now), called.arn, by
            )
        ):
            yield from (replace(each, remedy="allowed", stops_calls=False) for each in refused)
        elif own and called.function in {each.arn for each in snapshot.plan.functions} - {own}:
            yield _otherwise(back, by, called.arn, own)


def _planned(plan: Plan, by: str) -> str | None:
    """Return the function that a route, or the authorizer, is planned to call."""
    if authorizer_in(by) and plan.api.authorizer:
        return plan.api.authorizer.function.arn
    return {route.id: route.function.arn for route in plan.api.routes}.get(by)


def _holder(function: str) -> str:
    """Return the account and Region of a function, as its ARN begins; what is no function has none of ours."""
    return function.rpartition(":")[0]


def _otherwise(back: DeploymentBack, by: str, called: str | None, own: str) -> Difference:
    return fault(ROUTE, back.its(by), CALLED, called, Words.same(own), **A_CHOICE)


def _policies(
    plan: Plan, deployed: Deployed, back: DeploymentBack, called: InvokedFunction
) -> tuple[FunctionPolicy, ...] | None:
    """Return the policies of a function; None where it, or the alias or version that is called, does not exist."""
    functions = plan.functions
    if want := next((function for function in functions if function.arn == called.function), None):
        there = _exists(deployed, want, called.qualifier)
        return deployed.function_policies(want) if there else None
    policy = back.policies.get(called.arn)
    return None if policy is None else (policy,)


def _source(snapshot: Snapshot[Plan], deployed: Deployed, by: str) -> str | None:
    """Return the ARN with which API Gateway asks; None for an authorizer whose id can no longer be known."""
    api_id, environment = deployed.rest_api().id, snapshot.environment
    if (name := authorizer_in(by)) is None:
        return source_of(by, api_id, environment)
    drafted = deployed.draft().authorizers.get(name)
    return source_of_authorizer(drafted.id, api_id, environment) if drafted else None


def _exists(deployed: Deployed, want: desired.Function, qualifier: str) -> bool:
    aliases = (alias.name for alias in deployed.all_aliases(want))
    versions = (version.number for version in deployed.versions(want))
    return qualifier in {"", "$LATEST", *aliases, *versions}
