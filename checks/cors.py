"""CORS as a browser reads it: names without case, lists without order, one origin and no other."""

import re
from collections.abc import Mapping

from aws import desired
from aws.api_document import DEFAULT_STATUS, ApiDocument, Method, StaticAnswer

ORIGIN = "Access-Control-Allow-Origin"
HEADERS = "Access-Control-Allow-Headers"
STATUS_CODE = re.compile(r"[\"']?statusCode[\"']?\s*:\s*(\d{3})")
"""The status that a MOCK's request template asks for; AWS takes the key without quotes as well."""


def preflight_flaws(method: Method, cors: desired.Cors) -> list[str]:
    """Return why a browser would not be let through, or why it would be let through too easily."""
    mock = method.integration
    if mock is None or mock.kind != "MOCK":
        return [f"integrated by {mock.kind if mock else 'nothing'}, not MOCK"]
    guards = {
        f"guarded by {method.authorizer}": method.authorizer is not None,
        "asks for an API key": method.api_key_required,
    }
    asked = STATUS_CODE.search(mock.request_templates.get("application/json", ""))
    answer = mock.answers.get(asked[1]) if asked else None
    answered = ["answers nothing"] if answer is None else _answer_flaws(answer, cors)
    return [*(guard for guard, there in guards.items() if there), *answered]


def without_origin(served: ApiDocument, api: desired.Api) -> dict[str, str]:
    """Return gateway responses that name another origin, or none: planned and customised ones.

    A page reads an answer where the origin is allowed; the other headers matter to preflights only.
    """
    kinds = {*served.gateway_responses, *(one.kind for one in api.gateway_responses)}
    answers = {kind: gateway_answer(served, kind) for kind in sorted(kinds)}
    origins = {kind: header(one.headers, ORIGIN) if one else None for kind, one in answers.items()}
    return {k: found or "none" for k, found in origins.items() if found != api.cors.origin}


def gateway_answer(served: ApiDocument, kind: str) -> StaticAnswer | None:
    """Return the gateway response of a kind, or the default of its class that stands in for it."""
    status = DEFAULT_STATUS.get(kind, "500" if kind == "DEFAULT_5XX" else "400")
    default = served.gateway_responses.get(f"DEFAULT_{status[0]}XX")
    return served.gateway_responses.get(kind, default)


def gateway_status(served: ApiDocument, kind: str) -> str:
    """Return the status of a kind: its own, its class's, or AWS's."""
    answer = gateway_answer(served, kind)
    return (answer.status if answer else "") or DEFAULT_STATUS[kind]


def header(headers: Mapping[str, str], name: str) -> str | None:
    by_name = {key.lower(): value for key, value in headers.items()}
    return by_name.get(name.lower())


def _answer_flaws(answer: StaticAnswer, cors: desired.Cors) -> list[str]:
    if not answer.status.startswith("2"):
        return [f"answers {answer.status}"]
    found = {name: header(answer.headers, name) for name in cors.answer_headers}
    read = {name: _read(name, value) for name, value in found.items()}
    planned = {name: _read(name, value) for name, value in cors.answer_headers.items()}
    return [f"{name} is {found[name]}" for name in planned if read[name] != planned[name]]


def _read(name: str, value: str | None) -> frozenset[str]:
    """Read a list as browsers do: names of headers know no case, methods and origins do."""
    items = frozenset(one.strip() for one in (value or "").split(","))
    return frozenset(one.lower() for one in items) if name == HEADERS else items
