"""Turns a refusal into what the caller gets: the type's own gateway response, or its 4XX or 5XX default."""

import json

from local.gateway.call import ApiCall
from local.gateway.http import HttpReply
from local.gateway.refusal import GatewayRefusal
from local.gateway.snapshot import StaticAnswer
from local.gateway.variables import mapped, render

JSON = "application/json"
_HEADER = "gatewayresponse.header."
_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'


def refuse(refusal: GatewayRefusal, call: ApiCall) -> HttpReply:
    """Render a gateway response. CORS headers are there only if the deployed API sets them."""
    call.outcome["error"] = {
        "message": refusal.message,
        # Quoted already, so that a template can write {"message":$context.error.messageString}.
        "messageString": json.dumps(refusal.message),
        "responseType": refusal.kind,
    }
    answer = _customised(refusal, call)
    if answer is None:
        return _uncustomised(refusal)
    content_type, template = _template(answer, call.request.header("Accept") or "")
    headers = [
        (name.removeprefix(_HEADER), mapped(expression, call))
        for name, expression in answer.parameters.items()
        if name.startswith(_HEADER)
    ]
    return HttpReply(
        status=answer.status or refusal.status,
        headers=(
            ("Content-Type", content_type),
            ("x-amzn-ErrorType", refusal.error),
            *((name, value) for name, value in headers if value),
        ),
        body=render(template, call).encode(),
    )


def forbidden() -> HttpReply:
    """Answer for an API or a stage that is not there: no API, so no gateway response of it."""
    return _uncustomised(GatewayRefusal("INVALID_API_KEY"))


def _customised(refusal: GatewayRefusal, call: ApiCall) -> StaticAnswer | None:
    responses = call.served.snapshot.gateway_responses
    default = "DEFAULT_5XX" if refusal.status >= 500 else "DEFAULT_4XX"
    return responses.get(refusal.kind) or responses.get(default)


def _template(answer: StaticAnswer, accept: str) -> tuple[str, str]:
    if accept in answer.templates:
        return accept, answer.templates[accept]
    return JSON, answer.templates.get(JSON, _DEFAULT_TEMPLATE)


def _uncustomised(refusal: GatewayRefusal) -> HttpReply:
    # AWS spells this one key with a capital letter until the response is customised.
    key = "Message" if refusal.kind == "ACCESS_DENIED" else "message"
    return HttpReply(
        status=refusal.status,
        headers=(("Content-Type", JSON), ("x-amzn-ErrorType", refusal.error)),
        body=json.dumps({key: refusal.message}).encode(),
    )
