"""Corrects moto where it differs from AWS and our checks or procedures would notice.

Each module corrects one area. What stays different, as far as we know: nothing measures, so no alarm ever fires by itself; new
resources are ready at once, an update is never still under way, and control planes are never too fast
(but where a test's ``late`` makes them so); resource policies, except for those of functions, are kept and not enforced;
certificates and domains are only words; X-Ray keeps no trace.

Lists come in pages: moto returns everything at once, so that a missing paginator would go unseen.
"""

from collections.abc import Mapping, Sequence
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


def corrected(request: Request, moto: Moto) -> Response:
    """Let moto answer, corrected where it is known to be wrong, one page at a time as AWS does."""
    name, modules = xform_name(request.operation), _MODULES.get(request.service, ())
    fix: Fix | None = next((found for m in modules if (found := vars(m).get(name))), None)
    with moto.lock(request.service):  # what a fix reads before and writes after belongs together
        return paged(request, fix(request, moto) if fix else moto(request))


_PAGING: Mapping[str, tuple[str, str, str]] = {
    "apigateway": ("limit", "position", "position"),
    "cloudwatch": ("MaxRecords", "NextToken", "NextToken"),
    "lambda": ("MaxItems", "Marker", "NextMarker"),
}
"""Service -> the names of a page's size, of its start where it is asked for, and of the next one's where that is told."""
_LISTINGS: Mapping[tuple[str, str], tuple[str, int]] = {
    ("apigateway", "GetApiKeys"): ("item", 25),
    ("apigateway", "GetAuthorizers"): ("item", 25),
    ("apigateway", "GetBasePathMappings"): ("item", 25),
    ("apigateway", "GetDeployments"): ("item", 25),
    ("apigateway", "GetDomainNames"): ("item", 25),
    ("apigateway", "GetResources"): ("item", 25),
    ("apigateway", "GetRestApis"): ("item", 25),
    ("apigateway", "GetUsagePlanKeys"): ("item", 25),
    ("apigateway", "GetUsagePlans"): ("item", 25),
    ("cloudwatch", "DescribeAlarms"): ("MetricAlarms", 50),
    ("lambda", "ListAliases"): ("Aliases", 50),
    ("lambda", "ListEventSourceMappings"): ("EventSourceMappings", 100),
    ("lambda", "ListFunctionUrlConfigs"): ("FunctionUrlConfigs", 50),
    ("lambda", "ListFunctions"): ("Functions", 50),
    ("lambda", "ListVersionsByFunction"): ("Versions", 50),
}
"""What lists items -> where, and how many to a page unless fewer are asked for."""


def paged(request: Request, response: Response) -> Response:
    """Cut the page that was asked for out of a full answer; other answers pass as they are."""
    key = (request.service, request.operation)
    if key not in _LISTINGS or not response.succeeded:
        return response
    size, asked_by, told_by = _PAGING[request.service]
    items, default = _LISTINGS[key]
    document, params = response.document, request.parameters
    start = int(params.get(asked_by) or 0)
    end = start + int(params.get(size) or default)
    everything = document.get(items) or []
    if everything and start == 0 and end >= len(everything):
        return response
    document[items] = everything[start:end]
    if end < len(everything):
        document[told_by] = str(end)
    return response.with_document(document)
