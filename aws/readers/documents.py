"""API Gateway: what the API says now, and what its stage serves, both in canonical form."""

import json

from aws.api import ApiDocument
from aws.documents import draft as drafts
from aws.documents import export
from aws.engine import Reader, Reading
from aws.readers.api import PAGE, api_id
from aws.section import Section


def draft(reading: Reading) -> Section[ApiDocument]:
    ours = api_id(reading)
    if ours is None:
        return {}
    listed = reading.aws.listed
    of_api = {"restApiId": ours, "limit": PAGE}
    document = drafts.canonical(
        resources=listed("apigateway", "get_resources", "items", embed=["methods"], **of_api),
        authorizers=listed("apigateway", "get_authorizers", "items", **of_api),
        gateway_responses=listed("apigateway", "get_gateway_responses", "items", **of_api),
    )
    return {reading.scope.api: document}


def served(reading: Reading) -> Section[ApiDocument]:
    ours = api_id(reading)
    if ours is None:
        return {}
    return reading.each([reading.scope.stage], lambda stage: _served(reading, ours, stage))


def _served(reading: Reading, api: str, stage: str) -> ApiDocument:
    answer = reading.aws.call(
        "apigateway",
        "get_export",
        restApiId=api,
        stageName=stage,
        exportType="oas30",
        parameters={"extensions": "apigateway"},
        accepts="application/json",
    )
    return export.canonical(json.loads(answer["body"].read()))


READERS = {
    "draft": Reader(draft, ("apigateway:GET",)),
    "served": Reader(served, ("apigateway:GET",)),
}
