"""What is not planned in the API, at its stage and in front of it, as differences."""

import json
from collections.abc import Iterable, Iterator, Mapping

from aws import desired
from aws.api.document import Integration
from aws.api.unplanned import of_document
from aws.bounds import described, unset, within
from aws.difference import Difference, if_any, unallowed
from aws.kind.description import POLICY
from aws.kinds.domain import DOMAIN, MAPPINGS
from aws.kinds.rest_api import OTHER_STAGES, REST_API, MethodSetting, RestApi, Stage
from aws.kinds.usage_plan import PLAN_KEYS, PLAN_STAGES, USAGE_PLAN, UsagePlan
from aws.ledgers import DRAFT, SERVED
from aws.section import known, lookup
from aws.words import SILENCE, Words, joined
from checks.deployed import Deployed
from checks.resource_policies import open_to_all, shut_to_all
from plan import Plan
from plan.edge import AUTHORIZATION
from signoff.environment.application import Application
from signoff.judge.snapshot import Snapshot

OFF = MethodSetting()
OPEN_TO_ALL = described(
    en="a policy that allows all callers, or none",
    ja="誰の呼び出しも拒否しないポリシー、またはポリシーなし",
)


def shared_answers(
    stage: Stage, route: desired.Route, integration: Integration, app: Application
) -> list[Words]:
    """Return what decides the answer and is not in the cache key; empty if nothing is cached.

    Setting ``*/*`` caches GET only; a method's own setting caches any verb. A body is never in the
    key, so a cached POST answers all callers alike.
    """
    if not (stage.cache_enabled and _setting(stage, route).caching):
        return []
    if route.verb != "GET":
        return [Words(en="the body", ja="本文")]
    return [
        Words.same(parameter)
        for parameter in sorted({*deciding(route, app)} - {*integration.cache_key_parameters})
    ]


def deciding(route: desired.Route, app: Application) -> Iterable[str]:
    """Yield the parameters on which the answer depends, in API Gateway's spelling."""
    if route.authorized:
        yield AUTHORIZATION
    operation = app.paths[route.path][route.verb.lower()]
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "query":
            yield f"method.request.querystring.{parameter['name']}"


def _setting(stage: Stage, route: desired.Route) -> MethodSetting:
    own = stage.settings.get(f"{route.path.strip('/')}/{route.verb}")
    everything = stage.settings.get("*/*", OFF) if route.verb == "GET" else OFF
    return own or everything


def opened_by(stage: Stage, planned: Stage) -> Words:
    """Say what another stage allows, logs and caches: a decision about it covers nothing wider."""
    settings, deployed = stage.settings, stage.deployment_id
    limits = sorted(f"{at} {own.rate:g}/s" for at, own in settings.items() if own.rate is not None)
    traced = any(own.data_trace for own in settings.values())
    cached = stage.cache_enabled and any(own.caching for own in settings.values())
    shared = Words(en="the same deployment", ja="同じデプロイ")
    serves = shared if deployed == planned.deployment_id else Words.same(deployed)
    unlimited = Words(en="no throttle", ja="スロットリングなし")
    limited = Words.same(", ".join(limits)) if limits else unlimited
    logged = Words(en="bodies logged", ja="本文のログ記録") if traced else SILENCE
    kept = Words(en="answers cached", ja="応答のキャッシュ") if cached else SILENCE
    opened = joined(filter(None, (serves, limited, logged, kept)), ", ")
    return Words(en=f"{stage.name}: {opened.en}", ja=f"{stage.name}: {opened.ja}")


def of_api(deployed: Deployed, snapshot: Snapshot[Plan]) -> tuple[Difference, ...]:
    """Return what is not planned in the API, both as its stage serves it and as its draft stands."""
    api, served, draft = deployed.rest_api(), deployed.served(), deployed.draft()
    unplanned = (
        *of_document(served, api.name, SERVED),
        *of_document(draft, api.name, DRAFT),
        *unallowed(api.unplanned),
    )
    first = {(each.what, each.value.en): each for each in reversed(unplanned)}
    return tuple(
        each
        for each in reversed(first.values())
        if each.fact != POLICY or not open_to_all(each.actual, api.id, snapshot)
    )


def barring(api: RestApi, snapshot: Snapshot[Plan]) -> Iterator[Difference]:
    """Yield the difference if the resource policy of the API refuses some callers."""
    if open_to_all(api.policy, api.id, snapshot):
        return
    outage = shut_to_all(api.policy, api.id, snapshot)
    yield Difference(
        REST_API.words,
        api.name,
        POLICY,
        json.dumps(json.loads(api.policy or "{}"), sort_keys=True),
        OPEN_TO_ALL,
        call="apigateway:GetRestApis",
        loosens=True,
        decidable=not outage,
        stops_calls=outage,
    )


def of_stage(deployed: Deployed) -> tuple[Difference, ...]:
    """Return what is not planned at the stage, and the other stages of the API.

    Each stage is a way in of its own, which has no throttle, log or alarm unless it is given one.
    """
    api, stage = deployed.rest_api(), deployed.stage()
    others = {name: other for name, other in deployed.stages().items() if name != stage.name}
    terms = joined(opened_by(known(other), stage) for _, other in sorted(others.items()))
    about = {"call": "apigateway:GetStages", "loosens": True, "terms": terms}
    staged = if_any(REST_API.words, api.name, OTHER_STAGES, sorted(others), within(()), **about)
    return (*staged, *unallowed(stage.unplanned))


def of_ways_in(deployed: Deployed) -> tuple[Difference, ...]:
    """Return the custom domains, usage plans and their keys that lead to our API and are not the planned ones."""
    api, planned = deployed.rest_api(), deployed.plan.api.usage_plan.name
    plans = {
        name: {s + _limit(plan): s for s in plan.stages if s.startswith(f"{api.id}:")}
        for name, plan in deployed.usage_plans().items()
        if name != planned
    }
    mapped = {
        name: {f"/{each.path} -> {each.stage}": each.path for each in paths}
        for name, paths in deployed.api_mappings().items()
    }
    ids = {name: plan.id for name, plan in deployed.usage_plans().items()}
    further = _further_keys(deployed)
    return (
        *_leading(DOMAIN.words, MAPPINGS, mapped, {}, "apigateway:GetBasePathMappings"),
        *_leading(USAGE_PLAN.words, PLAN_STAGES, plans, ids, "apigateway:GetUsagePlans"),
        *_leading(USAGE_PLAN.words, PLAN_KEYS, further, ids, "apigateway:GetUsagePlanKeys"),
    )


def _limit(plan: UsagePlan) -> str:
    """Say how much a usage plan lets through, unless that is anything: a decision about it covers nothing wider."""
    most = max(rate or 0 for rate in (plan.rate, *(own.rate for own in plan.own_limits)))
    return "" if plan.rate is None else f" {most:g}/s"


def _further_keys(deployed: Deployed) -> dict[str, dict[str, str]]:
    """Return the other keys of the planned usage plan; SEC-31 says if the planned key is missing."""
    want = deployed.plan.api.usage_plan
    planned = lookup(deployed.sections.api_keys, want.api_key) if want.api_key else None
    plan = deployed.usage_plans().get(want.name)
    if planned is None or plan is None or planned.id not in plan.keys:
        return {}
    return {plan.name: {key: key for key in plan.keys if key != planned.id}}


def _leading(
    kind: Words,
    fact: Words,
    leads: Mapping[str, Mapping[str, str]],
    ids: Mapping[str, str],
    call: str,
) -> Iterator[Difference]:
    """Yield the places that each resource leads to: what is shown of a place -> by what a call takes it."""
    for name, places in sorted(leads.items()):
        about = {"ids": tuple(sorted(places.values())), "id": ids.get(name, ""), "loosens": True}
        yield from if_any(kind, name, fact, frozenset(places), unset(), call=call, **about)
