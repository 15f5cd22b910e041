"""What AWS may answer the functions on a bad day, and what our routes must answer then: provoked on an embedded stack.

Meanwhile one user claims several stamps at the same moment, and no count may be lost.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from aws.words import Words
from smoke.aws import answer_as_ever, answer_next
from smoke.bad_answers import (
    ALTERED,
    AWAY,
    BROKEN,
    BUSY,
    CONFLICT,
    COUNTED,
    DENIED,
    EMPTY,
    HTML_ONCE,
    LAGGING,
    LOST,
    NO_HTTP,
    STRANGE,
    THROTTLED,
    BadAnswer,
)
from smoke.calls import Answer, Call, Session, get, send
from smoke.collecting import misstored
from smoke.edge_case_masters import COLLECTED_BY, EDGE_CASES, FOR_A_DAY, HERE, NAME
from smoke.line_mishaps import NOBODY
from smoke.root_causes import LOGIN
from smoke.row_calls import RowCalls

AT_ONCE = 16
CLAIMED = [
    one.stamp_id
    for one in EDGE_CASES
    if one.call in COLLECTED_BY and COLLECTED_BY[one.call] == "GPS" and not one.code
]
"""Stamps that are awarded now to whoever stands there."""
OTHERS = [one.stamp_id for one in FOR_A_DAY]
"""Stamps of which only the position is verified."""
PERIOD = "2001-W10"
"""A week that no other test asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsMishap:
    """AWS answers an operation with this if its body ``holds`` a text, and the route must then answer as stated."""

    operation: str
    holds: str
    answer: BadAnswer
    call: Call
    status: int = 503
    code: str = "SERVICE_UNAVAILABLE"
    lacks: str = ""

    @property
    def told(self) -> Mapping[str, Any]:
        given = {name: one for name, one in asdict(self.answer).items() if name != "about"}
        return {"operation": self.operation, "holds": self.holds, "lacks": self.lacks, **given}

    def flaw(self, calls: RowCalls, answer: Answer) -> Words | None:
        flaw = calls.flaw(answer, self.status, self.code or None)
        about = self.answer.about
        return flaw and Words(
            en=f"{self.operation} {about.en}: {flaw.en}",
            ja=f"{self.operation}が{about.ja}場合: {flaw.ja}",
        )


def mishap_flaws(calls: RowCalls) -> list[Words]:
    """Make AWS fail while one user claims several stamps; return what is answered, listed or stored wrongly."""
    calls.suite.put_edge_case_masters()
    claims, others = list(_claims(calls)), list(_others(calls))
    asked = [*_at_once(calls, claims, [_all_read_first(calls, claims)]), *_at_once(calls, others)]
    answers = [answer for _, answer in asked]
    calls.observe.note(mishaps=len(asked), answers=[str(one) for one in answers])
    flaws = [flaw for one, answer in asked if (flaw := one.flaw(calls, answer))]
    return flaws or _unlisted(calls, answers)


def _at_once(
    calls: RowCalls, mishaps: list[AwsMishap], first: Sequence[Mapping[str, Any]] = ()
) -> list[tuple[AwsMishap, Answer]]:
    with _provoked(calls, mishaps, first), ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(lambda one: calls.suite.answer(one.call), mishaps))
    return list(zip(mishaps, answers, strict=True))


def _all_read_first(calls: RowCalls, claims: list[AwsMishap]) -> Mapping[str, Any]:
    """Let the claims that are won read the user's counters before one of them writes: no luck decides who overlaps."""
    won = [one for one in claims if one.status == 200]
    user = _hurried(calls).user_id
    return {"operation": "dynamodb:Query", "holds": user, "gathers": len(won)}


def _others(calls: RowCalls) -> Iterator[AwsMishap]:
    yield from _readings(calls)
    token = calls.scenarios.id_tokens.good(calls.scenarios.sessions.nobody(NOBODY))
    yield AwsMishap(
        operation="dynamodb:UpdateItem",
        holds=calls.scenarios.sessions.nobody(NOBODY),
        answer=EMPTY,
        call=send(LOGIN, id_token=token),
    )


def _readings(calls: RowCalls) -> Iterator[AwsMishap]:
    scenarios, caller = calls.scenarios, calls.caller
    lists = (
        (caller, THROTTLED, 503),
        (scenarios.tourist, EMPTY, 503),
        (scenarios.visitor, HTML_ONCE, 200),
    )
    for session, answer, status in lists:
        yield AwsMishap(
            operation="dynamodb:Query",
            holds=session.user_id,
            answer=answer,
            call=replace(scenarios.stamps_of(session), time=3),
            status=status,
            code="SERVICE_UNAVAILABLE" if status == 503 else "",
        )
    yield AwsMishap(
        operation="dynamodb:Query",
        holds=f"{PERIOD}#",
        answer=THROTTLED,
        call=get("/ranking/weekly", caller, period=PERIOD),
    )
    places = (
        (EMPTY, 503, "SERVICE_UNAVAILABLE"),
        (BROKEN, 503, "SERVICE_UNAVAILABLE"),
        (ALTERED, 503, "SERVICE_UNAVAILABLE"),
        (AWAY, 503, "SERVICE_UNAVAILABLE"),
        (NO_HTTP, 503, "SERVICE_UNAVAILABLE"),
        (DENIED, 500, "INTERNAL_ERROR"),
        (STRANGE, 500, "INTERNAL_ERROR"),
    )
    for stamp, (answer, status, code) in zip(OTHERS, places, strict=False):
        yield AwsMishap(
            operation="dynamodb:GetItem",
            holds=stamp,
            answer=answer,
            call=scenarios.position(caller, spotId=stamp, **HERE),
            status=status,
            code=code,
        )


def _claims(calls: RowCalls) -> Iterator[AwsMishap]:
    """Yield claims of stamps: some that are refused, and one for each mishap that must not cost a stamp."""
    scenarios, hurried = calls.scenarios, _hurried(calls)
    write = "dynamodb:TransactWriteItems"
    harmless = ((write, LOST), (write, CONFLICT), (write, COUNTED), ("lambda:Invoke", BROKEN))
    for stamp, (operation, answer) in zip(CLAIMED, harmless, strict=False):
        claim = scenarios.award(hurried, stamp_id=stamp, **HERE)
        yield AwsMishap(
            operation=operation, holds=stamp, answer=answer, call=claim, status=200, code=""
        )
    absent, late = OTHERS[-1], CLAIMED[-1]
    yield AwsMishap(
        operation="dynamodb:GetItem",
        holds=absent,
        answer=EMPTY,
        call=scenarios.award(hurried, stamp_id=absent, **HERE),
    )
    yield AwsMishap(
        operation=write,
        holds=calls.caller.user_id,
        answer=BUSY,
        call=scenarios.award(calls.caller, stamp_id=late, **HERE),
    )


def _unlisted(calls: RowCalls, answers: list[Answer]) -> list[Words]:
    """Return what was awarded but is not listed (while a replica lags and half of the names come later), or not stored."""
    given = {one.member("stamp_id"): one for one in answers if one.member("collected_at")}
    asked = calls.scenarios.stamps_of(_hurried(calls))
    masters = calls.suite.plan.table("stampmasters").name
    keys = [{"StampId": {"S": one}} for one in given]
    later = BadAnswer(
        about=Words(en="leaves all keys for later, once", ja="一度だけすべてのキーを後回しにした"),
        body=json.dumps({"Responses": {}, "UnprocessedKeys": {masters: {"Keys": keys}}}),
        times=1,
    )
    mishaps = [
        AwsMishap(
            operation="dynamodb:Query",
            holds=asked.user_id,
            lacks='"ConsistentRead": true',
            answer=LAGGING,
            call=asked,
        ),
        AwsMishap(
            operation="dynamodb:BatchGetItem",
            holds=keys[0]["StampId"]["S"],
            answer=later,
            call=asked,
        ),
    ]
    with _provoked(calls, mishaps):
        listed = calls.answer(asked)
    if flaw := calls.flaw(listed, 200):
        return [flaw]
    wanted = [[stamp, NAME] for stamp in sorted(given)]
    found = [[one["stamp_id"], one["name"]] for one in listed.member("stamps")]
    if found != wanted:
        return [
            Words(
                en=f"{listed}: the stamps claimed at the same moment are listed as {found}, expected {wanted}",
                ja=f"{listed.ja}。同時に取得したスタンプの一覧が{found}（期待値{wanted}）",
            )
        ]
    told = [(stamp, one.member("collected_at")) for stamp, one in given.items()]
    return misstored(calls, listed, asked.user_id, told)


def _hurried(calls: RowCalls) -> Session:
    return calls.scenarios.sessions.own(calls.scenarios.sessions.user("hurried"))


@contextmanager
def _provoked(
    calls: RowCalls, mishaps: list[AwsMishap], first: Sequence[Mapping[str, Any]] = ()
) -> Iterator[None]:
    endpoint = calls.suite.endpoint
    answer_next(endpoint, [*first, *(one.told for one in mishaps)])
    try:
        yield
    finally:
        answer_as_ever(endpoint)
