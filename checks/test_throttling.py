"""SEC-30 to SEC-35: nobody calls more often than decided, and nobody without a session."""

from aws import desired
from aws.inventory import Sections
from checks.deployed import Deployed
from checks.guarding import authorizers, settings
from checks.throttling import (
    api_key,
    asking_for_key,
    limits_text,
    met,
    plan_limits,
    planned_limits,
    wider,
    within,
)
from plan import Plan
from signoff.checklist import expectation
from signoff.environment import Environment
from signoff.observations import Observations


@expectation("SEC-30")
def test_usage_plan_has_the_decided_limits(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    usage = observe(deployed.usage_plan(), "rate", "burst", "quota", "period")

    limits = plan_limits(usage)
    assert limits == planned_limits(plan.api.usage_plan), f"{usage.name} has {limits_text(limits)}"


@expectation("SEC-30")
def test_usage_plan_is_no_wider_on_any_method(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    usage = observe(deployed.usage_plan(), "own_limits")

    more = wider(usage, plan.api.usage_plan)
    assert not more, f"{usage.name} lets through {'; '.join(more)}"


@expectation("SEC-30")
def test_usage_plan_is_on_the_stage(deployed: Deployed, plan: Plan, observe: Observations) -> None:
    usage = observe(deployed.usage_plan(), "stages")
    stage = f"{deployed.rest_api().id}:{plan.api.stage}"
    observe.note(stage=stage, bound=asking_for_key(deployed.served()))

    assert stage in usage.stages, f"{usage.name} is on {', '.join(usage.stages) or 'no stage'}"


@expectation("SEC-31")
def test_api_key_is_enabled(plan: Plan, found: Sections, observe: Observations) -> None:
    key = observe(api_key(plan.api.usage_plan, found), "enabled")

    assert key.enabled, f"{key.name} is disabled"


@expectation("SEC-31")
def test_api_key_is_in_the_usage_plan(
    deployed: Deployed, plan: Plan, found: Sections, observe: Observations
) -> None:
    key = observe(api_key(plan.api.usage_plan, found), "id")
    usage = observe(deployed.usage_plan(), "keys")

    assert key.id in usage.keys, f"{key.name} is not in {usage.name}"


@expectation("SEC-31")
def test_route_asks_for_an_api_key(
    route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    method = observe(deployed.method(route), "api_key_required")

    assert method.api_key_required, f"{route.id} is answered without an API key"


@expectation("SEC-32")
def test_anonymous_callers_of_a_route_are_throttled(
    route: desired.Route, deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    limits = met(deployed.stage(), deployed.gateway_account(), route.verb, route.path)
    observe.note(route=route.id, rate=limits.rate, burst=limits.burst)

    assert within(limits, environment.throttle), f"{route.id} lets {limits} through"


@expectation("SEC-32")
def test_anonymous_preflights_are_throttled(
    path: str, deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    limits = met(deployed.stage(), deployed.gateway_account(), "OPTIONS", path)
    observe.note(preflight=path, rate=limits.rate, burst=limits.burst)

    assert within(limits, environment.throttle), f"OPTIONS {path} lets {limits} through"


@expectation("SEC-34")
def test_route_asks_an_authorizer(
    guarded_route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    method = observe(deployed.method(guarded_route), "authorizer")
    known = deployed.served().authorizers

    asked = method.authorizer or "nobody"
    assert asked in known, f"{guarded_route.id} asks {asked} for a session"


@expectation("SEC-34")
def test_login_asks_for_no_session(
    open_route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    method = observe(deployed.method(open_route), "authorizer")

    assert method.authorizer is None, f"{open_route.id} asks {method.authorizer} for a session"


@expectation("SEC-35")
def test_authorizer_asks_the_auth_function(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    want = plan.api.authorizer
    asked = authorizers(deployed, want)
    observe.note(authorizers=asked)

    other = [one for one in asked if settings(one) != settings(want)]
    shown = "; ".join(f"{one.name} has {limits_text(settings(one))}" for one in other)
    assert not other, shown
