"""DEP-20 to DEP-26, DEP-34 and DEP-36: the API as its stage serves it, not as the console shows its draft."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from aws import desired
from aws.api import cors
from aws.api.document import ApiDocument, Method
from aws.api.integration import target
from aws.bounds import Bound, at_least, exactly, one_of, within
from aws.kinds.function import FUNCTION
from aws.kinds.rest_api import DEPLOYMENT, MORE_METHODS, REST_API, STAGE
from aws.ledgers import AUTHORIZER, DRAFT, GATEWAY_RESPONSE, ROUTE, SERVED
from aws.section import NotTestable
from aws.words import Words
from checks import unplanned_in_api
from checks.deployed import Deployed
from checks.releases import newest_of_the_stage
from checks.unplanned_in_api import barring
from plan import Plan
from signoff.environment import Environment, where
from signoff.evidence import Record, Records
from signoff.judge.checklist import expectation
from signoff.judge.decisions import ENVIRONMENT, Judge
from signoff.judge.snapshot import Snapshot

THERE = "there"
"""Remedy of an API and a stage that exist: neither leaves its usage plan."""
METHODS = Words(en="methods served", ja="公開しているメソッド数")
UNDEPLOYED = Words(en="changes that are not deployed", ja="デプロイされていない変更")
ORIGIN = Words(en="origin", ja="オリジン")
ONE_ORIGIN = Bound(
    holds=lambda origin: origin != "*",
    words=Words(en="the one origin of the front end", ja="フロントエンドのオリジンに限ること"),
)


def beyond_contract(served: ApiDocument, api: desired.Api) -> list[str]:
    """Return what is served beyond the contract; an unneeded preflight does not count, since it opens nothing."""
    planned = {*(route.id for route in api.routes), *(f"OPTIONS {path}" for path in api.paths)}
    return sorted(
        id_
        for id_, method in served.methods.items()
        if id_ not in planned and not _is_preflight(method)
    )


def stale(draft: ApiDocument, served: ApiDocument) -> list[Words]:
    """Return what a deployment would change now."""
    return [
        *_differing(Words.same, draft.methods, served.methods),
        *_differing(AUTHORIZER.named, draft.authorizers, served.authorizers),
        *_differing(GATEWAY_RESPONSE.named, draft.gateway_responses, served.gateway_responses),
    ]


def differing_from(run: Record, before: str, api: desired.Api) -> list[str]:
    """Return routes that only one of the contract and the API of that run has.

    ``before`` is the name of the run's environment. NotTestable where the run could not read its API.
    """
    if (routes := run.body.get("routes")) is None:
        raise NotTestable(
            en=f"the newest run against {before} recorded no routes",
            ja=f"{before}に対する最新の実行にルートが記録されていません",
        )
    recorded = {route for route in routes if not route.startswith("OPTIONS ")}
    return sorted(recorded ^ {route.id for route in api.routes})


def _is_preflight(method: Method) -> bool:
    mock = method.integration is not None and method.integration.kind == "MOCK"
    return method.verb == "OPTIONS" and mock


def _differing(
    name: Callable[[str], Words], entry: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[Words]:
    return (name(key) for key in sorted({*entry, *other}) if entry.get(key) != other.get(key))


@expectation("DEP-20", ja="APIが存在し、外部から到達できる")
def test_api_exists_and_can_be_reached(
    deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    api = judge.observe(deployed.rest_api(), "id", "endpoint_types", "execute_api_disabled")

    public = api.public(by_domain=bool(environment.domain))
    about = {"call": "apigateway:GetRestApis", "decidable": False, "remedy": THERE}
    judge.compare(REST_API.words, api.name, public, **about)


@expectation("DEP-20", ja="APIのリソースポリシーが利用者を拒否していない")
def test_api_turns_no_visitor_away(
    deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    api = judge.observe(deployed.rest_api(), "policy")

    judge(barring(api, snapshot))


@expectation("DEP-20", ja="ステージがメソッドを公開している")
def test_stage_serves_something(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "deployment_id")
    served, draft = deployed.served(), deployed.draft()
    judge.observe.note(served=len(served.methods), draft=len(draft.methods))

    about = {"call": SERVED, "decidable": False, "remedy": THERE}
    judge.compare(STAGE.words, stage.name, {METHODS: (len(served.methods), at_least(1))}, **about)


@expectation("DEP-21", ja="ルートが関数へのプロキシ統合である")
def test_route_is_proxied_to_a_function(
    route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    integration = judge.observe(deployed.integration(route), "kind", "http_method")

    compared = {cors.INTEGRATED: (integration.form, exactly(cors.PROXIED))}
    judge.compare(ROUTE, route.id, compared, call=SERVED, loosens=True)


@expectation("DEP-21", ja="ルートが計画にないAPIキーを要求しない")
def test_route_asks_for_no_api_key_beyond_the_plan(
    route: desired.Route, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    method = judge.observe(deployed.method(route), "api_key_required")

    allowed = one_of(*{False, plan.api.usage_plan.api_key is not None})
    about = {"call": SERVED, "decided_in": where("api_key"), "loosens": True}
    judge.compare(ROUTE, route.id, {cors.KEYED: (method.api_key_required, allowed)}, **about)


@expectation("DEP-21", ja="ルートが正しい関数につながる")
def test_route_reaches_the_right_function(
    route: desired.Route, deployed: Deployed, judge: Judge
) -> None:
    integration = judge.observe(deployed.integration(route), "uri")

    reached = target(integration.uri, deployed.stage().variables).function
    compared = {FUNCTION.words: (reached, exactly(route.function.arn))}
    judge.compare(ROUTE, route.id, compared, call=SERVED, loosens=True)


@expectation("DEP-22", ja="ステージが最新のデプロイを公開している")
def test_stage_serves_the_newest_deployment(deployed: Deployed, judge: Judge) -> None:
    stage = judge.observe(deployed.stage(), "deployment_id")
    last = newest_of_the_stage(deployed)
    judge.observe.note(newest=last, methods=len(deployed.served().methods))

    about = {"call": "apigateway:GetDeployments", "decidable": False}
    compared = {DEPLOYMENT: (stage.deployment_id, one_of(*(deployment.id for deployment in last)))}
    judge.compare(STAGE.words, stage.name, compared, **about)


@expectation("DEP-22", ja="デプロイ後に変更されていない")
def test_nothing_was_changed_since_the_deployment(deployed: Deployed, judge: Judge) -> None:
    api, changed = deployed.rest_api(), stale(deployed.draft(), deployed.served())
    judge.observe.note(methods=len(deployed.served().methods), changed=changed)

    about = {"call": DRAFT, "decidable": False}
    judge.compare(REST_API.words, api.name, {UNDEPLOYED: (changed, within(()))}, **about)


@expectation("DEP-23", ja="ルートがdevと一致する")
def test_routes_are_those_of_dev(
    deployed: Deployed, dev: Records, plan: Plan, environment: Environment, judge: Judge
) -> None:
    before = environment.before
    run = deployed.run_before(dev, before)
    judge.observe.note(run_against=before, at=run.created, routes=run.body.get("routes"))

    fact = Words(
        en=f"routes that only one of {before} and the contract has",
        ja=f"{before}とAPI仕様の一方にしかないルート",
    )
    compared = {fact: (differing_from(run, before, plan.api), within(()))}
    judge.compare(REST_API.words, plan.api.name, compared, decided_in=where("before"))


@expectation("DEP-24", ja="API仕様にないものを公開していない")
def test_nothing_beyond_the_contract_is_served(
    deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    served = deployed.served()
    judge.observe.note(served=sorted(served.methods))

    compared = {MORE_METHODS: (beyond_contract(served, plan.api), within(()))}
    judge.compare(REST_API.words, plan.api.name, compared, call=SERVED, loosens=True)


@expectation("DEP-25", ja="プリフライトが計画どおりに許可する")
def test_preflight_allows_what_was_planned(
    path: str, deployed: Deployed, plan: Plan, judge: Judge
) -> None:
    preflight = judge.observe(
        deployed.preflight(path), "authorizer", "api_key_required", "integration"
    )

    judge(cors.preflight_differences(path, preflight, plan.api))


@expectation("DEP-25", ja="本番がすべてのオリジンを許可していない")
def test_production_does_not_allow_every_origin(environment: Environment, judge: Judge) -> None:
    judge.observe(environment, "origin", "production")

    about = {"decided_in": where("origin"), "decidable": False}
    compared = {ORIGIN: (environment.origin, ONE_ORIGIN)} if environment.production else {}
    judge.compare(ENVIRONMENT, environment.name, compared, **about)


@expectation("DEP-26", ja="ゲートウェイレスポンスがオリジンを許可する")
def test_gateway_responses_allow_the_origin(deployed: Deployed, plan: Plan, judge: Judge) -> None:
    served = deployed.served()
    judge.observe.note(gateway_responses=served.gateway_responses)

    judge(cors.without_origin(served, plan.api))


@expectation("DEP-26", ja="エラーに成功のステータスを返さない")
def test_no_error_is_answered_as_something_else(deployed: Deployed, judge: Judge) -> None:
    served = deployed.served()
    judge.observe.note(
        statuses={kind: response.status for kind, response in served.gateway_responses.items()}
    )

    judge(cors.misleading_statuses(served))


@expectation("DEP-26", ja="不正なセッションに401を返す")
@pytest.mark.parametrize("kind", cors.REFUSED_SESSION)
def test_bad_session_is_answered_with_401(
    kind: str, deployed: Deployed, environment: Environment, judge: Judge
) -> None:
    status = cors.gateway_status(deployed.served(), kind)
    judge.observe.note(kind=kind, status=status)

    about = {"call": SERVED, "decided_in": environment.application.contract}
    judge.compare(GATEWAY_RESPONSE, kind, {cors.STATUS: (status, exactly("401"))}, **about)


@expectation("DEP-34", ja="APIに計画外の設定がない")
def test_nothing_unplanned_stands_in_the_api(
    deployed: Deployed, snapshot: Snapshot[Plan], judge: Judge
) -> None:
    unplanned = unplanned_in_api.of_api(deployed, snapshot)
    judge.observe.note(
        methods=len(deployed.served().methods),
        unplanned=[difference.words.en for difference in unplanned],
    )

    judge(unplanned)


@expectation("DEP-36", ja="APIに至る計画外の経路がない")
def test_nothing_else_leads_to_the_api(deployed: Deployed, judge: Judge) -> None:
    unplanned = unplanned_in_api.of_ways_in(deployed)
    judge.observe.note(usage_plans=sorted(deployed.usage_plans()), domains=deployed.api_mappings())

    judge(unplanned)
