"""The usage plan and its API key (guide step 2-4). They bind only callers who show a key."""

from collections.abc import Callable, Mapping
from typing import Any

from aws.bounds import between
from aws.change import (
    Change,
    ChangeContext,
    Changes,
    MissingPrerequisite,
    difference,
    unless_absent,
)
from aws.converge import rest_api
from aws.converge.deployment import stage_of
from aws.desired import Api, UsagePlan
from aws.words import Words

PATHS = {
    "rate": "/throttle/rateLimit",
    "burst": "/throttle/burstLimit",
    "quota": "/quota/limit",
    "period": "/quota/period",
}


def converge(context: ChangeContext, api: Api) -> Changes:
    """Create the plan or bring its limits to ours, put the stage under it, and the key into it."""
    id_ = rest_api.needed(context, api)
    context.needs(
        id_ != rest_api.UNKNOWN_ID and stage_of(context, api, id_),
        MissingPrerequisite(
            "stage",
            Words(
                en=f"stage {api.stage} of {api.name} does not exist, and a usage plan names it",
                ja=f"{api.name}のステージ{api.stage}が存在せず、使用量プランから参照されています",
            ),
        ),
    )
    found = _find(context, "get_usage_plans", api.usage_plan.name)
    have = _found(found, api, id_)
    changes = difference(_name(api.usage_plan), have, _wanted(api, have or {}))
    made = context.settle(changes, lambda: _apply(context, api, id_, found, changes))
    return made + _own_limits(context, api, id_, found) + _key(context, api)


def _own_limits(
    context: ChangeContext, api: Api, id_: str, found: Mapping[str, Any] | None
) -> Changes:
    """Raise what the plan allows on single methods of the stage, where that has no room for the target."""
    stages = {(one["apiId"], one["stage"]): one for one in (found or {}).get("apiStages") or ()}
    own: Mapping[str, Any] = stages.get((id_, api.stage), {}).get("throttle") or {}
    made: Changes = ()
    for method, limits in own.items():
        path, _, verb = method.rpartition("/")
        least, rate = api.least_rates.get(f"{verb} {path}"), _number(limits.get("rateLimit"))
        if found is None or least is None or rate is None or rate >= least:
            continue
        where = f"/apiStages/{id_}:{api.stage}/throttle/{path.replace('/', '~1')}/{verb}/rateLimit"
        patch = [{"op": "replace", "path": where, "value": f"{least:g}"}]
        narrow = (Change(_name(api.usage_plan), f"rate of {verb} {path}", rate, least),)
        made += context.settle(narrow, _patched(context, found["id"], patch))
    return made


def _patched(context: ChangeContext, plan: str, patch: list[dict[str, str]]) -> Callable[[], Any]:
    client = context.client("apigateway")
    return lambda: client.update_usage_plan(usagePlanId=plan, patchOperations=patch)


def _wanted(api: Api, have: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to set: a narrower limit that somebody chose stays, while it has room for the target."""
    plan = api.usage_plan
    return {
        "rate": between(plan.least_rate, float(plan.rate)).keeping(have.get("rate")),
        "burst": between(1, plan.burst).keeping(have.get("burst")),
        "quota": between(1, plan.daily_quota).keeping(have.get("quota")),
        "period": "DAY",
        "stage": f"{api.name}:{api.stage}",
    }


def _found(found: Mapping[str, Any] | None, api: Api, id_: str) -> dict[str, Any] | None:
    if found is None:
        return None
    throttle, quota = found.get("throttle") or {}, found.get("quota") or {}
    stages = {(one["apiId"], one["stage"]) for one in found.get("apiStages") or ()}
    return {
        "rate": _number(throttle.get("rateLimit")),
        "burst": _number(throttle.get("burstLimit")),
        "quota": _number(quota.get("limit")),
        "period": quota.get("period"),
        "stage": f"{api.name}:{api.stage}" if (id_, api.stage) in stages else None,
    }


def _number(value: Any) -> float | None:
    """After an update, moto answers text where AWS answers a number."""
    return None if value is None else float(value)


def _apply(
    context: ChangeContext, api: Api, id_: str, found: Mapping[str, Any] | None, changes: Changes
) -> None:
    client, plan = context.client("apigateway"), api.usage_plan
    if found is None:
        client.create_usage_plan(
            name=plan.name,
            throttle={"rateLimit": float(plan.rate), "burstLimit": plan.burst},
            quota={"limit": plan.daily_quota, "period": "DAY"},
            apiStages=[{"apiId": id_, "stage": api.stage}],
            tags=dict(api.tags),
        )
        return
    patch = [_operation(one, f"{id_}:{api.stage}") for one in changes]
    client.update_usage_plan(usagePlanId=found["id"], patchOperations=patch)


def _operation(change: Change, stage: str) -> dict[str, str]:
    if change.field == "stage":
        return {"op": "add", "path": "/apiStages", "value": stage}
    value = change.after if change.field == "period" else str(int(change.after))
    return {"op": "replace", "path": PATHS[change.field], "value": value}


def _key(context: ChangeContext, api: Api) -> Changes:
    """Create the API key and put it into the plan; its value is made by AWS and never read."""
    plan = api.usage_plan
    if plan.api_key is None:
        return ()
    client, name = context.client("apigateway"), f"API key {plan.api_key}"
    found = _find(context, "get_api_keys", plan.api_key)
    have = {"enabled": found["enabled"]} if found else None
    changes = difference(name, have, {"enabled": True})
    made = context.settle(changes, lambda: _write_key(context, api, found))
    inside = difference(
        name, {"usage plan": _containing(context, plan, found)}, {"usage plan": plan.name}
    )

    def attach() -> None:
        key = _listed(context, "get_api_keys", plan.api_key)
        usage = _listed(context, "get_usage_plans", plan.name)
        client.create_usage_plan_key(usagePlanId=usage, keyId=key, keyType="API_KEY")

    return made + context.settle(inside, attach)


def _write_key(context: ChangeContext, api: Api, found: Mapping[str, Any] | None) -> None:
    client = context.client("apigateway")
    if found is None:
        client.create_api_key(name=api.usage_plan.api_key, enabled=True, tags=dict(api.tags))
    else:
        patch = [{"op": "replace", "path": "/enabled", "value": "true"}]
        client.update_api_key(apiKey=found["id"], patchOperations=patch)


def _containing(
    context: ChangeContext, plan: UsagePlan, key: Mapping[str, Any] | None
) -> str | None:
    usage = _find(context, "get_usage_plans", plan.name)
    if key is None or usage is None:
        return None
    answer = unless_absent(
        context.client("apigateway").get_usage_plan_key, usagePlanId=usage["id"], keyId=key["id"]
    )
    return plan.name if answer else None


def _listed(context: ChangeContext, operation: str, name: str | None) -> str:
    """Wait until what was made a moment ago is listed; return its id."""
    found: dict[str, Any] = {}

    def there() -> bool:
        found.update(_find(context, operation, name) or {})
        return bool(found)

    what = Words(en=f"{name} is listed", ja=f"{name}が一覧に現れること")
    context.wait(there, what=what, every_s=1, within_s=60)
    return str(found["id"])


def _find(context: ChangeContext, operation: str, name: str | None) -> dict[str, Any] | None:
    pages = context.client("apigateway").get_paginator(operation).paginate()
    listed = (one for page in pages for one in page.get("items", []))
    return next((one for one in listed if one.get("name") == name), None)


def _name(plan: UsagePlan) -> str:
    return f"usage plan {plan.name}"
