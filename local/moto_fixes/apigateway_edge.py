"""API Gateway around the API itself: gateway responses, domains, usage plans, tags."""

from collections.abc import Mapping
from typing import Any

from local.aws.moto import Moto
from local.aws.request import NO_CONTENT, Request, Response, json_response, refusal
from local.gateway.export import DEFAULT_TEMPLATES
from local.gateway.refusal import RESPONSE_TYPES
from local.moto_fixes.apigateway_draft import api_of

_STATUSES: Mapping[str, str | None] = {
    **{kind: str(default.status) for kind, default in RESPONSE_TYPES.items()},
    **dict.fromkeys(("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"), "400"),
    **dict.fromkeys(("EXPIRED_TOKEN", "INVALID_SIGNATURE", "WAF_FILTERED"), "403"),
    "RESOURCE_NOT_FOUND": "404",
    "INTEGRATION_FAILURE": "504",
    **dict.fromkeys(("DEFAULT_4XX", "DEFAULT_5XX")),
}
"""Every type of gateway response, with the status that it has unless it is customised."""


def get_gateway_responses(request: Request, moto: Moto) -> Response:
    """List all types, the untouched ones as ``defaultResponse``."""
    api = api_of(request, moto)
    return json_response({"item": [_gateway_response(api, kind) for kind in sorted(_STATUSES)]})


def get_gateway_response(request: Request, moto: Moto) -> Response:
    api, kind = api_of(request, moto), request.labels["responseType"]
    if kind not in _STATUSES:
        return moto(request)
    return json_response(_gateway_response(api, kind))


def put_gateway_response(request: Request, moto: Moto) -> Response:
    api, kind = api_of(request, moto), request.labels["responseType"]
    if kind not in _STATUSES:
        return refusal(request, "BadRequestException", f"Invalid response type {kind}")
    response = moto(request)
    if not response.succeeded:
        return response
    return response.with_document(_gateway_response(api, kind))


def _gateway_response(api: Any, kind: str) -> dict[str, Any]:
    customised = api.gateway_responses.get(kind)
    response = (
        customised.to_json() if customised else {"defaultResponse": True, "responseType": kind}
    )
    response["responseParameters"] = response.get("responseParameters") or {}
    response["responseTemplates"] = response.get("responseTemplates") or dict(DEFAULT_TEMPLATES)
    if status := response.get("statusCode") or _STATUSES[kind]:
        response["statusCode"] = status
    return response


def get_base_path_mappings(request: Request, moto: Moto) -> Response:
    """Answer an empty list for a domain without mappings, where moto breaks."""
    backend, domain = moto.backend("apigateway", request.region), request.labels["domainName"]
    if domain in backend.domain_names and domain not in backend.base_path_mappings:
        return json_response({"item": []})
    return moto(request)


def update_usage_plan(request: Request, moto: Moto) -> Response:
    """Take limits as numbers, a rate such as ``1000.0`` too, and the throttle of single methods."""
    plans = moto.backend("apigateway", request.region).usage_plans
    plan, others = plans[request.labels["usagePlanId"]], []
    for patch in request.parameters.get("patchOperations") or ():
        if patch["path"] in _LIMITS and patch["op"] != "remove":
            limits, name, number = _LIMITS[patch["path"]]
            getattr(plan, limits)[name] = number(patch["value"])
        elif patch["path"].startswith("/apiStages/"):
            _throttle_method(plan, patch)
        else:
            others.append(patch)
    return moto(request.with_parameters({"patchOperations": others}))


_LIMITS: Mapping[str, tuple[str, str, type[float] | type[int]]] = {
    "/throttle/rateLimit": ("throttle", "rateLimit", float),
    "/throttle/burstLimit": ("throttle", "burstLimit", int),
    "/quota/limit": ("quota", "limit", int),
    "/quota/offset": ("quota", "offset", int),
}
"""Path of a patch -> where moto holds that limit, and the number that it keeps as text otherwise."""


def _throttle_method(plan: Any, patch: Mapping[str, Any]) -> None:
    """Apply ``/apiStages/{api}:{stage}/throttle/{path}/{verb}/rateLimit``."""
    _, _, stage, _, *below = patch["path"].split("/")
    for api_stage in plan.api_stages:
        if f"{api_stage['apiId']}:{api_stage['stage']}" == stage and len(below) >= 2:
            path, verb, *limit = (part.replace("~1", "/") for part in below)
            throttle = api_stage.setdefault("throttle", {})
            if patch["op"] == "remove":
                throttle.pop(f"{path}/{verb}", None)
            elif limit:
                number = int if limit[0] == "burstLimit" else float
                throttle.setdefault(f"{path}/{verb}", {})[limit[0]] = number(patch["value"])


def tags(request: Request, moto: Moto) -> Response:
    """Read and write the tags of APIs, plans, keys and domains; moto knows those of stages."""
    arn = request.labels["resourceArn"]
    resource = _tagged(arn, moto, request.region)
    if resource is None:
        return refusal(request, "NotFoundException", f"Invalid resource ARN {arn}", 404)
    tagged: dict[str, str] = resource.tags if isinstance(resource.tags, dict) else {}
    if request.operation == "TagResource":
        tagged = {**tagged, **request.parameters.get("tags", {})}
    elif request.operation == "UntagResource":
        query = request.query.split("&")
        tagged = {key: value for key, value in tagged.items() if f"tagKeys={key}" not in query}
    resource.tags = tagged
    if request.operation == "GetTags":
        return json_response({"tags": tagged})
    return NO_CONTENT


get_tags = tag_resource = untag_resource = tags


def _tagged(arn: str, moto: Moto, region: str) -> Any:
    backend = moto.backend("apigateway", region)
    kind, name, *below = [*arn.partition("::/")[2].split("/"), ""]
    resources = {
        "restapis": backend.apis,
        "usageplans": backend.usage_plans,
        "apikeys": backend.keys,
        "domainnames": backend.domain_names,
    }.get(kind, {})
    resource = resources.get(name)
    if resource is not None and below[0] == "stages":
        return resource.stages.get(below[1])
    return resource
