"""The usage plan and its API key (guide step 2-4). They bind only callers who show a key."""

from dataclasses import replace
from typing import Any

from aws.bounds import Bound, at_most, between, exactly
from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    MissingPrerequisite,
    Refused,
    difference,
    repairs,
    unless_absent,
)
from aws.converge import rest_api
from aws.converge.deployment import stage_of
from aws.desired import Api, UsagePlan
from aws.kinds.usage_plan import BURST, OFFSET, PERIOD, QUOTA, RATE, ApiKey, decode, decode_key
from aws.kinds.usage_plan import UsagePlan as Found
from aws.words import Words

FIELDS = {"rate": RATE, "burst": BURST, "quota": QUOTA, "period": PERIOD, "offset": OFFSET}
PATHS = {
    "rate": "/throttle/rateLimit",
    "burst": "/throttle/burstLimit",
    "quota": "/quota/limit",
    "period": "/quota/period",
    "offset": "/quota/offset",
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
    raw = _find(context, "get_usage_plans", api.usage_plan.name)
    found = decode(raw) if raw else None
    name, bounds = _name(api.usage_plan), _bounds(api)
    changes = repairs(name, _facts(found, api, id_) if found else None, bounds)
    changes += _on_methods(api, found) if found else ()
    made = context.settle(changes, lambda: _apply(context, api, id_, found, changes))
    return made + _key(context, api)


def _bounds(api: Api) -> dict[str, Bound]:
    """Return what to keep to: a narrower limit stays, while it has room for the target."""
    plan = api.usage_plan
    room = {
        RATE: between(plan.least_rate, float(plan.rate)),
        BURST: between(min(plan.least_rate, plan.burst), plan.burst),
        OFFSET: replace(at_most(plan.most_offset), nearest=None, prefers=0),
    }
    wide = {**plan.bounds, **room}
    bounds = {field: wide[fact] for field, fact in FIELDS.items()}
    return {**bounds, "stage": exactly(f"{api.name}:{api.stage}")}


def _facts(found: Found, api: Api, id_: str) -> dict[str, Any]:
    there = f"{id_}:{api.stage}" in found.stages
    return {
        **{field: getattr(found, field) for field in FIELDS},
        "stage": f"{api.name}:{api.stage}" if there else None,
    }


def _on_methods(api: Api, found: Found) -> Changes:
    """Bring what the plan allows on single methods within its own limits, with room for the target."""
    most, changes = api.usage_plan.bounds_of_methods, list[Change]()
    for limit in found.own_limits:
        path, _, verb = limit.method.partition(" ")[2].rpartition("/")
        least = api.least_rates.get(f"{verb} {path}")
        rate = most[RATE] if least is None else between(least, float(api.usage_plan.rate))
        bounds = {"rate": (limit.rate, rate), "burst": (limit.burst, most[BURST])}
        changes += (
            Change(_name(api.usage_plan), f"{limit.method} {field}", value, bound.keeping(value))
            for field, (value, bound) in bounds.items()
            if value is not None and not bound.holds(value)
        )
    return tuple(changes)


def _apply(
    context: ChangeContext, api: Api, id_: str, found: Found | None, changes: Changes
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
    patch = [_operation(change, f"{id_}:{api.stage}") for change in changes]
    client.update_usage_plan(usagePlanId=found.id, patchOperations=patch)


def _operation(change: Change, stage: str) -> dict[str, str]:
    if change.field == "stage":
        return {"op": "add", "path": "/apiStages", "value": stage}
    value = change.after if change.field == "period" else _number(change.after)
    return {"op": "replace", "path": PATHS.get(change.field) or _of_method(change), "value": value}


def _number(value: float) -> str:
    """Write a limit as API Gateway takes it: whole, except for a rate of less than one a second."""
    return str(int(value)) if value == int(value) else str(value)


def _of_method(change: Change) -> str:
    """Return the path of a method's own limit, whose resource is escaped in it; ``api:stage /path/VERB rate``."""
    stage, method, limit = change.field.split(" ")
    path, _, verb = method.rpartition("/")
    return f"/apiStages/{stage}/throttle/{path.replace('/', '~1')}/{verb}/{limit}Limit"


def _key(context: ChangeContext, api: Api) -> Changes:
    """Create the API key and put it into the plan; its value is made by AWS and never read."""
    plan = api.usage_plan
    if plan.api_key is None:
        return ()
    client, name = context.client("apigateway"), f"API key {plan.api_key}"
    raw = _find(context, "get_api_keys", plan.api_key)
    found = decode_key(raw) if raw else None
    have = {"enabled": found.enabled} if found else None
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


def _write_key(context: ChangeContext, api: Api, found: ApiKey | None) -> None:
    client = context.client("apigateway")
    if found is None:
        client.create_api_key(name=api.usage_plan.api_key, enabled=True, tags=dict(api.tags))
    else:
        patch = [{"op": "replace", "path": "/enabled", "value": "true"}]
        client.update_api_key(apiKey=found.id, patchOperations=patch)


def _containing(context: ChangeContext, plan: UsagePlan, key: ApiKey | None) -> str | None:
    usage = _find(context, "get_usage_plans", plan.name)
    if key is None or usage is None:
        return None
    answer = unless_absent(
        context.client("apigateway").get_usage_plan_key, usagePlanId=usage["id"], keyId=key.id
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
    listed = context.listed("apigateway", operation, "items")
    named = [entry for entry in listed if entry.get("name") == name]
    if len(named) > 1:
        ids = ", ".join(entry["id"] for entry in named)
        raise Refused(
            en=f"{len(named)} are called {name} ({ids}), and only you know which one is meant:"
            " rename or delete the others by hand (API Gateway console), then run it again",
            ja=f"{name}が{len(named)}個あり（{ids}）、どれか判断できません。ほかを手動で改名または削除してから"
            "（API Gatewayコンソール）再実行してください",
        )
    return named[0] if named else None


def _name(plan: UsagePlan) -> str:
    return f"usage plan {plan.name}"
