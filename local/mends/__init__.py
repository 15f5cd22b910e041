"""Where moto differs from AWS and our checks or procedures would notice, it is mended here.

Each module corrects one area. What stays different, as far as we know: a restore copies today's
items whatever time it is asked for; nothing measures, so no alarm ever fires by itself; new
resources are ready at once; an update is never still under way; control planes are never too fast
(inject those with ``local.aws.faults``); resource policies are kept and not enforced;
certificates and domains are only words; X-Ray keeps no trace.
"""

from collections.abc import Mapping

from local.aws.moto import Mend, Moto
from local.aws.request import Request, Response
from local.mends import (
    apigateway_draft,
    apigateway_edge,
    apigateway_patch,
    apigateway_stage,
    awslambda,
    cloudwatch,
    dynamodb,
    identity,
    logs,
    query,
    s3,
    sns,
    transaction,
)
from local.mends.paging import paged

MENDS: Mapping[tuple[str, str], Mend] = {
    **apigateway_draft.MENDS,
    **apigateway_edge.MENDS,
    **apigateway_patch.MENDS,
    **apigateway_stage.MENDS,
    **cloudwatch.MENDS,
    **dynamodb.MENDS,
    **identity.MENDS,
    **awslambda.MENDS,
    **logs.MENDS,
    **query.MENDS,
    **s3.MENDS,
    **sns.MENDS,
    **transaction.MENDS,
}
"""(service, operation) -> how it is answered."""


def mended(request: Request, moto: Moto) -> Response:
    """Let moto answer, corrected where it is known to be wrong, one page at a time as AWS does."""
    mend = MENDS.get((request.service, request.operation))
    with moto.lock(request.service):  # what a mend reads before and writes after belongs together
        return paged(request, mend(request, moto) if mend else moto(request))
