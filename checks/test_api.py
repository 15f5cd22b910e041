"""DEP-20 to DEP-26, DEP-34 and DEP-36: the API as its stage serves it, not as the console shows its draft."""

import pytest

from aws import desired
from aws.bounds import within
from aws.difference import differences
from aws.ledgers.apigateway import REST_API
from aws.words import Words
from checks import api_surplus
from checks.cors import (
    gateway_status,
    preflight_differences,
    preflight_flaws,
    without_origin,
)
from checks.deployed import Deployed
from checks.invocation import target
from checks.outsiders import open_to_all
from checks.releases import ids, newest
from checks.routes import PROXY, behind, beyond, dev_export, differing_from, stale
from plan import Plan
from signoff.checklist import expectation
from signoff.decisions import Decided
from signoff.environment import Environment
from signoff.evidence import Records
from signoff.observations import Observations

MORE = Words(en="methods beyond the contract", ja="契約にないメソッド")


@expectation("DEP-20", ja="APIが存在し、外部から到達できる")
def test_api_exists_and_can_be_reached(
    deployed: Deployed, environment: Environment, observe: Observations
) -> None:
    api = observe(deployed.rest_api(), "id", "endpoint_types", "execute_api_disabled")

    assert "PRIVATE" not in api.endpoint_types, f"{api.name} is reached from a VPC only"
    closed = api.execute_api_disabled and not environment.domain
    assert not closed, f"{api.name} has neither its own address nor a custom domain"


@expectation("DEP-20", ja="APIのリソースポリシーが利用者を拒否していない")
def test_api_turns_no_visitor_away(deployed: Deployed, observe: Observations) -> None:
    api = observe(deployed.rest_api(), "policy")

    assert open_to_all(api.policy), f"{api.name} has a resource policy that bars some callers"


@expectation("DEP-20", ja="ステージがメソッドを公開している")
def test_stage_serves_something(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "deployment_id")
    served, draft = deployed.served(), deployed.draft()
    observe.note(served=len(served.methods), draft=len(draft.methods))

    assert served.methods, f"stage {stage.name} serves no method"


@expectation("DEP-21", ja="ルートが関数へのプロキシ統合である")
def test_route_is_proxied_to_a_function(
    route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    integration = observe(deployed.integration(route), "kind", "http_method")

    assert behind(integration) == (PROXY, "POST"), f"{route.id}: {' by '.join(behind(integration))}"


@expectation("DEP-21", ja="ルートが正しい関数につながる")
def test_route_reaches_the_right_function(
    route: desired.Route, deployed: Deployed, observe: Observations
) -> None:
    integration = observe(deployed.integration(route), "uri")

    reached = target(integration.uri, deployed.stage().variables).function
    assert reached == route.function.arn, f"{route.id} reaches {reached}"


@expectation("DEP-22", ja="ステージが最新のデプロイを公開している")
def test_stage_serves_the_newest_deployment(deployed: Deployed, observe: Observations) -> None:
    stage = observe(deployed.stage(), "deployment_id")
    last = newest(deployed.deployments())
    observe.note(newest=last)

    serves = stage.deployment_id
    assert serves in {one.id for one in last}, (
        f"{stage.name} serves {serves}, the newest is {ids(last)}"
    )


@expectation("DEP-22", ja="デプロイ後に変更されていない")
def test_nothing_was_changed_since_the_deployment(
    deployed: Deployed, observe: Observations
) -> None:
    changed = stale(deployed.draft(), deployed.served())
    observe.note(methods=len(deployed.served().methods), changed=changed)

    assert not changed, f"changed but not deployed: {', '.join(changed)}"


@expectation("DEP-23", ja="ルートがdevと一致する")
def test_routes_are_those_of_dev(dev: Records, plan: Plan, observe: Observations) -> None:
    export = dev_export(dev)
    observe.note(dev=export.body["routes"] if export else "no export of dev is recorded")

    more = differing_from(export, plan.api)
    assert not more, f"only one of dev and the contract has {', '.join(more)}"


@expectation("DEP-24", ja="契約にないものを公開していない")
def test_nothing_beyond_the_contract_is_served(
    deployed: Deployed, plan: Plan, decided: Decided, observe: Observations
) -> None:
    served = deployed.served()
    observe.note(served=sorted(served.methods))

    facts, none = {MORE: beyond(served, plan.api)}, {MORE: within(())}
    about = {"call": api_surplus.SERVED, "loosens": True}
    decided(differences(REST_API, plan.api.name, facts, none, **about), observe)


@expectation("DEP-25", ja="プリフライトが計画どおりに許可する")
def test_preflight_allows_what_was_planned(
    path: str, deployed: Deployed, plan: Plan, decided: Decided, observe: Observations
) -> None:
    preflight = observe(deployed.preflight(path), "authorizer", "api_key_required", "integration")

    flaws = preflight_flaws(preflight)
    assert not flaws, f"OPTIONS {path}: {'; '.join(flaws)}"
    decided(preflight_differences(path, preflight, plan.api), observe)


@expectation("DEP-25", ja="本番がすべてのオリジンを許可していない")
def test_production_does_not_allow_every_origin(
    environment: Environment, observe: Observations
) -> None:
    observe(environment, "origin", "production")

    assert not (environment.production and environment.origin == "*"), "every origin is allowed"


@expectation("DEP-26", ja="ゲートウェイレスポンスがオリジンを許可する")
def test_gateway_responses_allow_the_origin(
    deployed: Deployed, plan: Plan, observe: Observations
) -> None:
    served = deployed.served()
    observe.note(gateway_responses=served.gateway_responses)

    closed = without_origin(served, plan.api)
    shown = ", ".join(f"{kind} allows {origin}" for kind, origin in closed.items())
    assert not closed, f"gateway responses: {shown}"


@expectation("DEP-26", ja="不正なセッションに401を返す")
@pytest.mark.parametrize("kind", ["ACCESS_DENIED", "UNAUTHORIZED"])
def test_bad_session_is_answered_with_401(
    kind: str, deployed: Deployed, observe: Observations
) -> None:
    status = gateway_status(deployed.served(), kind)
    observe.note(kind=kind, status=status)

    assert status == "401", f"{kind} is answered with {status}"


@expectation("DEP-34", ja="APIに計画外の設定がない")
def test_nothing_unplanned_stands_in_the_api(
    deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = api_surplus.of_api(deployed)
    observe.note(methods=len(deployed.served().methods), unplanned=[one.words.en for one in found])

    decided(found, observe)


@expectation("DEP-36", ja="APIに至る計画外の経路がない")
def test_nothing_else_leads_to_the_api(
    deployed: Deployed, decided: Decided, observe: Observations
) -> None:
    found = api_surplus.of_ways_in(deployed)
    observe.note(usage_plans=sorted(deployed.usage_plans()), domains=deployed.api_mappings())

    decided(found, observe)
