"""The calls that one row's test makes: each answer is noted as evidence, judged against the contract, and its flaw ends the test."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_exponential

from aws.section import Broken, Follows, NotTestable
from aws.words import SILENCE, Words, words_of
from signoff.judge.drift import NotYet
from signoff.judge.observations import Observations
from smoke.calls import LOGIN, Answer, Call, Session
from smoke.client import NoResponse
from smoke.contract import contract
from smoke.manual import ManualOnly
from smoke.root_causes import ROWS, SESSION, refuse_former
from smoke.scenarios import Scenarios
from smoke.sessions import NoSession
from smoke.suite import Suite


def hold(*flaws: Words) -> None:
    """Raise Broken with the first of these flaws and their number; empty words are no flaw."""
    broken = [flaw for flaw in flaws if flaw]
    if broken:
        first, count = broken[0], len(broken)
        more = Words(en=f" ({count} such flaws)", ja=f"（ほかを含め{count}件）")
        raise Broken(Words(en=first.en + more.en, ja=first.ja + more.ja) if count > 1 else first)


def require(holds: object, otherwise: Words = SILENCE, **texts: str) -> None:
    """Raise Broken unless something holds; what it says is given as words, or as ``en`` and ``ja``."""
    if not holds:
        raise Broken(otherwise, **texts)


def differs(answer: Answer, fact: str, actual: object, expected: object, ja: str = "") -> Words:
    """Say that a fact of an answer is not what it must be; ``ja`` names it where its own name is English."""
    return Words(
        en=f"{answer}: {fact} is {actual}, expected {expected}",
        ja=f"{answer.ja}。{ja or fact}が{actual}（期待値{expected}）",
    )


def listed(names: Iterable[str]) -> str:
    """Join names in sorted order."""
    return ", ".join(sorted(names))


T = TypeVar("T")


def patiently(ask: Callable[[], T], again: Callable[[T], bool], seconds: float) -> T:
    """Return an answer, asked for again while it says so and seconds are left."""
    asking = Retrying(
        retry=retry_if_result(again),
        stop=stop_after_delay(seconds),
        wait=wait_exponential(multiplier=0.1, max=3),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    return asking(ask)


OF_LINE = {"LINE_REFUSED", "LINE_UNAVAILABLE"}
"""Codes of our functions for what LINE does not do for them."""
AT_ONCE = 4
"""More would start more copies of a function than they save time."""
Build = Callable[[Scenarios], Call]


@dataclass(frozen=True, slots=True)
class RowCalls:
    """Makes calls for one row; raises Follows if another red row is why they can't show anything."""

    suite: Suite
    row: str
    observe: Observations

    @property
    def scenarios(self) -> Scenarios:
        return self.suite.scenarios

    @property
    def caller(self) -> Session:
        """The synthetic user, once its session is known to be accepted."""
        self.accepted()
        return self.scenarios.caller

    def answer(self, call: Call | Build) -> Answer:
        """Return the answer to a call (or to the one built from the scenarios), noted."""
        try:
            made = call if isinstance(call, Call) else call(self.scenarios)
            answer = self.suite.answer(made)
        except (NoSession, NoResponse) as why:
            raise self._because(why) from None
        self.observe.note(**answer.facts)
        return answer

    def at_once(self, calls: Iterable[Call]) -> list[Answer]:
        """Return the answers to independent calls, in their order; none is noted.

        For functions that keep no secret: a further copy reads it anew, while the first still has the former one.
        On an embedded stack there is one at a time: starting copies there takes longer than all the answers.
        """
        try:
            with ThreadPoolExecutor(1 if self.suite.line.embedded else AT_ONCE) as threads:
                return list(threads.map(self.suite.answer, calls))
        except NoResponse as why:
            raise self._because(why) from None

    def until_right(self, flaws: Callable[[], list[Words]]) -> list[Words]:
        """Return what is wrong, asked again for as long as it is: an index, or LINE, may follow after a moment."""
        return patiently(flaws, bool, self.suite.patience_s)

    def expect(self, call: Call | Build, status: int = 200, code: str | None = None) -> Answer:
        """Return the answer to a call; raises Broken if it is not the documented one."""
        answer = self.answer(call)
        hold(self.flaw(answer, status, code))
        return answer

    def success(self, route: str) -> Answer:
        """Return the documented answer to the call that shows the route at work; raises Broken for any other."""
        answer = self.answer(lambda scenarios: scenarios.success(route))
        hold(self.flaw(answer, *self.scenarios.expected(route)))
        return answer

    def accepted(self) -> Answer:
        """Return an answer of 200 to the live session: without it no refusal proves anything."""
        try:
            answer = self.suite.root_causes.accepted()
        except (AssertionError, NoSession, NotYet, NoResponse) as why:
            raise self._because(why) from None
        self.observe.note(**answer.facts)
        return answer

    def flaw(self, answer: Answer, status: int, code: str | None = None) -> Words:
        """Say how this differs from the documented answer; empty if it does not. Follows if the route is red.

        Where our functions say that LINE is the cause, LINE is asked; NotTestable if it is away.
        A call that should be refused and is not never follows from another row.
        """
        expected = f"{status} {code}" if code else str(status)
        self.observe.expect(answer.request_id, expected, holds=answer.status == status)
        flaw = contract().flaw(answer, status, code)
        if flaw and answer.error_code in OF_LINE:
            accepted_token(self)
            refuse_former(self.suite.replaced("line_token"))
        if flaw and (status == 200 or answer.status >= 400):
            self.attribute(answer.call.route)
        return flaw

    def attribute(self, route: str) -> None:
        """Raise Follows if trouble on this route is another row's."""
        root = self.suite.root_causes.root(route) if route in ROWS else None
        if root and root[0] != self.row:
            raise Follows(*root)

    def _because(self, why: Exception) -> Exception:
        """Return what to raise: a row that is the root itself says why, all others follow from it."""
        root = SESSION
        if isinstance(why, NoResponse):
            if not self.suite.unreachable:
                return why
            root = ROWS[LOGIN]
        return why if self.row == root else Follows(root, words_of(why))


def configured(calls: RowCalls, key: str) -> Any:
    """Return the environment's value at a dotted key; ManualOnly if it has none."""
    environment = calls.suite.environment
    if not (value := environment.value(key)):
        name = environment.name
        raise ManualOnly(
            en=f"{key} is not configured for {name}", ja=f"{name}に{key}が設定されていません"
        )
    return value


def accepted_token(calls: RowCalls) -> tuple[str, Mapping[str, Any]]:
    """Return the channel access token that the functions read, and its bot; if LINE refuses it, Follows from SMOKE-18, or NotTestable if no bot is configured."""
    token, row = calls.suite.channel_token, "SMOKE-18"
    status, body = calls.suite.line.bot(token)
    facts = {name: body.get(name) for name in ("userId", "displayName", "message")}
    calls.observe.note(status=status, **facts)
    if status != 200:
        refused = Words(
            en=f"LINE answers {status} to the channel access token",
            ja=f"LINEはチャネルアクセストークンに{status}を返します",
        )
        if not calls.suite.environment.line.bot_user_id:
            raise NotTestable(refused)
        raise Broken(refused) if calls.row == row else Follows(row, refused)
    if not isinstance(body.get("userId"), str):
        raise NotTestable(
            en="LINE does not say whose the channel access token is",
            ja="LINEがチャネルアクセストークンの所有者を示していません",
        )
    return token, body


def awarded(calls: RowCalls) -> Answer:
    """Return the answer that awarded the collector a stamp; ManualOnly if none can be collected now."""
    return calls.expect(Scenarios.collect)


def logged_in(calls: RowCalls) -> Session:
    """Return the session that a login answered."""
    login = calls.success(LOGIN)
    user_id, token = login.member("user_id"), login.member("access_token")
    return Session(kind=Words("logged-in", "ログイン済み"), user_id=user_id, token=token)
