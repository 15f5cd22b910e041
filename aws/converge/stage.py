"""The stage (guide steps 2-4 and 3-3): throttling of anonymous callers, logging, and no caching."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

from aws.access_log import group_of, names_the_request, private_variables
from aws.bounds import within_or_most
from aws.change.gate import Change, ChangeContext, Changes, MissingPrerequisite, difference
from aws.change.tags import tag_fields
from aws.converge import rest_api
from aws.converge.deployment import stage_of
from aws.desired import Api, Limit
from aws.kinds.stage import MethodSetting, Stage, decode
from aws.raw import Raw
from aws.words import Words

EVERY_METHOD = "*/*"
PATHS = {
    "throttle rate": "throttling/rateLimit",
    "throttle burst": "throttling/burstLimit",
    "logging": "logging/loglevel",
    "data trace": "logging/dataTrace",
    "caching": "caching/enabled",
}
"""Our field of a method's settings -> its path in an update."""
STAGE_PATHS = {
    "description": "/description",
    "cache cluster": "/cacheClusterEnabled",
    "tracing": "/tracingEnabled",
    "access log": "/accessLogSettings/destinationArn",
    "access log format": "/accessLogSettings/format",
}


def converge(context: ChangeContext, api: Api) -> Changes:
    """Bring settings, logs and tags of the stage to the plan; raise Refused where there is none."""
    found = rest_api.find(context, api)
    raw = stage_of(context, api, found["id"] if found else None)
    context.needs(
        raw,
        MissingPrerequisite(
            "stage",
            Words(
                en=f"stage {api.stage} of {api.name} does not exist",
                ja=f"{api.name}のステージ{api.stage}が存在しません",
            ),
        ),
    )
    name = f"stage {api.stage}"
    if raw is None:
        return difference(name, None, _wanted(context, api, None, MethodSetting()))
    stage = decode(raw)
    every = stage.settings.get(EVERY_METHOD, MethodSetting())
    have = _found(context, stage, raw.get("tags") or {})
    wanted = _wanted(context, api, stage.description, every)
    changes = difference(name, {**have, **_logged(api, stage)}, wanted)
    for key, setting in stage.settings.items():
        if key != EVERY_METHOD:
            changes += _own(name, api, key, setting)
    changes += narrower(name, api, stage)
    changes += _canary(name, stage, raw)
    id_ = found["id"] if found else rest_api.UNKNOWN_ID
    return context.settle(changes, lambda: _apply(context, api, id_, changes))


def _wanted(
    context: ChangeContext, api: Api, description: str | None, every: MethodSetting
) -> dict[str, Any]:
    least = max(api.least_rates.values(), default=1)
    settings = _limits(api.most, every, least) | {
        "logging": "INFO" if every.logging_level == "INFO" else "ERROR",
        "data trace": False,  # it would log bodies, with the tokens in them
        "caching": False,
    }
    return {
        "description": api.stage_description.keeping(description),
        "cache cluster": False,
        "tracing": True,
        **_access_log(api),
        **{f"{EVERY_METHOD} {field}": value for field, value in settings.items()},
        **tag_fields(context, api.tags),
    }


def _access_log(api: Api) -> dict[str, Any]:
    planned = {"access log": api.access_log_arn, "access log format": api.access_log_format}
    return planned if api.logs_access else {}


def _limits(most: Limit, found: MethodSetting, least: float) -> dict[str, float]:
    """Return the limits to set: a stricter one stays, but one below ``least`` is replaced by the planned limit."""
    rate, burst = min(least, most.rate), min(least, most.burst)
    return {
        "throttle rate": within_or_most(rate, float(most.rate)).keeping(found.rate),
        "throttle burst": within_or_most(ceil(burst), most.burst).keeping(found.burst),
    }


def _found(context: ChangeContext, stage: Stage, tags: Mapping[str, str]) -> dict[str, Any]:
    every = stage.settings.get(EVERY_METHOD)
    return {
        "description": stage.description,
        "cache cluster": stage.cache_enabled,
        "tracing": stage.tracing,
        "access log": stage.access_log_arn,
        "access log format": stage.access_log_format,
        **({f"{EVERY_METHOD} {k}": v for k, v in _fields(every).items()} if every else {}),
        **tag_fields(context, tags),
    }


def _fields(setting: MethodSetting) -> dict[str, Any]:
    return {
        "throttle rate": setting.rate,
        "throttle burst": setting.burst,
        "logging": setting.logging_level,
        "data trace": setting.data_trace,
        "caching": setting.caching,
    }


def _own(name: str, api: Api, key: str, found: MethodSetting) -> Changes:
    """Bring a method's own settings within the bounds: the narrowest setting counts, so it must be as good."""
    path, _, verb = key.rpartition("/")
    least = api.least_rates.get(f"{verb} /{path}", 1)
    most = {route.id: route.most for route in api.routes}.get(f"{verb} /{path}", api.most)
    have = _fields(found)
    wanted = {**_limits(most, found, least), "data trace": False, "caching": False}
    return tuple(
        Change(name, f"{key} {field}", have[field], value)
        for field, value in wanted.items()
        # What it does not set, it takes from the settings of all methods.
        if have[field] is not None and have[field] != value
    )


def narrower(name: str, api: Api, stage: Stage) -> Changes:
    """Return the changes that limit each route whose own limit is narrower than that of all methods.

    Both rate and burst are written: a method's new settings would take a missing one from the account, not the stage.
    """
    every, unset = stage.settings.get(EVERY_METHOD, MethodSetting()), MethodSetting()
    general = _limits(api.most, every, max(api.least_rates.values(), default=1))
    return tuple(
        Change(name, f"{key} {field}", None, min(own[field], limit))
        for key, own in _own_limits(api)
        if any(own[field] < limit for field, limit in general.items())
        for field, limit in general.items()
        if _fields(stage.settings.get(key, unset))[field] is None
    )


def _own_limits(api: Api) -> Iterator[tuple[str, dict[str, float]]]:
    for route in api.routes:
        most = route.most
        limits: dict[str, float] = {"throttle rate": most.rate, "throttle burst": most.burst}
        yield f"{route.path.lstrip('/')}/{route.verb}", limits


def _logged(api: Api, stage: Stage) -> dict[str, Any]:
    """Return what of the access log is as good as planned, as planned: the group, and what a line tells."""
    form, group = stage.access_log_format, group_of(stage.access_log_arn, api.access_log_arn)
    good = names_the_request(form) and not private_variables(form)
    as_good = {"access log": group == api.access_log_group, "access log format": good}
    return {name: value for name, value in _access_log(api).items() if as_good[name]}


def _canary(name: str, stage: Stage, raw: Raw) -> Changes:
    """Return the removal of a canary: it sends some callers to another deployment, so do not go live with one."""
    if stage.canary_percent is None:
        return ()
    return (Change(name, "canary", raw["canarySettings"], None, destroys=True),)


def _apply(context: ChangeContext, api: Api, id_: str, changes: Changes) -> None:
    client = context.client("apigateway")
    if patch := [_operation(change) for change in changes if not change.field.startswith("tag ")]:
        client.update_stage(restApiId=id_, stageName=api.stage, patchOperations=patch)
    if len(patch) < len(changes):
        name = rest_api.arn(api, f"/restapis/{id_}/stages/{api.stage}")
        client.tag_resource(resourceArn=name, tags=dict(api.tags))


def _operation(change: Change) -> dict[str, str]:
    if change.field == "canary":
        return {"op": "remove", "path": "/canarySettings"}
    return {"op": "replace", "path": _path(change.field), "value": _text(change.after)}


def _path(field: str) -> str:
    """Return the path in an update; a method's own path is escaped in it (``/~1stamps/GET/…``)."""
    if field in STAGE_PATHS:
        return STAGE_PATHS[field]
    key, _, setting = field.partition(" ")
    resource, _, verb = key.rpartition("/")
    if key != EVERY_METHOD:
        resource = "~1" + resource.strip("/").replace("/", "~1")
    return f"/{resource}/{verb}/{PATHS[setting]}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
