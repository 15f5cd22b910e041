"""``$context.…`` and its kin, where AWS substitutes variables and runs no template language."""

import json
import re
from collections.abc import Iterable
from typing import Any

from local.gateway.call import ApiCall
from local.gateway.refusal import GatewayRefusal

_VARIABLE = re.compile(
    r"\$(context(?:\.\w+)+|stageVariables\.\w+|method\.request\.\w+\.[\w-]+)", re.ASCII
)
_DIRECTIVE = re.compile(r"#(?:set|if|foreach|macro|parse|include)\b")


def render(template: str, call: ApiCall, *, missing: str = "") -> str:
    """Substitute every variable of a template; one without a value becomes ``missing``."""
    return _VARIABLE.sub(lambda found: text_of(found[1], call) or missing, template)


def mapped(expression: str, call: ApiCall) -> str:
    """Evaluate a parameter mapping: ``'a static value'``, or the name of a variable."""
    if expression.startswith("'"):
        return expression.strip("'")
    return text_of(expression, call)


def text_of(name: str, call: ApiCall) -> str:
    """Return the value of a variable as AWS writes it, empty where it has none."""
    value = _value(name, call)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def plain(template: str) -> str:
    """Return a template that variables alone can render; raise where it needs Velocity, which is not here."""
    if _DIRECTIVE.search(template):
        raise GatewayRefusal(
            "API_CONFIGURATION_ERROR", why="local gateway runs no Velocity directives"
        )
    return template


def _value(name: str, call: ApiCall) -> Any:
    source, _, rest = name.partition(".")
    if source == "context":
        return _walk({**call.context, **call.outcome}, rest.split("."))
    if source == "stageVariables":
        return call.served.settings.variables.get(rest)
    _, place, key = [*rest.split(".", 2), "", ""][:3]
    if place == "header":
        return call.request.header(key)
    if place == "querystring":
        return dict(call.request.query).get(key)
    return call.route and call.route.path_parameters.get(key)


def _walk(value: Any, steps: Iterable[str]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
