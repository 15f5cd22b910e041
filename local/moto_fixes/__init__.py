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
    fixes = (vars(module).get(name) for module in modules)
    fix: Fix | None = next(filter(None, fixes), None)
    with moto.lock(request.service):  # what a fix reads before and writes after belongs together
        return paged(request, fix(request, moto) if fix else moto(request))


_PAGES: Mapping[str, tuple[str, str, str, int]] = {
    "apigateway": ("limit", "position", "position", 25),
    "cloudwatch": ("MaxRecords", "NextToken", "NextToken", 50),
    "lambda": ("MaxItems", "Marker", "NextMarker", 50),
}
"""Service -> the names of a page's size, of its start where it is asked for, and of the next one's where that is
told; and how many items are to a page unless fewer are asked for."""
_LISTS: Mapping[str, str] = {
    "DescribeAlarms": "MetricAlarms",
    "ListAliases": "Aliases",
    "ListEventSourceMappings": "EventSourceMappings",
    "ListFunctionUrlConfigs": "FunctionUrlConfigs",
    "ListFunctions": "Functions",
    "ListVersionsByFunction": "Versions",
}
"""What lists items -> where; the lists of API Gateway are all in the same place."""


def paged(request: Request, response: Response) -> Response:
    """Cut the page that was asked for out of a full answer; other answers pass as they are."""
    member = "item" if request.service == "apigateway" else _LISTS.get(request.operation)
    if member is None or not response.succeeded:
        return response
    document, params = response.document, request.parameters
    everything = document.get(member) or ()
    size, asked_by, told_by, default = _PAGES[request.service]
    start = int(params.get(asked_by) or 0)
    end = start + int(params.get(size) or default)
    if start == 0 and end >= len(everything):
        return response
    document[member] = everything[start:end]
    if end < len(everything):
        document[told_by] = str(end)
    return response.with_document(document)
