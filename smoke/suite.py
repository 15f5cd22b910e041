"""One run of the suite: what all its rows share, from the first call to the last deletion."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from aws.redaction.secret_text import Needles
from aws.section import Follows, NotTestable, lookup
from aws.words import SILENCE, Words, joined
from plan import Plan
from plan.masters import Spot, spots_in
from signoff.environment import Environment
from signoff.judge.snapshot import Snapshot
from smoke.aws import Clients, live_value, needles_of
from smoke.calls import AWARD, Answer, Call
from smoke.cleaning import Cleaner
from smoke.client import CLOCK_S, SAME_CLOCK_S, Client, NoResponse
from smoke.contract import warming
from smoke.id_tokens import IdTokens
from smoke.line import LineClient
from smoke.manual import ManualOnly
from smoke.root_causes import ROWS, Configured, RootCauses
from smoke.scenarios import GUIDE, Scenarios
from smoke.sessions import SessionMinter
from smoke.tester import Restorer, TesterSnapshot, borrows_a_user, consenting_user, held_by

MENUS = "GET /richmenu/list"
SET_MENU = "POST /richmenu/set"


@dataclass(eq=False, kw_only=True)
class Suite:
    """Mutable, because answers come in one by one, and each call is made once."""

    snapshot: Snapshot[Plan]
    client: Client
    sessions: SessionMinter
    id_tokens: IdTokens
    line: LineClient
    aws: Clients
    cleaner: Cleaner
    patience_s: float
    """Seconds in which what follows an answer (a log line, a message) must arrive."""
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    unreachable: NoResponse | None = None
    """Why the first call of all got no answer; nothing more is sent then."""
    _made: dict[Call, Answer | NotTestable] = field(default_factory=dict)
    _tidied: tuple[int, int] | None = None
    """How many calls had been sent when everything was proven gone."""

    @property
    def environment(self) -> Environment:
        return self.snapshot.environment

    @property
    def clock_s(self) -> float:
        """How many seconds the times in an answer may be from ours."""
        return SAME_CLOCK_S if self.line.embedded else CLOCK_S

    @property
    def plan(self) -> Plan:
        return self.snapshot.plan

    @cached_property
    def scenarios(self) -> Scenarios:
        return Scenarios(
            self.environment,
            self.sessions,
            self.id_tokens,
            self._spots,
            self._menu,
            self._collected,
        )

    @property
    def channel_token(self) -> str:
        """The channel access token that the functions read."""
        holder = None if self.environment.production else self.plan.function("notify").name
        return live_value(self.aws, self.plan.secret("line_token"), holder)

    @cached_property
    def needles(self) -> Needles:
        return needles_of(self.plan.secrets, self.aws)

    @cached_property
    def root_causes(self) -> RootCauses:
        configured, replaced = Configured(self.snapshot, self.aws).root, self.replaced("token_key")
        return RootCauses(lambda: self.scenarios, self.answer, configured, replaced)

    def replaced(self, key: str) -> datetime | None:
        """Return when a secret replaced an earlier one, if it did."""
        secret = lookup(self.snapshot.inventory.sections.secrets, self.plan.secret(key).name)
        return secret.replaced if secret else None

    def answer(self, call: Call) -> Answer:
        """Return the answer to a call, made now or before; NotTestable if there was none."""
        if self.unreachable:
            raise self.unreachable.with_traceback(None)
        if call not in self._made:
            try:
                self._made[call] = self.client.answer(call)
            except NotTestable as silence:
                self._made[call] = silence
        outcome = self._made[call]
        if isinstance(outcome, NotTestable):
            raise outcome
        return outcome

    def warm(self) -> None:
        """Start all functions; rows judge the answers."""
        try:
            self.answer(GUIDE)
        except NoResponse as silence:
            self.unreachable = silence
            return
        # API Gateway caches what the authorizer says about a session. If all asked at once, it would
        # start auth for each. After the first, the functions start cold at once.
        first, *others = warming()
        self._try(first)
        with ThreadPoolExecutor(len(others)) as threads:
            list(threads.map(self._try, others))

    def tidy(self) -> list[Words]:
        """Take back all that this run did; return what could not be taken back."""
        sent = len(self.client.answers), len(self.client.unanswered)
        if self._tidied == sent:
            return []  # everything was proven gone, and nothing was sent since
        left = self._unset_menu()
        consenting, table = self.known_consenting_user, self.cleaner.user_stamps
        left += self.cleaner.clean(
            tuple(self.client.answers),
            tuple(self.client.unanswered),
            consenting.user_id if consenting else "",
        )
        left += Restorer(before=consenting, table=table).put_back() if consenting else []
        if not left:
            self._tidied = len(self.client.answers), len(self.client.unanswered)
        return left

    @property
    def window(self) -> Mapping[str, str]:
        """When this run made calls, and what they provoked, to explain alarms that fired and messages that came."""
        now, answers = datetime.now(UTC), list(self.client.answers)
        return {
            "what": "smoke",
            "begin": self.began.isoformat(),
            "end": now.isoformat(),
            "answers_4xx": str(sum(400 <= answer.status < 500 for answer in answers)),
            "messages": str(sum(map(self._sends_a_message, answers))),
        }

    def _sends_a_message(self, answer: Answer) -> bool:
        """Whether a person got a message by it: a notification, or what a winner is told."""
        person = self.environment.smoke.test_user
        sends = answer.call.route in ("POST /notify", AWARD)
        return sends and answer.status == 200 and answer.call.user_id == person

    def _try(self, route: str) -> None:
        with suppress(NotTestable):
            self.answer(self.scenarios.success(route))

    @cached_property
    def consenting(self) -> TesterSnapshot | NotTestable | None:
        """What the test user of production had before the first award, or why that is unknown; None outside production."""
        if not borrows_a_user(self.environment):
            return None
        try:
            user, spots = consenting_user(self.environment), self._spots()
            return held_by(user, self.cleaner.user_stamps, self.sessions.now, spots)
        except NotTestable as why:
            return why

    @property
    def known_consenting_user(self) -> TesterSnapshot | None:
        """The person whom this run may award stamps, if there is one whose own stamps are known."""
        return self.consenting if isinstance(self.consenting, TesterSnapshot) else None

    def _collected(self) -> tuple[str, ...]:
        if isinstance(self.consenting, NotTestable):
            raise self.consenting.with_traceback(None)
        return self.consenting.stamps if self.consenting else ()

    def _spots(self) -> tuple[Spot, ...]:
        table = self.plan.table("stampmasters").name
        contents = lookup(self.snapshot.inventory.sections.contents, table)
        spots = spots_in(contents.items) if contents else ()
        if not spots:
            raise Follows(
                "DATA-01", en=f"{table} has no GPS stamp", ja=f"{table}にGPSスタンプがありません"
            )
        return spots

    def _menu(self) -> str:
        answer = self.answer(self.scenarios.success(MENUS))
        match answer.status, answer.member("richmenus"):
            case 200, [{"richMenuId": menu}, *_]:
                return str(menu)
            case 200, []:
                raise ManualOnly(
                    en="the bot has no rich menu that could be set",
                    ja="ボットに設定できるリッチメニューがありません",
                )
        raise Follows(*(self.root_causes.root(MENUS) or (ROWS[MENUS], answer.words)))

    def _unset_menu(self) -> list[Words]:
        """Unlink the menu that the test user may have been given; a row may have unlinked it before."""
        answers = [answer for answer in self.client.answers if self._sets_menu(answer.call)]
        unanswered = [call for call in self.client.unanswered if self._sets_menu(call)]
        if not answers and not unanswered:
            return []
        try:
            # Sent again: a row's own call is made once for all rows, and may have come before the menu was set.
            unset = self.client.answer(self.scenarios.unset_menu())
            why = SILENCE if unset.status == 200 else unset.words
        except NotTestable as silence:
            why = silence.words
        linked = bool(unanswered) or not all(map(_refused, answers))
        if not why or not linked:
            return []
        return [
            Words(
                en=f"the test user's rich menu ({why.en})",
                ja=f"テストユーザーのリッチメニュー（{why.ja}）",
            )
        ]

    def _sets_menu(self, call: Call) -> bool:
        """Whether a call sets the test user's menu: calls about an unknown user set nothing."""
        session, tester = call.session, self.environment.smoke.test_user
        return call.route == SET_MENU and session is not None and session.user_id == tester


def left_behind(left: list[Words]) -> Words:
    """Say what a run could not take back."""
    items = joined(left, ", ")
    return Words(
        en=f"the smoke calls left {items.en}",
        ja=f"スモークテストの呼び出しで次のデータが残りました: {items.ja}",
    )


def _refused(answer: Answer) -> bool:
    """Whether a menu was certainly not linked: the call was invalid, or LINE refused it."""
    return 400 <= answer.status < 500 or answer.error_code == "LINE_REFUSED"
