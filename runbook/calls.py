"""What a deployment calls: noted while a stage serves it, since no person can read it afterwards."""

import json
from collections.abc import Mapping

from aws.api.document import ApiDocument, from_export
from aws.desired import Api
from aws.release import CALLS, calls_on_record
from runbook.engine import StepContext

KIND = "deployment"


def note(context: StepContext, api: Api, api_id: str, deployment: str) -> None:
    """Record what the stage's deployment calls, unless that is on record."""
    if noted(context, deployment) is None:
        body = {"deployment": deployment, CALLS: exported(context, api, api_id).calls}
        context.record(KIND, body)


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
