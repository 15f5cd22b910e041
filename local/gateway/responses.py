"""The answers that the deployed API alone makes: gateway responses to what is refused, and MOCK, which answers every preflight."""

import json
import re
from typing import Any

from local.gateway.call import ApiCall, mapped, plain, render
from local.gateway.export import DEFAULT_TEMPLATES, headers_of, texts
from local.gateway.refusal import GatewayRefusal
from local.http import HttpReply

JSON = "application/json"
_HEADER = "gatewayresponse.header."


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
        for name, expression in texts(answer.response_parameters).items()
        if name.startswith(_HEADER)
    ]
    return HttpReply(
        status=int(answer.status_code or refusal.status),
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


def _customised(refusal: GatewayRefusal, call: ApiCall) -> Any:
    """Return moto's ``GatewayResponse`` for it; None where neither its type nor its class has one."""
    responses = call.served.deployment.api.gateway_responses
    default = "DEFAULT_5XX" if refusal.status >= 500 else "DEFAULT_4XX"
    return responses.get(refusal.kind) or responses.get(default)


def _template(answer: Any, accept: str) -> tuple[str, str]:
    templates = DEFAULT_TEMPLATES | texts(answer.response_templates)
    kind = accept if accept in templates else JSON
    return kind, templates[kind]


def _uncustomised(refusal: GatewayRefusal) -> HttpReply:
    # AWS spells this one key with a capital letter until the response is customised.
    key = "Message" if refusal.kind == "ACCESS_DENIED" else "message"
    return HttpReply(
        status=refusal.status,
        headers=(("Content-Type", JSON), ("x-amzn-ErrorType", refusal.error)),
        body=json.dumps({key: refusal.message}).encode(),
    )


_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*(\d{3})\b""")
_DECLARED_HEADER = "method.response.header."


def mock(call: ApiCall, method: Any) -> HttpReply:
    """Answer as the request template chooses; raises `GatewayRefusal` where the API is misconfigured."""
    integration = method.method_integration
    answer = _answer(integration, _chosen_status(call, integration))
    declared = method.method_responses.get(str(answer.status_code))
    if declared is None:
        raise _misconfigured(
            f"output mapping refers to an undeclared response {answer.status_code}"
        )
    names = {name.lower() for name in headers_of(declared.response_parameters)}
    headers = [
        (name.removeprefix(_DECLARED_HEADER), mapped(expression, call))
        for name, expression in texts(answer.response_parameters).items()
        # AWS refuses to map a header that the method response does not declare; moto does not.
        if name.lower().removeprefix(_DECLARED_HEADER) in names
    ]
    return HttpReply(
        status=int(answer.status_code),
        headers=(("Content-Type", JSON), *((name, value) for name, value in headers if value)),
        body=render(plain(texts(answer.response_templates).get(JSON, "")), call).encode(),
    )


def _chosen_status(call: ApiCall, integration: Any) -> str:
    content_type = (call.request.header("Content-Type") or JSON).partition(";")[0].strip().lower()
    template = texts(integration.request_templates).get(content_type)
    if template is None:
        template = _passed_through(call, integration)
    match = _STATUS.search(render(plain(template), call))
    if not match:
        raise _misconfigured(f"no statusCode in the request template for {content_type}")
    return match[1]


def _passed_through(call: ApiCall, integration: Any) -> str:
    """Return the body itself, where the passthrough behaviour lets it take the template's place."""
    when = integration.passthrough_behaviour
    if when == "NEVER" or (when == "WHEN_NO_TEMPLATES" and integration.request_templates):
        raise GatewayRefusal("UNSUPPORTED_MEDIA_TYPE", why=f"passthrough {when}")
    return call.request.body.decode("utf-8", "replace")


def _answer(integration: Any, status: str) -> Any:
    """Choose as AWS does: a pattern that matches the status, else the response without a pattern."""
    defaults = {}
    for code, answer in (integration.integration_responses or {}).items():
        if answer.selection_pattern and re.fullmatch(answer.selection_pattern, status):
            return answer
        if not answer.selection_pattern:
            defaults[code] = answer
    if not defaults:
        raise _misconfigured(f"no integration response for status {status}")
    return defaults.get(status) or next(iter(defaults.values()))


def _misconfigured(why: str) -> GatewayRefusal:
    return GatewayRefusal("API_CONFIGURATION_ERROR", why=why)
