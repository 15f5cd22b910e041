"""Corrects moto where it differs from AWS and our checks or procedures would notice.

Each module corrects one area. What stays different, as far as we know: nothing measures, so no alarm ever fires by itself; new
resources are ready at once, an update is never still under way, and control planes are never too fast
(but where a test's ``late`` makes them so); resource policies, except for those of functions, are kept and not enforced;
certificates and domains are only words; X-Ray keeps no trace.

Lists come in pages: moto returns everything at once, so that a missing paginator would go unseen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from botocore import xform_name

from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response
from local.moto_fixes import (
    apigateway_draft,
    apigateway_edge,
    apigateway_stage,
    apigatewayv2,
    awslambda,
    cloudwatch,
    dynamodb,
    identity,
    restores,
    sns,
)
from local.moto_fixes.awslambda import CODE_PATH as CODE_PATH
from local.moto_fixes.awslambda import code_at as code_at

_MODULES: Mapping[str, Sequence[ModuleType]] = {
    "apigateway": (apigateway_draft, apigateway_edge, apigateway_stage),
    "apigatewayv2": (apigatewayv2,),
    "cloudwatch": (cloudwatch,),
    "dynamodb": (dynamodb, restores),
    **dict.fromkeys(("iam", "kms", "s3", "sts"), (identity,)),
    "lambda": (awslambda,),
    "logs": (cloudwatch,),
    "sns": (sns,),
}
"""Where a service is corrected: the function named as boto3 names an operation is how that is answered."""


def _fix(service: str, operation: str) -> Fix | None:
    name = xform_name(operation)
    return next((found for m in _MODULES.get(service, ()) if (found := vars(m).get(name))), None)


def corrected(request: Request, moto: Moto) -> Response:
    """Let moto answer, corrected where it is known to be wrong, one page at a time as AWS does."""
    fix = _fix(request.service, request.operation)
    with moto.lock(request.service):  # what a fix reads before and writes after belongs together
        return paged(request, fix(request, moto) if fix else moto(request))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    """Where an operation has its items and its page size, and how its pages follow each other."""

    items: str
    size: str
    asks_by: str
    goes_on_by: str
    default: int


def _apigateway(items: str = "item") -> _Listing:
    return _Listing(
        items=items, size="limit", asks_by="position", goes_on_by="position", default=25
    )


def _lambda(items: str, default: int = 50) -> _Listing:
    return _Listing(
        items=items, size="MaxItems", asks_by="Marker", goes_on_by="NextMarker", default=default
    )


_LISTINGS: Mapping[tuple[str, str], _Listing] = {
    ("apigateway", "GetApiKeys"): _apigateway(),
    ("apigateway", "GetAuthorizers"): _apigateway(),
    ("apigateway", "GetBasePathMappings"): _apigateway(),
    ("apigateway", "GetDeployments"): _apigateway(),
    ("apigateway", "GetDomainNames"): _apigateway(),
    ("apigateway", "GetResources"): _apigateway(),
    ("apigateway", "GetRestApis"): _apigateway(),
    ("apigateway", "GetUsagePlanKeys"): _apigateway(),
    ("apigateway", "GetUsagePlans"): _apigateway(),
    ("cloudwatch", "DescribeAlarms"): _Listing(
        items="MetricAlarms",
        size="MaxRecords",
        asks_by="NextToken",
        goes_on_by="NextToken",
        default=50,
    ),
    ("lambda", "ListAliases"): _lambda("Aliases"),
    ("lambda", "ListEventSourceMappings"): _lambda("EventSourceMappings", 100),
    ("lambda", "ListFunctionUrlConfigs"): _lambda("FunctionUrlConfigs"),
    ("lambda", "ListFunctions"): _lambda("Functions"),
    ("lambda", "ListVersionsByFunction"): _lambda("Versions"),
}


def paged(request: Request, response: Response) -> Response:
    """Cut the page that was asked for out of a full answer; other answers pass as they are."""
    listing = _LISTINGS.get((request.service, request.operation))
    if listing is None or not response.succeeded:
        return response
    document, asked = response.document, request.parameters
    start = int(asked.get(listing.asks_by) or 0)
    end = start + int(asked.get(listing.size) or listing.default)
    everything = document.get(listing.items) or []
    if everything and start == 0 and end >= len(everything):
        return response
    document[listing.items] = everything[start:end]
    if end < len(everything):
        document[listing.goes_on_by] = str(end)
    return response.with_document(document)
