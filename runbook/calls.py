"""What a deployment calls: noted while a stage serves it, since no person can read it afterwards."""

import json
from collections.abc import Mapping
from typing import Any

from aws.api.document import ApiDocument, from_export
from aws.desired import Api
from aws.release import CALLS, TIME_OUTS, calls_on_record
from runbook.engine import StepContext

KIND = "deployment"


def note(context: StepContext, api: Api, api_id: str, deployment: str) -> None:
    """Record what the stage's deployment calls, unless that is on record."""
    if noted(context, deployment) is None:
        body = {"deployment": deployment, **noted_of(exported(context, api, api_id))}
        context.record(KIND, body)


def noted_of(served: ApiDocument) -> dict[str, Any]:
    """Return the fields of a record that say what API Gateway shows only of what a stage serves."""
    return {CALLS: served.calls} | ({TIME_OUTS: found} if (found := served.time_outs) else {})


def noted(context: StepContext, deployment: str) -> Mapping[str, str] | None:
    """Return what a deployment calls; None where it was not noted."""
    bodies = (*context.history("release"), *context.history(KIND))
    return calls_on_record(bodies).get(deployment)


def exported(context: StepContext, api: Api, api_id: str) -> ApiDocument:
    """Return what the stage serves."""
    answer = context.client("apigateway").get_export(
        restApiId=api_id,
        stageName=api.stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
        accepts="application/json",
    )
    return from_export(json.loads(answer["body"].read()))
