"""What must be true of every answer of a run, of any route and status: checked after all others."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial

from aws.section import NotTestable
from aws.words import Words
from smoke.calls import MASK, Answer
from smoke.contract import contract
from smoke.cors import ALLOW, allowed_origin, allows
from smoke.errors import ERRORS
from smoke.flaws import differs
from smoke.row_calls import Build, RowCalls
from smoke.scenarios import Scenarios

NOT_OURS = ("x-amz", "access-control-", "content-", "x-cache")
"""Prefixes of headers that API Gateway or CloudFront write, or that other rows judge."""
STANDARD = frozenset({"date", "server", "connection", "via", "etag", "strict-transport-security"})
GATEWAYS = frozenset({"UNAUTHORIZED", "REQUEST_REFUSED", "THROTTLED", "INTERNAL_ERROR"})
"""Error codes that API Gateway answers by itself; the header below shows it as well."""
ERROR_TYPE = "x-amzn-errortype"


def not_for_the_front_end(calls: RowCalls, origin: str) -> Iterator[Words]:
    """Yield the answers that the front end may not read, or that allow requests with cookies."""
    for answer in _answers(calls):
        if allowed_origin(answer) != origin:
            yield allows(answer)
        if answer.headers.get(f"{ALLOW}credentials", "").lower() == "true":
            yield differs(answer, f"{ALLOW}credentials", "true", "-")


def cacheable_answers(calls: RowCalls) -> Iterator[Words]:
    """Provoke each success and each documented error; yield the answers that may be cached, or that set a cookie."""
    _ = calls.caller
    provocations: list[Build] = [
        *(partial(Scenarios.success, route=route.id) for route in calls.suite.plan.api.routes),
        *(error.call for error in ERRORS),
    ]
    for call in provocations:
        with suppress(NotTestable):  # another row reports why there is no answer
            calls.suite.answer(call(calls.scenarios))
    for answer in _answers(calls):
        header = answer.headers.get("cache-control")
        if "no-store" not in (header or "").lower() and (header or not _by_the_gateway(answer)):
            yield differs(answer, "Cache-Control", header or "-", "no-store")
        if "set-cookie" in answer.headers:
            yield differs(answer, "Set-Cookie", MASK, "-")


def own_headers(answer: Answer) -> str:
    """Return the values of the headers that a function itself wrote, one per line."""
    own = (
        value
        for name, value in answer.headers.items()
        if not name.startswith(NOT_OURS) and name not in STANDARD
    )
    return "\n".join(own)


def _answers(calls: RowCalls) -> Iterable[Answer]:
    """Return one answer of each kind (route, status, code) of the documented routes, preflights left out."""
    documented = {route for route, _ in contract().responses}
    made = [answer for answer in calls.suite.client.answers if answer.call.route in documented]
    kinds = {
        (answer.call.route, answer.status, answer.error_code): answer for answer in reversed(made)
    }
    calls.observe.note(answers=len(made), kinds=len(kinds))
    return list(kinds.values())


def _by_the_gateway(answer: Answer) -> bool:
    return ERROR_TYPE in answer.headers or answer.error_code in GATEWAYS
