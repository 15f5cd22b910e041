"""CORS as a browser reads it: names without case, lists without order, one origin and no other."""

import re
from collections.abc import Mapping

from aws import desired
from aws.api_document import DEFAULT_STATUS, ApiDocument, Integration, Method, StaticAnswer
from aws.bounds import covers, exactly, within
from aws.difference import Difference
from aws.words import Words
from checks.api_surplus import ROUTE, SERVED

ORIGIN = "Access-Control-Allow-Origin"
HEADERS = "Access-Control-Allow-Headers"
METHODS = "Access-Control-Allow-Methods"
SAFE_HEADERS = frozenset(
    {
        *("accept", "accept-language", "content-language", "content-type", "authorization"),
        *("x-amz-date", "x-amz-security-token", "x-amz-user-agent", "x-api-key"),
        *("x-requested-with", "x-amzn-trace-id"),
    }
)
"""What consoles and frameworks allow by default, and what no function reads."""
SAFE_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""What a page may send to any path, if it likes to be told that there is no such method."""
STATUS_CODE = re.compile(r"[\"']?statusCode[\"']?\s*:\s*(\d{3})")
"""The status that a MOCK's request template asks for; AWS takes the key without quotes as well."""


def preflight_flaws(method: Method) -> list[str]:
    """Return why a preflight is not answered at all, or not to everybody."""
    mock = method.integration
    if mock is None or mock.kind != "MOCK":
        return [f"integrated by {mock.kind if mock else 'nothing'}, not MOCK"]
    guards = {
        f"guarded by {method.authorizer}": method.authorizer is not None,
        "asks for an API key": method.api_key_required,
    }
    answer = _answer(mock)
    answered = "answers nothing" if answer is None else f"answers {answer.status}"
    fails = answer is None or not answer.status.startswith("2")
    return [*(guard for guard, there in guards.items() if there), *([answered] if fails else [])]


def preflight_differences(path: str, method: Method, api: desired.Api) -> tuple[Difference, ...]:
    """Hold the three headers: the one origin; what the path needs, and nothing that is not safe."""
    answer = _answer(method.integration) if method.integration else None
    if answer is None:
        return ()
    found = {name: header(answer.headers, name) for name in (ORIGIN, HEADERS, METHODS)}
    needed, verbs = (
        listed(HEADERS, api.cors.headers),
        {r.verb for r in api.routes if r.path == path},
    )
    planned = listed(METHODS, api.cors.methods)
    bounds = (
        (ORIGIN, found[ORIGIN], exactly(api.cors.origin)),
        (HEADERS, listed(HEADERS, found[HEADERS]), covers(needed)),
        (HEADERS, listed(HEADERS, found[HEADERS]), within(needed | SAFE_HEADERS)),
        (METHODS, listed(METHODS, found[METHODS]), covers(verbs)),
        (METHODS, listed(METHODS, found[METHODS]), within(planned | SAFE_METHODS)),
    )
    return tuple(
        Difference(
            kind=ROUTE,
            name=f"OPTIONS {path}",
            fact=Words(en=name, ja=name),
            found=value,
            bound=bound,
            call=SERVED,
            decided_in="origin, api_key",
            loosens=True,
        )
        for name, value, bound in bounds
        if not bound.holds(value)
    )


def _answer(mock: Integration) -> StaticAnswer | None:
    """Return the answer whose status the request template asks for."""
    asked = STATUS_CODE.search(mock.request_templates.get("application/json", ""))
    return mock.answers.get(asked[1]) if asked else None


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


def listed(name: str, value: str | None) -> frozenset[str]:
    """Read a list as browsers do: names of headers know no case, methods and origins do."""
    items = frozenset(filter(None, (one.strip() for one in (value or "").split(","))))
    return frozenset(one.lower() for one in items) if name == HEADERS else items
