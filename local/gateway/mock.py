"""``MOCK``: an answer made of the deployed API alone. Every preflight answer comes from here."""

import re

from local.gateway.call import ApiCall
from local.gateway.http import HttpReply
from local.gateway.refusal import GatewayRefusal
from local.gateway.responses import JSON
from local.gateway.snapshot import Integration, Method, StaticAnswer
from local.gateway.variables import mapped, plain, render

_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*(\d{3})\b""")
_HEADER = "method.response.header."


def mock(call: ApiCall, method: Method, integration: Integration) -> HttpReply:
    """Answer as the request template chooses; raises `GatewayRefusal` where the API is misconfigured."""
    answer = _answer(integration, _chosen_status(call, integration))
    declared = method.method_responses.get(str(answer.status))
    if declared is None:
        raise _misconfigured(f"output mapping refers to an undeclared response {answer.status}")
    names = {name.lower().removeprefix(_HEADER) for name in declared}
    headers = [
        (name.removeprefix(_HEADER), mapped(expression, call))
        for name, expression in answer.parameters.items()
        # AWS refuses to map a header that the method response does not declare; moto does not.
        if name.lower().removeprefix(_HEADER) in names
    ]
    return HttpReply(
        status=answer.status,
        headers=(("Content-Type", JSON), *((name, value) for name, value in headers if value)),
        body=render(plain(answer.templates.get(JSON) or ""), call).encode(),
    )


def _chosen_status(call: ApiCall, integration: Integration) -> str:
    content_type = (call.request.header("Content-Type") or JSON).partition(";")[0].strip().lower()
    template = integration.request_templates.get(content_type)
    if template is None:
        template = _passed_through(call, integration)
    found = _STATUS.search(render(plain(template), call))
    if not found:
        raise _misconfigured(f"no statusCode in the request template for {content_type}")
    return found[1]


def _passed_through(call: ApiCall, integration: Integration) -> str:
    """Return the body itself, where the passthrough behaviour lets it take the template's place."""
    when = integration.passthrough
    if when == "NEVER" or (when == "WHEN_NO_TEMPLATES" and integration.request_templates):
        raise GatewayRefusal("UNSUPPORTED_MEDIA_TYPE", why=f"passthrough {when}")
    return call.request.body.decode("utf-8", "replace")


def _answer(integration: Integration, status: str) -> StaticAnswer:
    """Choose as AWS does: a pattern that matches the status, else the response without a pattern."""
    defaults = {}
    for code, answer in integration.responses.items():
        if answer.selection_pattern and re.fullmatch(answer.selection_pattern, status):
            return answer
        if not answer.selection_pattern:
            defaults[code] = answer
    if not defaults:
        raise _misconfigured(f"no integration response for status {status}")
    return defaults.get(status) or next(iter(defaults.values()))


def _misconfigured(why: str) -> GatewayRefusal:
    return GatewayRefusal("API_CONFIGURATION_ERROR", why=why)
