"""What a deployment to go back to would call in vain: functions that do not exist, or do not allow it, or are another route's."""

from collections.abc import Iterator, Mapping
from typing import Any

from aws import desired
from aws.access.callers import refusal
from aws.api.integration import InvokedFunction, target
from aws.difference import Difference, fault
from aws.kinds.function import FUNCTION
from aws.kinds.function_beside import FunctionPolicy
from aws.ledgers import ROUTE
from aws.way_back import DeploymentBack
from aws.words import Words
from checks.deployed import Deployed
from checks.invocation import INVOKED_BY, allowing, source_of, source_of_authorizer
from plan import Plan
from signoff.judge.snapshot import Snapshot

CALLED = Words(en="function that it calls", ja="呼び出す関数")
THERE = Words(en="one that exists", ja="存在するもの")
GET_DEPLOYMENT = "apigateway:GetDeployment"
A_CHOICE: Mapping[str, Any] = {"call": GET_DEPLOYMENT, "decidable": True, "loosens": True}
"""Of what a person may want an earlier deployment to serve otherwise."""


def uncallable(
    snapshot: Snapshot[Plan], deployed: Deployed, back: DeploymentBack
) -> Iterator[Difference]:
    """Yield the routes that would answer 500: their function does not exist, or does not let the API invoke it.

    What the live deployment calls as well is judged there.
    """
    variables, live = deployed.stage().variables, deployed.served().calls
    for by, uri in sorted((back.calls or {}).items() - live.items()):
        called, route = target(uri, variables), back.its(by)
        if not called.is_function:
            continue
        about = {"remedy": "allowed", "call": "lambda:GetPolicy"}
        if (policies := _policies(snapshot.plan, deployed, back, called)) is None:
            yield fault(ROUTE, route, CALLED, called.arn, THERE, **about)
        elif (source := _source(snapshot, deployed, by)) and (
            why := refusal(policies, called.arn, source, snapshot.now)
        ):
            yield fault(FUNCTION.words, called.arn, INVOKED_BY, why, allowing(by).words, **about)
        elif own := _mixed_up(snapshot.plan, by, called):
            yield fault(ROUTE, route, CALLED, called.arn, Words.same(own), **A_CHOICE)


def _mixed_up(plan: Plan, by: str, called: InvokedFunction) -> str | None:
    """Return the function that a route, or the authorizer, is planned to call, where it calls that of another route."""
    own = {route.id: route.function.arn for route in plan.api.routes}.get(by)
    if by.startswith("authorizer ") and plan.api.authorizer:
        own = plan.api.authorizer.function.arn
    others = {function.arn for function in plan.functions} - {own}
    return own if called.function in others else None


def _policies(
    plan: Plan, deployed: Deployed, back: DeploymentBack, called: InvokedFunction
) -> tuple[FunctionPolicy, ...] | None:
    """Return the policies of a function; None where it, or the alias or version that is called, does not exist."""
    functions = plan.functions
    if want := next((function for function in functions if function.arn == called.function), None):
        there = _exists(deployed, want, called.qualifier)
        return deployed.function_policies(want) if there else None
    policy = back.policies[called.arn]
    return None if policy is None else (policy,)


def _source(snapshot: Snapshot[Plan], deployed: Deployed, by: str) -> str | None:
    """Return the ARN with which API Gateway asks; None for an authorizer whose id can no longer be known."""
    api_id, environment = deployed.rest_api().id, snapshot.environment
    kind, _, name = by.partition(" ")
    if kind != "authorizer":
        return source_of(by, api_id, environment)
    drafted = deployed.draft().authorizers.get(name)
    return source_of_authorizer(drafted.id, api_id, environment) if drafted else None


def _exists(deployed: Deployed, want: desired.Function, qualifier: str) -> bool:
    aliases = (alias.name for alias in deployed.all_aliases(want))
    versions = (version.number for version in deployed.versions(want))
    return qualifier in {"", "$LATEST", *aliases, *versions}
