"""What smoke asks of an application that is not the rally: its preflights, its 401s, its reads, as its own contract has them."""

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from os import environ
from typing import Any

import pytest

from aws.door.sessions import boto_session
from aws.section import Follows, NotTestable
from aws.words import Words
from plan import Plan
from signoff.environment.application import SIGNING
from signoff.environment.references import url_of
from signoff.judge.checklist import expectation
from signoff.judge.observations import Observations
from signoff.judge.run import CHOICE
from signoff.judge.snapshot import Snapshot
from smoke.aws import clients
from smoke.calls import Answer, Call, Session
from smoke.client import Client
from smoke.contract import Contract
from smoke.cors import FOREIGN, HEADERS, allowed_origin, allows, listed, not_allowed, preflight
from smoke.logs import STARTED, Logs, patterns
from smoke.row_calls import differs, hold, patiently, require
from smoke.sessions import BORROWED, KINDS, PUBLIC_KEYS, SessionMinter, sessions_of
from smoke.suite_session import LOCAL_LOGS_WITHIN_S, LOGS_WITHIN_S, address, api_key
from smoke.test_errors import leaks, reveals
from smoke.test_logs import OF_TOKENS, SESSION, private_in

OK, NOT_FOUND = 200, 404
KEEPING = re.compile(r"\b(public|s-maxage|immutable)\b|\bmax-age=0*[1-9]", re.IGNORECASE)
"""What tells a browser or a proxy to keep an answer. Without it, none keeps the answer to a call with Authorization (RFC 9111)."""
NOWHERE = "/no-such-path"
"""No route: what API Gateway itself answers there is an answer of every API, and changes nothing."""


@dataclass(frozen=True)
class AnyApi:
    """The deployed API of an application, of which its contract alone is known."""

    client: Client
    document: Mapping[str, Any]
    contract: Contract
    sessions: SessionMinter
    logs: Logs
    refusals: Mapping[str, int]

    @property
    def session(self) -> Session:
        """The session of a synthetic user."""
        return self.sessions.live(self.sessions.user("caller"))

    def answer(self, route: str, observe: Observations, session: Session | None = None) -> Answer:
        """Ask a route, and note what it answers; a read is asked by the contract's examples."""
        verb, path = route.split(" ")
        url, body = (url_of(path, verb, self.document), None) if verb == "GET" else ("", "{}")
        call = Call(verb=verb, path=url or path, template=path, session=session, body=body)
        answer = self.client.answer(call)
        observe.note(**answer.facts)
        return answer

    def flaw_of_read(
        self, route: str, observe: Observations, session: Session | None = None
    ) -> Words:
        """Say how a read differs from 200 as documented; what is an example may be gone, and answer the documented 404."""
        answer = self.answer(route, observe, session)
        gone = answer.status == NOT_FOUND and answer.call.path != answer.call.template
        return self.contract.flaw(answer, NOT_FOUND if gone else OK)

    def personal(self, route: str, observe: Observations) -> Answer:
        """Return what a read answers a session; Follows if that is not as documented."""
        if flaw := self.flaw_of_read(route, observe, self.session):
            raise Follows("SMOKE-15", flaw)
        return self.client.answers[-1]

    def exposed_by(self, route: str, plan: Plan, observe: Observations) -> Iterator[Words]:
        """Yield what the logs of the functions that a read reaches hold of its session."""
        read, first = self.personal(route, observe), self.client.answers[0]
        live = next(made for made in self.client.answers if made.call.session == read.call.session)
        called = [(each.function, read) for each in plan.api.routes if each.id == route]
        # API Gateway asks the authorizer about a session once, and caches the answer.
        called += [(plan.api.authorizer.function, first)] if plan.api.authorizer else []
        # Whose a session is may be logged: a team's audit log says who did what.
        private = [each for each in private_in(read) if each.what == SESSION]
        [pattern] = patterns([*OF_TOKENS, *sorted((each.text for each in private), key=len)], 1)

        def clean(lines: Iterable[str]) -> bool:
            return not any(each.in_lines(line) for line in lines for each in private)

        for group, since in ((function.log_group, _sent(answer)) for function, answer in called):
            started = self.logs.lines(group, STARTED, since)
            # These may be of other calls: only time shows that no line of this session is yet to come.
            left = max(0.0, live.at + self.logs.within_s - time.time())
            look = partial(self.logs.present, group, pattern, _sent(first))
            lines = "\n".join([*started, *patiently(look, clean, left)])
            observe.note(group=group, characters=len(lines))
            if not started:
                raise NotTestable(en=f"{group} has no line yet", ja=f"{group}にまだ行がありません")
            yield from (each.held_by(group) for each in private if each.in_lines(lines))

    def kept(self, route: str, observe: Observations) -> Iterator[Words]:
        """Yield what lets a browser or a proxy keep a read's answer, unless its contract documents that header."""
        answer, (verb, path) = self.personal(route, observe), route.split(" ")
        documented = self.document["paths"][path][verb.lower()]["responses"].get(str(OK), {})
        planned = "cache-control" in map(str.lower, documented.get("headers", ()))
        header = answer.headers.get("cache-control", "")
        if KEEPING.search(header) and "no-store" not in header.lower() and not planned:
            yield differs(answer, "Cache-Control", header, "no-store")


def _sent(answer: Answer) -> float:
    """Return when AWS got the request, by its own clock: what was logged earlier is of other calls."""
    dated = answer.headers.get("date")
    return (parsedate_to_datetime(dated).timestamp() if dated else answer.at) - answer.took_s


@pytest.fixture(scope="session")
def any_api(pytestconfig: pytest.Config, snapshot: Snapshot[Plan]) -> AnyApi:
    environment, plan = snapshot.environment, snapshot.plan
    aws = clients(boto_session(environment.region))
    url = address(snapshot, pytestconfig.stash[CHOICE].options.api_url or snapshot.api_url)
    now = int(time.time())
    embedded = pytestconfig.stash[CHOICE].embedded
    began, within_s = (now, LOCAL_LOGS_WITHIN_S) if embedded else (0, LOGS_WITHIN_S)
    if SIGNING in environment.application.secrets:
        sessions = sessions_of(aws, plan.secret(SIGNING), borrowed=environ.get(BORROWED), now=now)
    else:  # none is accepted: what is forged is like one
        sessions = SessionMinter(now=now, key=secrets.token_hex())
    return AnyApi(
        client=Client(url, environment.origin, api_key(snapshot, aws)),
        document=environment.application.document,
        contract=Contract.of(environment.application.document),
        sessions=sessions,
        logs=Logs(client=aws("logs"), within_s=within_s, began=began, before_s=1),
        refusals={route.id: 403 if route.by_iam else 401 for route in plan.api.routes},
    )


@expectation("SMOKE-13", ja="フロントエンドのプリフライトが許可される")
def test_preflight_grants_what_the_front_end_sends(
    any_route: str, any_api: AnyApi, observe: Observations
) -> None:
    verb, path = any_route.split(" ")
    answer = any_api.client.answer(preflight(path, verb, ",".join(sorted(HEADERS))))
    observe.note(**answer.facts)

    require(answer.status in {200, 204}, answer.words)
    require(allowed_origin(answer) == any_api.client.origin, allows(answer))
    missing = {verb.lower()} - listed(answer, "methods") | {*HEADERS} - listed(answer, "headers")
    require(not missing, not_allowed(answer, missing))


@expectation("SMOKE-13", ja="別オリジンのプリフライトが許可されない")
def test_preflight_of_another_origin_is_not_granted(
    any_route: str, any_api: AnyApi, observe: Observations
) -> None:
    verb, path = any_route.split(" ")
    answer = any_api.client.answer(preflight(path, verb, "authorization", FOREIGN))
    observe.note(**answer.facts)

    require(allowed_origin(answer) in {any_api.client.origin, None}, allows(answer))


@expectation("SEC-41", ja="セッションがない、または期限切れ・無署名・不正な呼び出しが拒否される")
def test_call_without_a_valid_session_is_refused(
    guarded_route: str, any_api: AnyApi, observe: Observations
) -> None:
    for kind in KINDS:
        bad = any_api.sessions.bad(kind, any_api.session)
        answer = any_api.answer(guarded_route, observe, bad)
        hold(any_api.contract.flaw(answer, any_api.refusals[guarded_route]))


@expectation("SEC-40", ja="公開されている鍵で署名したセッションが拒否される")
def test_session_under_a_published_key_is_refused(
    guarded_route: str, any_api: AnyApi, observe: Observations
) -> None:
    for key in PUBLIC_KEYS:
        forged = any_api.sessions.forged(any_api.session, key)
        answer = any_api.answer(guarded_route, observe, forged)
        hold(any_api.contract.flaw(answer, any_api.refusals[guarded_route]))


@expectation("SMOKE-15", ja="本番の署名鍵で署名したセッションでの読み取りがAPI仕様どおりである")
def test_read_with_a_session_is_answered_as_its_contract_says(
    guarded_read: str, any_api: AnyApi, observe: Observations
) -> None:
    hold(any_api.flaw_of_read(guarded_read, observe, any_api.session))


@expectation("SEC-46", ja="読み取りのログにセッションが残らない")
def test_log_of_a_read_does_not_hold_its_session(
    guarded_read: str, any_api: AnyApi, snapshot: Snapshot[Plan], observe: Observations
) -> None:
    hold(*any_api.exposed_by(guarded_read, snapshot.plan, observe))


@expectation("SEC-47", ja="セッションでの読み取りの応答が保存されない")
def test_read_is_not_stored(guarded_read: str, any_api: AnyApi, observe: Observations) -> None:
    hold(*any_api.kept(guarded_read, observe))


@expectation("SMOKE-02", ja="セッション不要の読み取りがAPI仕様どおりである")
def test_open_read_is_answered_as_its_contract_says(
    open_read: str, any_api: AnyApi, observe: Observations
) -> None:
    hold(any_api.flaw_of_read(open_read, observe))


@expectation("SMOKE-14", ja="ゲートウェイのエラーを含むどの応答もフロントエンドにだけ許可される")
def test_every_answer_is_for_the_front_end_alone(any_api: AnyApi, observe: Observations) -> None:
    any_api.client.answer(Call(verb="GET", path=NOWHERE))
    answers = [answer for answer in any_api.client.answers if answer.call.verb != "OPTIONS"]
    observe.note(answers=len(answers))

    hold(*(allows(answer) for answer in answers if allowed_origin(answer) != any_api.client.origin))


@expectation("SEC-45", ja="エラーが内部の情報を漏らさない")
def test_no_error_reveals_the_inside(
    any_api: AnyApi, snapshot: Snapshot[Plan], observe: Observations
) -> None:
    any_api.client.answer(Call(verb="GET", path=NOWHERE))
    errors = [answer for answer in any_api.client.answers if answer.status >= 400]
    observe.note(errors=len(errors))
    about = snapshot.plan, snapshot.environment

    hold(*(reveals(error, leak) for error in errors for leak in leaks(error, *about)))
