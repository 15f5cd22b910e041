"""Answers that API Gateway makes itself (guide step 3-3): with CORS, so that a browser can read them."""

from collections.abc import Mapping
from typing import Any

from aws.change import Changes
from aws.desired import GatewayResponse
from runbook.converge.draft import Draft
from runbook.engine import StepContext, difference

HEADER = "gatewayresponse.header."
JSON = "application/json"


def converge(context: StepContext, api_id: str, draft: Draft, response: GatewayResponse) -> Changes:
    """Put the response where it differs; a status of None is AWS's own."""
    found = draft.gateway_responses.get(response.kind)
    parameters = {f"{HEADER}{name}": f"'{text}'" for name, text in response.headers.items()}
    wanted = {
        **({"status": response.status} if response.status else {}),
        "headers": parameters,
        "template": response.template,
    }
    have = _found(found) if found else None
    changes = difference(f"gateway response {response.kind}", have, wanted)
    status = {"statusCode": response.status} if response.status else {}
    return context.settle(
        changes,
        lambda: context.client("apigateway").put_gateway_response(
            restApiId=api_id,
            responseType=response.kind,
            responseParameters=parameters,
            responseTemplates={JSON: response.template},
            **status,
        ),
    )


def _found(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "status": found.get("statusCode"),
        "headers": found.get("responseParameters") or {},
        "template": (found.get("responseTemplates") or {}).get(JSON),
    }
