"""Where moto differs from AWS and our checks or procedures would notice, it is mended here.

Each ``mend_`` module corrects one area. What stays different, as far as we know: a restore copies
today's items whatever time it is asked for; nothing measures, so no alarm ever fires by itself; new
resources are ready at once; an update is never still under way; control planes are never too fast
(inject those with ``aws_faults``); resource policies are kept and not enforced; certificates and
domains are only words; X-Ray keeps no trace.
"""

from collections.abc import Mapping

from signoff.local import (
    mend_apigateway_draft,
    mend_apigateway_edge,
    mend_apigateway_patch,
    mend_apigateway_stage,
    mend_cloudwatch,
    mend_dynamodb,
    mend_identity,
    mend_lambda,
    mend_logs,
    mend_query,
    mend_s3,
    mend_sns,
    mend_transaction,
)
from signoff.local.aws_moto import Mend, Moto
from signoff.local.aws_request import Request, Response
from signoff.local.mend_paging import paged

MENDS: Mapping[tuple[str, str], Mend] = {
    **mend_apigateway_draft.MENDS,
    **mend_apigateway_edge.MENDS,
    **mend_apigateway_patch.MENDS,
    **mend_apigateway_stage.MENDS,
    **mend_cloudwatch.MENDS,
    **mend_dynamodb.MENDS,
    **mend_identity.MENDS,
    **mend_lambda.MENDS,
    **mend_logs.MENDS,
    **mend_query.MENDS,
    **mend_s3.MENDS,
    **mend_sns.MENDS,
    **mend_transaction.MENDS,
}
"""(service, operation) -> how it is answered."""


def mended(request: Request, moto: Moto) -> Response:
    """Let moto answer, corrected where it is known to be wrong, one page at a time as AWS does."""
    mend = MENDS.get((request.service, request.operation))
    with moto.lock(request.service):  # what a mend reads before and writes after belongs together
        return paged(request, mend(request, moto) if mend else moto(request))
