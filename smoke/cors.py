"""CORS as a browser applies it: preflights, the kinds of answer that must carry the allowed origin, and all answers of a run."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from aws.section import Follows, NotTestable
from aws.words import Words
from smoke.calls import AWARD, LOGIN, MASK, Answer, Call, get
from smoke.contract import contract, operations, warming
from smoke.errors import ERRORS, Expected
from smoke.root_causes import ROWS
from smoke.row_calls import Build, RowCalls, differs
from smoke.scenarios import GUIDE, Scenarios
from smoke.sessions import PUBLIC_KEYS

FOREIGN = "https://smoke.invalid"
"""An origin that no environment allows; its top-level domain never exists (RFC 6761)."""
NEAR = ("null", "http://localhost:3000", "{}.smoke.invalid", "https://smoke.invalid/{}")
"""Origins that careless code allows; {} is the front end's own."""
HEADERS = ("content-type", "authorization")
"""What the front end sends, and so what a browser asks about in its preflight."""
NO_PATH = "/smoke-no-such-path"
ALLOW = "access-control-allow-"
SUCCESSES = tuple(route for route in warming() if route != AWARD)


def _refusals() -> Iterator[Expected]:
    """Yield an error of each function, of the highest status: asked from the front end, and from elsewhere."""
    functions = {operation["x-function"] for operation in operations().values()}
    for function in sorted(functions):
        own = (error for error in ERRORS if operations()[error.route]["x-function"] == function)
        yield max((error for error in own if error.status != 401), key=lambda each: each.status)


REFUSALS = tuple(_refusals())


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of answer, and a call that gets it; if it does not, the row ``owner`` is red."""

    answered: Words
    """What answers."""
    status: int
    owner: str
    call: Callable[[Scenarios], Call]

    @property
    def words(self) -> Words:
        return Words(
            en=f"{self.status} of {self.answered}", ja=f"{self.answered.ja}の{self.status}応答"
        )

    def __str__(self) -> str:
        return str(self.words)


def allowed_origin(answer: Answer) -> str | None:
    """Return the origin that a browser allows to read the answer; two headers are joined, and then match no origin."""
    return answer.headers.get(f"{ALLOW}origin")


def allows(answer: Answer) -> Words:
    """Say which origin an answer allows instead of the right one."""
    origin = allowed_origin(answer)
    return Words(
        en=f"{answer} and allows {f'the origin {origin}' if origin else 'no origin'}",
        ja=f"{answer.ja}。許可されたオリジンは{origin or 'ありません'}{'です' if origin else ''}",
    )


def not_allowed(answer: Answer, names: set[str]) -> Words:
    """Say which verbs or headers a preflight does not allow."""
    missing = ", ".join(sorted(names))
    return Words(
        en=f"{answer} and does not allow {missing}",
        ja=f"{answer.ja}。{missing}が許可されていません",
    )


def preflight(path: str, verb: str, headers: str, origin: str | None = None) -> Call:
    """Return the preflight that a browser sends before ``verb`` with these headers."""
    requested = (
        ("Access-Control-Request-Method", verb),
        ("Access-Control-Request-Headers", headers),
    )
    return Call(verb="OPTIONS", path=path, origin=origin, headers=requested)


def listed(answer: Answer, what: str) -> set[str]:
    """Return what a preflight allows (``headers``, ``methods``), in lower case."""
    values = answer.headers.get(f"{ALLOW}{what}", "")
    return {part.strip().lower() for part in values.split(",")}


def _forged(scenarios: Scenarios) -> Call:
    session = scenarios.sessions.forged(scenarios.caller, PUBLIC_KEYS[0])
    return scenarios.harmless("GET /stamps", session, session.user_id)


def _cases() -> Iterator[Case]:
    for route in SUCCESSES:
        yield Case(Words.same(route), 200, ROWS[route], partial(Scenarios.success, route=route))
    yield Case(Words("an award", "スタンプ付与"), 200, "SMOKE-03", Scenarios.collect)
    for error in REFUSALS:
        yield Case(Words.same(error.route), error.status, "SMOKE-11", error.call)
    yield Case(Words.same(LOGIN), 401, "SMOKE-01", lambda _: GUIDE)
    yield Case(
        Words("a second award", "2回目のスタンプ付与"), 409, "SMOKE-16", Scenarios.collect_again
    )
    yield Case(
        Words("another user's stamps", "他の利用者のスタンプ"),
        403,
        "SEC-42",
        lambda scenarios: scenarios.harmless("GET /stamps", scenarios.caller, scenarios.other),
    )
    missing = get("/stamps", userId="Usmoke")
    yield Case(
        Words("the gateway without a session", "ゲートウェイ（セッションなし）"),
        401,
        "SEC-41",
        lambda _: missing,
    )
    yield Case(
        Words("the gateway to another origin", "ゲートウェイ（別オリジンあて）"),
        401,
        "SEC-41",
        lambda _: replace(missing, origin=FOREIGN),
    )
    yield Case(
        Words("the gateway for a forged session", "ゲートウェイ（偽造セッション）"),
        401,
        "SEC-40",
        _forged,
    )
    yield Case(
        Words("the gateway for an unknown path", "ゲートウェイ（存在しないパス）"),
        403,
        "DEP-24",
        lambda _: get(NO_PATH),
    )


CASES = tuple(_cases())


def allowed_elsewhere(calls: RowCalls, origin: str) -> Iterator[Words]:
    """Yield errors, one of each function, that a page of another origin may read."""
    _ = calls.caller
    for error in REFUSALS:
        call = error.call(calls.scenarios)
        for foreign in (FOREIGN, *(name.format(origin) for name in NEAR)):
            answer = calls.answer(replace(call, origin=foreign))
            if allowed_origin(answer) != origin:
                yield allows(answer)


def asked_before(calls: RowCalls, path: str, origin: str | None = None) -> Answer:
    """Return the answer to a preflight for a verb of a path, with all headers that the front end sends."""
    verbs, headers = verbs_of(calls, path), headers_of(calls)
    return calls.answer(preflight(path, min(verbs).upper(), ",".join(sorted(headers)), origin))


def verbs_of(calls: RowCalls, path: str) -> set[str]:
    """Return the verbs of a path, in lower case."""
    return {route.verb.lower() for route in calls.suite.plan.api.routes if route.path == path}


def headers_of(calls: RowCalls) -> set[str]:
    """Return the headers that a page of this environment sends, in lower case."""
    return {*HEADERS, "x-api-key"} if calls.suite.client.api_key else set(HEADERS)


def shown(calls: RowCalls, case: Case) -> Answer:
    """Return an answer of the case's kind; Follows if the call is answered otherwise."""
    answer = calls.answer(case.call)
    if answer.status != case.status:
        calls.attribute(answer.call.route)
        raise Follows(
            case.owner,
            en=f"{answer} (expected {case.status})",
            ja=f"{answer.ja}（期待値: {case.status}）",
        )
    return answer


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
        by_the_gateway = ERROR_TYPE in answer.headers or answer.error_code in GATEWAYS
        if "no-store" not in (header or "").lower() and (header or not by_the_gateway):
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
