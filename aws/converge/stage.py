"""The stage (guide steps 2-4 and 3-3): what throttles an anonymous caller, what is logged, no caching."""

from collections.abc import Mapping
from typing import Any

from aws.change import Change, ChangeContext, Changes, MissingPrerequisite, difference
from aws.converge import rest_api
from aws.converge.deployment import stage_of
from aws.converge.tags import tag_fields
from aws.desired import Api

EVERY_METHOD = "*/*"
PATHS = {
    "throttle rate": ("throttlingRateLimit", "throttling/rateLimit"),
    "throttle burst": ("throttlingBurstLimit", "throttling/burstLimit"),
    "logging": ("loggingLevel", "logging/loglevel"),
    "data trace": ("dataTraceEnabled", "logging/dataTrace"),
    "caching": ("cachingEnabled", "caching/enabled"),
}
"""Our field -> the member that GetStage answers, and its path in an update."""
STAGE_PATHS = {
    "description": "/description",
    "cache cluster": "/cacheClusterEnabled",
    "tracing": "/tracingEnabled",
    "access log": "/accessLogSettings/destinationArn",
    "access log format": "/accessLogSettings/format",
}
VARIABLE = "variable "
NO_ROLE = "CloudWatch Logs role ARN"
"""Words of the refusal while the account's log role, just set, is not known everywhere."""


def converge(context: ChangeContext, api: Api) -> Changes:
    """Bring settings, logs and tags of the stage to the plan; raise Refused where there is none."""
    found = rest_api.find(context, api)
    stage = stage_of(context, api, found["id"] if found else None)
    context.needs(
        stage,
        MissingPrerequisite("stage", f"stage {api.stage} of {api.name} does not exist"),
    )
    name = f"stage {api.stage}"
    changes = difference(name, _found(context, stage) if stage else None, _wanted(context, api))
    for key in _overrides(stage):
        changes += _limited(name, api, key, stage)
    changes += (*_canary(name, stage), *_variables(name, stage))
    id_ = found["id"] if found else rest_api.UNKNOWN_ID
    return context.settle(changes, lambda: _apply(context, api, id_, changes))


def _wanted(context: ChangeContext, api: Api) -> dict[str, Any]:
    return {
        "description": api.stage_description,
        "cache cluster": False,
        "tracing": True,
        "access log": api.access_log_arn,
        "access log format": api.access_log_format,
        **{f"{EVERY_METHOD} {field}": value for field, value in _settings(api).items()},
        **tag_fields(context, api.tags),
    }


def _settings(api: Api) -> dict[str, Any]:
    """Return what every method gets. A data trace would log bodies, with the tokens in them."""
    return {
        "throttle rate": float(api.usage_plan.rate),
        "throttle burst": api.usage_plan.burst,
        "logging": "ERROR",
        "data trace": False,
        "caching": False,
    }


def _found(context: ChangeContext, stage: Mapping[str, Any]) -> dict[str, Any]:
    log = stage.get("accessLogSettings") or {}
    return {
        "description": stage.get("description"),
        "cache cluster": bool(stage.get("cacheClusterEnabled")),
        "tracing": bool(stage.get("tracingEnabled")),
        "access log": log.get("destinationArn"),
        "access log format": log.get("format"),
        **_method_fields(stage, EVERY_METHOD),
        **tag_fields(context, stage.get("tags") or {}),
    }


def _method_fields(stage: Mapping[str, Any], key: str) -> dict[str, Any]:
    settings = (stage.get("methodSettings") or {}).get(key, {})
    return {f"{key} {field}": settings.get(member) for field, (member, _) in PATHS.items()}


def _overrides(stage: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the settings of single methods: the narrowest one counts, so they must be as good."""
    settings = (stage or {}).get("methodSettings") or {}
    return tuple(key for key in settings if key != EVERY_METHOD)


def _limited(name: str, api: Api, key: str, stage: Mapping[str, Any] | None) -> Changes:
    """A lower throttle than the planned one stays: somebody chose it for that method."""
    have, changes = _method_fields(stage or {}, key), []
    for field, value in _settings(api).items():
        now = have[f"{key} {field}"]
        lower = field.startswith("throttle") and now is not None and now <= value
        if now != value and not lower and field != "logging":
            changes.append(Change(name, f"{key} {field}", now, value))
    return tuple(changes)


def _canary(name: str, stage: Mapping[str, Any] | None) -> Changes:
    """A canary sends a share of the callers to another deployment: no state to go live in."""
    canary = (stage or {}).get("canarySettings")
    return (Change(name, "canary", canary, None, destroys=True),) if canary else ()


def _variables(name: str, stage: Mapping[str, Any] | None) -> Changes:
    """No variable is planned, and one may hold a secret: it is shown by its name alone."""
    found = (stage or {}).get("variables") or {}
    return tuple(Change(name, f"{VARIABLE}{one}", "set", None, destroys=True) for one in found)


def _apply(context: ChangeContext, api: Api, id_: str, changes: Changes) -> None:
    client = context.client("apigateway")
    patch = [_operation(one) for one in changes if not one.field.startswith("tag ")]
    if patch:
        context.retry(
            lambda: client.update_stage(restApiId=id_, stageName=api.stage, patchOperations=patch),
            "BadRequestException",
            message=NO_ROLE,
        )
    if len(patch) < len(changes):
        name = rest_api.arn(api, f"/restapis/{id_}/stages/{api.stage}")
        client.tag_resource(resourceArn=name, tags=dict(api.tags))


def _operation(change: Change) -> dict[str, str]:
    if change.field.startswith(VARIABLE):
        return {"op": "remove", "path": f"/variables/{change.field.removeprefix(VARIABLE)}"}
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
        plain = resource.replace("~1", "/").strip("/")
        resource = "~1" + plain.replace("/", "~1")
    return f"/{resource}/{verb}/{PATHS[setting][1]}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
