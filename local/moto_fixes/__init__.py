"""Corrects moto where it differs from AWS and our checks or procedures would notice.

Each module corrects one area, and a table's restore is in ``local.aws.restores``. What stays
different, as far as we know: nothing measures, so no alarm ever fires by itself; new
resources are ready at once, an update is never still under way, and control planes are never too fast
(but where a test's ``late`` makes them so); resource policies, except for those of functions, are kept and not enforced;
certificates and domains are only words; X-Ray keeps no trace.
"""

from collections.abc import Mapping

from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response
from local.moto_fixes import (
    apigateway_draft,
    apigateway_edge,
    apigateway_stage,
    awslambda,
    cloudwatch,
    dynamodb,
    identity,
    sns,
)
from local.moto_fixes.awslambda import CODE_PATH as CODE_PATH
from local.moto_fixes.awslambda import code_at as code_at
from local.moto_fixes.paging import paged

FIXES: Mapping[tuple[str, str], Fix] = {
    **apigateway_draft.FIXES,
    **apigateway_edge.FIXES,
    **apigateway_stage.FIXES,
    **awslambda.FIXES,
    **cloudwatch.FIXES,
    **dynamodb.FIXES,
    **identity.FIXES,
    **sns.FIXES,
}
"""(service, operation) -> how it is answered."""


def corrected(request: Request, moto: Moto) -> Response:
    """Let moto answer, corrected where it is known to be wrong, one page at a time as AWS does."""
    fix = FIXES.get((request.service, request.operation))
    with moto.lock(request.service):  # what a fix reads before and writes after belongs together
        return paged(request, fix(request, moto) if fix else moto(request))
