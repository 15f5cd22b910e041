"""What a deployment made by hand calls: noted while a stage serves it, since nobody can read it afterwards."""

import json
from collections.abc import Mapping
from typing import Any

from aws.desired import Api
from runbook.engine import StepContext

KIND = "deployment"
ANY = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def note(context: StepContext, api: Api, api_id: str, deployment: str) -> None:
    """Record what the stage's deployment calls, unless that is on record."""
    if noted(context, deployment) is None:
        body = {"deployment": deployment, "calls": _exported(context, api, api_id)}
        context.record(KIND, body)


def noted(context: StepContext, deployment: str) -> Mapping[str, str] | None:
    """Return route (``GET /stamps``) -> URI of its integration; None where nobody noted it."""
    found = context.recorded(KIND, deployment=deployment)
    return found["calls"] if found else None


def _exported(context: StepContext, api: Api, api_id: str) -> dict[str, str]:
    answer = context.client("apigateway").get_export(
        restApiId=api_id,
        stageName=api.stage,
        exportType="oas30",
        parameters={"extensions": "integrations"},
    )
    paths: Mapping[str, Mapping[str, Any]] = json.loads(answer["body"].read())["paths"]
    return {
        f"{_verb(verb)} {path}": one[INTEGRATION]["uri"]
        for path, methods in paths.items()
        for verb, one in methods.items()
        if "uri" in one.get(INTEGRATION, {})
    }


def _verb(written: str) -> str:
    return "ANY" if written == ANY else written.upper()
