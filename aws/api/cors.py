"""CORS as a browser reads it: names without case, lists without order, one origin and no other."""

from collections.abc import Iterator, Mapping

from aws import desired
from aws.api.document import ApiDocument, Integration, Method
from aws.api.integration import DEFAULT_STATUS, StaticAnswer
from aws.bounds import NOTHING, Bound, at_most, covers, described, exactly, within
from aws.difference import Difference, Differences, differences, fault, where
from aws.ledgers import AUTHORIZER, GATEWAY_RESPONSE, ROUTE, SERVED
from aws.words import Words

INTEGRATED = Words(en="integration", ja="統合")
KEYED = Words(en="API key required", ja="APIキーの要求")
BY_FUNCTION, MOCK = "AWS_PROXY", "MOCK"
PROXIED = (BY_FUNCTION, "POST")
"""How an integration invokes a function: see ``Integration.form``."""
STATUS = Words(en="status code", ja="ステータスコード")
ORIGIN = "Access-Control-Allow-Origin"
HEADERS = "Access-Control-Allow-Headers"
METHODS = "Access-Control-Allow-Methods"
MAX_AGE = "Access-Control-Max-Age"
REFUSED_SESSION = ("ACCESS_DENIED", "UNAUTHORIZED")
"""Kinds of gateway responses to a session that the authorizer refuses, or that is missing."""
SAFE_HEADERS = frozenset(
    {
        *("accept", "accept-language", "content-language", "content-type", "authorization"),
        *("x-amz-date", "x-amz-security-token", "x-amz-user-agent", "x-api-key"),
        *("x-requested-with", "x-amzn-trace-id", "x-correlation-id", "x-request-id"),
        *("baggage", "traceparent", "tracestate"),
    }
)
"""What consoles, frameworks and tracing (W3C trace context) allow by default, and what no function reads."""
SAFE_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""What a page may send to any path, if it likes to be told that there is no such method."""


def _guarded(path: str, method: Method) -> Iterator[Difference]:
    """Yield why a preflight is answered only for some callers."""
    name = f"OPTIONS {path}"
    if method.authorizer is not None:
        yield fault(ROUTE, name, AUTHORIZER, method.authorizer, NOTHING, call=SERVED)
    if method.api_key_required:
        yield fault(ROUTE, name, KEYED, actual=True, expected=NOTHING, call=SERVED)


def _unanswered(path: str, integration: Integration | None) -> Iterator[Difference]:
    """Yield why a preflight is not answered at all, or by a function's own code."""
    name = f"OPTIONS {path}"
    if integration is None or integration.kind != MOCK:
        yield _not_static(name, integration)
        return
    answer = integration.answer
    if answer is None or not answer.status.startswith("2"):
        status = answer.status if answer else None
        yield fault(ROUTE, name, STATUS, status, Words.same("2xx"), call=SERVED)


def _not_static(name: str, integration: Integration | None) -> Difference:
    """Return that no static answer stands there: what a function answers, smoke sees, and people decide."""
    kind, expected = integration.kind if integration else None, Words.same(MOCK)
    if integration is None or kind != BY_FUNCTION:
        return fault(ROUTE, name, INTEGRATED, kind, expected, call=SERVED)
    actual = f"{kind} {integration.uri}".strip()
    more = {"call": SERVED, "decidable": True, "loosens": True}
    return fault(ROUTE, name, INTEGRATED, actual, expected, **more)


def preflight_differences(path: str, method: Method, api: desired.Api) -> tuple[Difference, ...]:
    """Return why a preflight is not answered, or what its headers allow otherwise than planned."""
    if guarded := tuple(_guarded(path, method)):
        return (*guarded, *_unanswered(path, method.integration))
    return answer_differences(path, method.integration, api)


def answer_differences(
    path: str, integration: Integration | None, api: desired.Api
) -> tuple[Difference, ...]:
    """Return the same of the answer alone, which callers get whom its method lets in."""
    unanswered = tuple(_unanswered(path, integration))
    answer = integration.answer if integration else None
    if unanswered or answer is None:
        return unanswered
    return _allowed_differences(path, answer.headers, api)


def _allowed_differences(path: str, answered: Mapping[str, str], api: desired.Api) -> Differences:
    """Hold the three headers of an answer: one origin; what the path needs, and nothing unsafe."""
    headers = {name: header(answered, name) for name in (ORIGIN, HEADERS, METHODS)}
    needed, planned = listed(HEADERS, api.cors.headers), listed(METHODS, api.cors.methods)
    verbs = {route.verb for route in api.routes if route.path == path}
    bounds = (
        (ORIGIN, headers[ORIGIN], exactly(api.cors.origin)),
        (HEADERS, listed(HEADERS, headers[HEADERS]), covers(needed)),
        (HEADERS, listed(HEADERS, headers[HEADERS]), within(needed | SAFE_HEADERS)),
        (METHODS, listed(METHODS, headers[METHODS]), covers(verbs)),
        (METHODS, listed(METHODS, headers[METHODS]), within(planned | SAFE_METHODS)),
        *_cached_for(answered, api.cors.max_age_s),
    )
    return Differences.among(
        Difference(
            ROUTE,
            f"OPTIONS {path}",
            Words(en=name, ja=name),
            value,
            bound,
            call=SERVED,
            decided_in=where("origin", "api_key", "cors_max_age_s"),
            loosens=True,
        )
        for name, value, bound in bounds
    )


def _cached_for(
    answered: Mapping[str, str], most: int | None
) -> Iterator[tuple[str, object, Bound]]:
    """Hold for how long browsers keep the answer to what was decided, if anything was."""
    if most is not None:
        age = header(answered, MAX_AGE) or ""
        yield MAX_AGE, int(age) if age.isdecimal() else 0, at_most(most, " s")


def without_origin(served: ApiDocument, api: desired.Api) -> Iterator[Difference]:
    """Yield gateway responses that name another origin, or none: planned and customised ones.

    A page reads an answer where the origin is allowed; the other headers matter to preflights only.
    """
    kinds = {*served.gateway_responses, *(response.kind for response in api.gateway_responses)}
    about = {"call": SERVED, "decided_in": where("origin"), "loosens": True}
    fact, bound = Words.same(ORIGIN), exactly(api.cors.origin)
    for kind in sorted(kinds):
        answer = gateway_answer(served, kind)
        origin = header(answer.headers, ORIGIN) if answer else None
        yield from differences(GATEWAY_RESPONSE, kind, {fact: (origin, bound)}, **about)


def misleading_statuses(served: ApiDocument) -> Iterator[Difference]:
    """Yield customised gateway responses that call an error a success, or a fault of ours one of the caller's."""
    usual_statuses = {"DEFAULT_4XX": "400", "DEFAULT_5XX": "500", **DEFAULT_STATUS}
    for kind, response in sorted(served.gateway_responses.items()):
        status, usual = response.status, usual_statuses.get(kind)
        if status and usual and status[0] != usual[0]:
            bound = described(Words.same(f"{usual[0]}xx"))
            yield Difference(
                GATEWAY_RESPONSE, kind, STATUS, status, bound, call=SERVED, loosens=True
            )


def forbidden_sessions(served: ApiDocument) -> Iterator[Difference]:
    """Yield the answers to a refused session by which a page does not know that its person has to log in again."""
    for kind in REFUSED_SESSION:
        status = gateway_status(served, kind)
        if status != "401" and status[0] == "4":  # what is no such error at all is misleading
            yield Difference(
                GATEWAY_RESPONSE, kind, STATUS, status, exactly("401"), call=SERVED, loosens=True
            )


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


def without_header(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in headers.items() if key.lower() != name.lower()}


def listed(name: str, value: str | None) -> frozenset[str]:
    """Read a list as browsers do: names of headers know no case, methods and origins do."""
    items = frozenset(filter(None, (part.strip() for part in (value or "").split(","))))
    return frozenset(item.lower() for item in items) if name == HEADERS else items
