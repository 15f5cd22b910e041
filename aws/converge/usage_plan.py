"""The usage plan and its API key (guide step 2-4). They bind only callers who show a key."""

from dataclasses import replace
from typing import Any

from aws.bounds import Bound, at_most, between
from aws.change.gate import Change, ChangeContext, Changes, difference, unless_absent
from aws.converge import rest_api
from aws.converge.rest_api import Edits, escaped, replaced, setting, stage_of
from aws.desired import Api, UsagePlan
from aws.kind.engine import Kind
from aws.kinds.rest_api import STAGE
from aws.kinds.usage_plan import (
    API_KEY,
    BURST,
    OFFSET,
    QUOTA,
    RATE,
    USAGE_PLAN,
    ApiKey,
    decode,
    decode_key,
)
from aws.kinds.usage_plan import UsagePlan as CurrentUsagePlan
from aws.words import Words


def converge(context: ChangeContext, api: Api) -> Changes:
    """Create the plan or bring its limits to ours, put the stage under it, and the key into it."""
    id_, plan = rest_api.needed(context, api), api.usage_plan
    context.needs(
        id_ != rest_api.UNKNOWN_ID and stage_of(context, api, id_),
        "stage",
        en=f"stage {api.stage} of {api.name} does not exist, and a usage plan names it",
        ja=f"{api.name}のステージ{api.stage}が存在せず、使用量プランから参照されています",
    )
    raw = rest_api.of_name(context, USAGE_PLAN, plan.name)
    current = decode(raw) if raw else None
    limits = USAGE_PLAN.repairs(plan.name, current, _bounds(plan, current))
    further = [*_on_stage(api, f"{id_}:{api.stage}", current), *_on_methods(api, current)]
    patch = [*setting(USAGE_PLAN, limits), *(operation for _, operation in further)]
    changes = (*limits, *(change for change, _ in further))
    made = context.settle(changes, lambda: _apply(context, api, id_, current, patch))
    return made + _key(context, api)


def _bounds(plan: UsagePlan, current: CurrentUsagePlan | None) -> dict[Words, Bound]:
    """Return what to keep to: a narrower limit stays, while it has room for the target."""
    kept, quota = between(plan.least_quota, plan.daily_quota), current.quota if current else None
    left = quota if quota is not None and kept.holds(quota) else plan.daily_quota
    return {
        **plan.bounds,
        RATE: between(plan.least_rate, float(plan.rate)),
        BURST: between(min(plan.least_rate, plan.burst), plan.burst),
        QUOTA: replace(kept, nearest=None, prefers=plan.daily_quota),
        OFFSET: replace(at_most(left - plan.least_quota), nearest=None, prefers=0),
    }


def _on_stage(api: Api, stage: str, current: CurrentUsagePlan | None) -> Edits:
    if current is None or stage not in current.stages:
        name, planned = USAGE_PLAN.resource(api.usage_plan.name), f"{api.name}:{api.stage}"
        change = Change(name, STAGE.words, None, planned, creates=current is None)
        yield change, {"op": "add", "path": "/apiStages", "value": stage}


def _on_methods(api: Api, current: CurrentUsagePlan | None) -> Edits:
    """Bring what the plan allows on single methods within its own limits, with room for the target."""
    name, most = USAGE_PLAN.resource(api.usage_plan.name), api.usage_plan.bounds_of_methods
    for limit in current.own_limits if current else ():
        stage, method = limit.method.split(" ")
        path, _, verb = method.rpartition("/")
        least = api.least_rates.get(f"{verb} {path}")
        rate = most[RATE] if least is None else between(least, float(api.usage_plan.rate))
        place = f"/apiStages/{stage}/throttle/{escaped(path)}/{verb}"
        bounds = {
            "rateLimit": (RATE, limit.rate, rate),
            "burstLimit": (BURST, limit.burst, most[BURST]),
        }
        for member, (field, value, bound) in bounds.items():
            if value is not None and not bound.holds(value):
                change = Change(name, field.of(limit.method), value, bound.keeping(value))
                yield change, replaced(f"{place}/{member}", change.after)


def _apply(
    context: ChangeContext,
    api: Api,
    id_: str,
    current: CurrentUsagePlan | None,
    patch: list[dict[str, str]],
) -> None:
    client, plan = context.client("apigateway"), api.usage_plan
    if current:
        client.update_usage_plan(usagePlanId=current.id, patchOperations=patch)
        return
    client.create_usage_plan(
        name=plan.name,
        throttle={"rateLimit": float(plan.rate), "burstLimit": plan.burst},
        quota={"limit": plan.daily_quota, "period": "DAY"},
        apiStages=[{"apiId": id_, "stage": api.stage}],
        tags=dict(api.tags),
    )


def _key(context: ChangeContext, api: Api) -> Changes:
    """Create the API key and put it into the plan; its value is made by AWS and never read."""
    plan = api.usage_plan
    if plan.api_key is None:
        return ()
    client, name = context.client("apigateway"), API_KEY.resource(plan.api_key)
    raw = rest_api.of_name(context, API_KEY, plan.api_key)
    current = decode_key(raw) if raw else None
    changes = API_KEY.repairs(plan.api_key, current, API_KEY.always)
    made = context.settle(changes, lambda: _write_key(context, api, current))
    inside = difference(
        name, {USAGE_PLAN.words: _containing(context, plan, current)}, {USAGE_PLAN.words: plan.name}
    )

    def attach() -> None:
        key = _listed(context, API_KEY, str(plan.api_key))
        usage = _listed(context, USAGE_PLAN, plan.name)
        client.create_usage_plan_key(usagePlanId=usage, keyId=key, keyType="API_KEY")

    return made + context.settle(inside, attach)


def _write_key(context: ChangeContext, api: Api, current: ApiKey | None) -> None:
    client = context.client("apigateway")
    if current is None:
        client.create_api_key(name=api.usage_plan.api_key, enabled=True, tags=dict(api.tags))
    else:
        client.update_api_key(apiKey=current.id, patchOperations=[replaced("/enabled", "true")])


def _containing(context: ChangeContext, plan: UsagePlan, key: ApiKey | None) -> str | None:
    usage = rest_api.of_name(context, USAGE_PLAN, plan.name)
    if key is None or usage is None:
        return None
    answer = unless_absent(
        context.client("apigateway").get_usage_plan_key, usagePlanId=usage["id"], keyId=key.id
    )
    return plan.name if answer else None


def _listed(context: ChangeContext, kind: Kind[Any], name: str) -> str:
    """Wait until what was made a moment ago is listed; return its id."""
    resource: dict[str, Any] = {}

    def there() -> bool:
        resource.update(rest_api.of_name(context, kind, name) or {})
        return bool(resource)

    until = Words(en=f"{name} is listed", ja=f"{name}が一覧に現れること")
    context.wait(there, until=until, every_s=1, within_s=60)
    return str(resource["id"])
