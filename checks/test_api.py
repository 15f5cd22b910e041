"""DEP-20 to DEP-33: the API as its stage serves it, not as the console shows its draft."""

import pytest

from checks.access_log import group_of, telling
from checks.caching import shared_answers
from checks.cors import gateway_status, preflight_flaws, without_origin
from checks.invocation import target
from checks.routes import PROXY, behind, beyond, dev_export, differing_from, stale
from checks.tagging import tagged
from signoff.checklist import expectation


@expectation("DEP-20")
def test_api_exists_and_can_be_reached(deployed, environment, observe):
    api = observe(deployed.rest_api(), "id", "endpoint_types", "execute_api_disabled")

    assert "PRIVATE" not in api.endpoint_types, f"{api.name} is reached from a VPC only"
    closed = api.execute_api_disabled and not environment.domain
    assert not closed, f"{api.name} has neither its own address nor a custom domain"


@expectation("DEP-20")
def test_stage_serves_something(deployed, observe):
    stage = observe(deployed.stage(), "deployment_id")
    served, draft = deployed.served(), deployed.draft()
    observe.note(served=len(served.methods), draft=len(draft.methods))

    assert served.methods, f"stage {stage.name} serves no method"


@expectation("DEP-21")
def test_route_is_proxied_to_a_function(route, deployed, observe):
    integration = observe(deployed.integration(route), "kind", "http_method")

    assert behind(integration) == (PROXY, "POST"), f"{route.id}: {' by '.join(behind(integration))}"


@expectation("DEP-21")
def test_route_reaches_the_right_function(route, deployed, observe):
    integration = observe(deployed.integration(route), "uri")

    reached = target(integration.uri, deployed.stage().variables).function
    assert reached == route.function.arn, f"{route.id} reaches {reached}"


@expectation("DEP-22")
def test_stage_serves_the_newest_deployment(deployed, observe):
    stage = observe(deployed.stage(), "deployment_id")
    newest = observe(deployed.deployments()[0], "id", "created")

    serves = stage.deployment_id
    assert serves == newest.id, f"{stage.name} serves {serves}, the newest is {newest.id}"


@expectation("DEP-22")
def test_nothing_was_changed_since_the_deployment(deployed, observe):
    changed = stale(deployed.draft(), deployed.served())
    observe.note(methods=len(deployed.served().methods), changed=changed)

    assert not changed, f"changed but not deployed: {', '.join(changed)}"


@expectation("DEP-23")
def test_routes_are_those_of_dev(dev, plan, observe):
    export = dev_export(dev)
    observe.note(dev=export.body["routes"] if export else "no export of dev is recorded")

    more = differing_from(export, plan.api)
    assert not more, f"only one of dev and the contract has {', '.join(more)}"


@expectation("DEP-24")
def test_nothing_beyond_the_contract_is_served(deployed, plan, observe):
    served = deployed.served()
    observe.note(served=sorted(served.methods))

    more = beyond(served, plan.api)
    assert not more, f"served beyond the contract: {', '.join(more)}"


@expectation("DEP-25")
def test_preflight_allows_what_was_planned(path, deployed, plan, observe):
    preflight = observe(deployed.preflight(path), "authorizer", "api_key_required", "integration")

    flaws = preflight_flaws(preflight, plan.api.cors)
    assert not flaws, f"OPTIONS {path}: {'; '.join(flaws)}"


@expectation("DEP-25")
def test_production_does_not_allow_every_origin(environment, observe):
    observe(environment, "origin", "production")

    assert not (environment.production and environment.origin == "*"), "every origin is allowed"


@expectation("DEP-26")
def test_gateway_responses_allow_the_origin(deployed, plan, observe):
    served = deployed.served()
    observe.note(gateway_responses=served.gateway_responses)

    closed = without_origin(served, plan.api)
    shown = ", ".join(f"{kind} allows {origin}" for kind, origin in closed.items())
    assert not closed, f"gateway responses: {shown}"


@expectation("DEP-26")
@pytest.mark.parametrize("kind", ["ACCESS_DENIED", "UNAUTHORIZED"])
def test_bad_session_is_answered_with_401(kind, deployed, observe):
    status = gateway_status(deployed.served(), kind)
    observe.note(kind=kind, status=status)

    assert status == "401", f"{kind} is answered with {status}"


@expectation("DEP-27")
def test_answer_is_never_cached_for_somebody_else(route, deployed, observe):
    stage = observe(deployed.stage(), "cache_enabled", "settings")
    integration = observe(deployed.integration(route), "cache_key_parameters")

    shared = shared_answers(stage, route, integration)
    assert not shared, f"{route.id} is cached, whatever {' and '.join(shared)} may be"


@expectation("DEP-28")
def test_alias_sends_every_call_to_one_version(function, deployed, observe):
    alias = observe(deployed.alias(function), "version", "weights")

    shares = ", ".join(f"{share:.0%} to version {n}" for n, share in alias.weights.items())
    assert not alias.weights, f"{alias.arn} sends {shares}"


@expectation("DEP-28")
def test_stage_has_no_canary(deployed, observe):
    stage = observe(deployed.stage(), "canary_percent")

    assert stage.canary_percent is None, f"{stage.canary_percent} % go to a canary of {stage.name}"


@expectation("DEP-29")
def test_access_is_logged_where_planned(deployed, plan, observe):
    stage = observe(deployed.stage(), "access_log_arn")

    group = group_of(stage.access_log_arn)
    assert group == plan.api.access_log_group, f"{stage.name} logs to {group or 'nowhere'}"


@expectation("DEP-29")
def test_access_log_tells_nothing_private(deployed, observe):
    stage = observe(deployed.stage(), "access_log_format")

    private = telling(stage.access_log_format)
    assert not private, f"{stage.name} logs {', '.join(private)}"


@expectation("DEP-29")
def test_api_gateway_has_a_role_for_logs(deployed, observe):
    account = observe(deployed.gateway_account(), "log_role_arn")

    assert account.log_role_arn, "API Gateway has no role to write logs with in this Region"


@expectation("DEP-30")
def test_bodies_of_requests_are_not_logged(deployed, observe):
    stage = observe(deployed.stage(), "settings")

    traced = [key for key, setting in stage.settings.items() if setting.data_trace]
    assert not traced, f"{stage.name} logs the bodies of {', '.join(traced)}"


@expectation("DEP-31")
def test_requests_are_traced(deployed, observe):
    stage = observe(deployed.stage(), "tracing")

    assert stage.tracing, f"tracing of {stage.name} is off"


@expectation("DEP-32")
def test_api_and_stage_are_tagged(deployed, plan, observe):
    api, stage = observe(deployed.rest_api(), "tags"), observe(deployed.stage(), "tags")

    there = [tagged(one.tags, plan.tags) for one in (api, stage)]
    assert there == [plan.tags, plan.tags], f"API and stage are tagged {there}"


@expectation("DEP-32")
def test_function_is_tagged(function, deployed, plan, observe):
    found = observe(deployed.function(function), "tags")

    there = tagged(found.tags, plan.tags)
    assert there == plan.tags, f"{found.name} is tagged {there}"


@expectation("DEP-33")
def test_stage_says_what_it_is(deployed, plan, observe):
    stage = observe(deployed.stage(), "description")

    assert stage.description == plan.api.stage_description, f"it says “{stage.description}”"
