"""API Gateway's stages: a deployment moves them, and leaves their settings as they are.

moto gives method settings 1000 and 2000 by default, as our plan asks: a stage without throttling
would look throttled. AWS's defaults are used here.
"""

import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, refusal
from local.gateway.deployment import Deployment, freeze
from local.gateway.export import exported
from local.moto_fixes.apigateway_draft import api_of

_DEFAULTS: Mapping[str, Any] = {
    "metricsEnabled": False,
    "loggingLevel": "OFF",
    "dataTraceEnabled": False,
    "throttlingBurstLimit": 5000,
    "throttlingRateLimit": 10_000.0,
    "cachingEnabled": False,
    "cacheTtlInSeconds": 300,
    "cacheDataEncrypted": False,
    "requireAuthorizationForCacheControl": True,
    "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
}
"""What AWS answers for the settings that a patch of others creates along with them."""


def _flag(value: str) -> bool:
    return value.lower() == "true"


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "metrics/enabled": ("metricsEnabled", _flag),
    "logging/loglevel": ("loggingLevel", str),
    "logging/dataTrace": ("dataTraceEnabled", _flag),
    "throttling/burstLimit": ("throttlingBurstLimit", int),
    "throttling/rateLimit": ("throttlingRateLimit", float),
    "caching/enabled": ("cachingEnabled", _flag),
}


def patch_settings(settings: MutableMapping[str, Any], patch: Mapping[str, Any]) -> bool:
    """Apply a patch of method settings (``/*/*/throttling/rateLimit``); False if it is another.

    Keys are what AWS answers: ``*/*`` and ``stamps/GET`` for the path ``/~1stamps/GET/…``.
    """
    parts = patch["path"].removeprefix("/").split("/")
    if patch["op"] == "remove" and len(parts) == 2 and (parts[1] == "*" or parts[1].isupper()):
        settings.pop(_key(parts), None)
        return True
    setting = _SETTINGS.get("/".join(parts[2:]))
    if setting is None:
        return False
    name, convert = setting
    own = settings.setdefault(_key(parts), dict(_DEFAULTS))
    own[name] = convert(patch["value"]) if patch["op"] == "replace" else _DEFAULTS[name]
    return True


def _key(parts: list[str]) -> str:
    return f"{parts[0].replace('~1', '/').removeprefix('/')}/{parts[1]}"


def create_deployment(request: Request, moto: Moto) -> Response:
    """Freeze the draft. Move an existing stage to the new deployment; give a new one all that was asked for.

    moto would replace the stage, and with it throttling, caching, variables, logs and tags.
    """
    api, params = api_of(request, moto), request.parameters
    name = params.get("stageName")
    before = api.stages.get(name) if api and name else None
    response = moto(request)
    if not response.succeeded:
        return response
    if name:
        stage = before or _furnished(api.stages[name], params)
        stage.deployment_id = response.document["id"]
        stage.last_updated = int(time.time())
        if before and params.get("variables"):
            stage.variables |= params["variables"]
        api.stages[name] = stage
    response = _dated_last(api, response)
    id_ = response.document["id"]
    _frozen(request, moto)[api.id, id_] = freeze(api, id_)
    return response


def _frozen(request: Request, moto: Moto) -> dict[tuple[str, str], Deployment]:
    """(API, deployment) -> what it froze."""
    return moto.noted(request, "deployments")


def get_export(request: Request, moto: Moto) -> Response:
    """Answer from what the stage's deployment froze, where moto would answer from the draft."""
    api, name = api_of(request, moto), request.labels["stageName"]
    if api is None or name not in api.stages:
        return refusal(request, "NotFoundException", "Invalid stage identifier specified", 404)
    deployment = _frozen(request, moto)[api.id, api.stages[name].deployment_id]
    return exported(request, deployment.document, name)


def _dated_last(api: Any, response: Response) -> Response:
    """Date a deployment after all others: AWS dates them in whole seconds, and accepts only one in five."""
    made = response.document
    others = (each.created_date for id_, each in api.deployments.items() if id_ != made["id"])
    date = max(made["createdDate"], max(others, default=0) + 1)
    api.deployments[made["id"]].created_date = date
    return response.with_document({**made, "createdDate": date})


def _furnished(stage: Any, params: Mapping[str, Any]) -> Any:
    stage.description = params.get("stageDescription") or ""
    stage.tracing_enabled = bool(params.get("tracingEnabled"))
    stage.cache_cluster_enabled = bool(params.get("cacheClusterEnabled"))
    stage.cache_cluster_size = params.get("cacheClusterSize")
    stage.created = int(time.time())
    return stage


def get_deployment(request: Request, moto: Moto) -> Response:
    api = api_of(request, moto)
    if api and request.labels["deploymentId"] not in api.deployments:
        return _no_such_deployment(request)
    response = moto(request)
    if "apisummary" not in request.query or not response.succeeded:
        return response
    frozen = _frozen(request, moto)[api.id, request.labels["deploymentId"]]
    return response.with_document({**response.document, "apiSummary": _summary(frozen)})


def _summary(deployment: Deployment) -> dict[str, dict[str, Any]]:
    """Summarize the methods that a deployment froze, which moto forgets."""
    methods: dict[str, dict[str, Any]] = {}
    for (path, verb), method in deployment.routes.methods.items():
        methods.setdefault(path, {})[verb] = {
            "authorizationType": method.authorization_type or "NONE",
            "apiKeyRequired": bool(method.api_key_required),
        }
    return methods


def delete_deployment(request: Request, moto: Moto) -> Response:
    """Refuse exactly the deployments that a stage points to; moto goes by where they began, and keeps what ROLL-07 says to delete."""
    api, deployment_id = api_of(request, moto), request.labels["deploymentId"]
    if api is None or deployment_id not in api.deployments:
        return _no_such_deployment(request)
    if any(stage.deployment_id == deployment_id for stage in api.stages.values()):
        message = "Active stages pointing to this deployment must be moved or deleted"
        return refusal(request, "BadRequestException", message)
    api.deployments[deployment_id].stage_name = None
    return moto(request)


def create_stage(request: Request, moto: Moto) -> Response:
    api = api_of(request, moto)
    if api and request.parameters.get("deploymentId") not in api.deployments:
        return _no_such_deployment(request)
    return get_stage(request, moto)


def update_stage(request: Request, moto: Moto) -> Response:
    """Apply method settings with AWS's own defaults, and refuse what moto silently ignores."""
    api, others = api_of(request, moto), []
    stage = api.stages[request.labels["stageName"]]
    for patch in request.parameters.get("patchOperations") or ():
        if patch["path"] == "/deploymentId" and patch["value"] not in api.deployments:
            return _no_such_deployment(request)
        if patch["path"].startswith("/canarySettings"):
            stage.canary = _canary(getattr(stage, "canary", {}), patch)
        elif not patch_settings(stage.method_settings, patch):
            others.append(patch)
    stage.last_updated = int(time.time())
    return get_stage(request.with_parameters({"patchOperations": others}), moto)


def _canary(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    name = patch["path"].removeprefix("/canarySettings").strip("/")
    if patch["op"] == "remove":
        return {key: value for key, value in before.items() if name and key != name}
    value: Any = patch["value"]
    if name == "percentTraffic":
        value = float(value)
    elif name == "useStageCache":
        value = value == "true"
    return {**before, name: value}


@completing
def get_stage(request: Request, moto: Moto, response: Response) -> Response:
    """Add what AWS always answers about a stage."""
    document, api = response.document, api_of(request, moto)
    for item in document.get("item", [document]):
        stage = api.stages[item["stageName"]]
        item["tracingEnabled"] = bool(stage.tracing_enabled)
        item["cacheClusterStatus"] = item.get("cacheClusterStatus") or "NOT_AVAILABLE"
        item["createdDate"] = getattr(stage, "created", api.create_date)
        item["lastUpdatedDate"] = getattr(stage, "last_updated", item["createdDate"])
        if canary := getattr(stage, "canary", None):
            item["canarySettings"] = canary
    return response.with_document(document)


get_stages = get_stage


def _no_such_deployment(request: Request) -> Response:
    return refusal(request, "NotFoundException", "Invalid Deployment identifier specified", 404)
