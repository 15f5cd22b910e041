"""What a failing answer follows from: a session that is not accepted, a route that does not work at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aws.section import Broken, Follows, NotTestable
from aws.words import Words, words_of
from signoff.judge.drift import KEY_KEPT, NotYet
from smoke.calls import LOGIN, Answer, Call
from smoke.contract import contract, rows
from smoke.scenarios import GUIDE, Scenarios

ROWS = rows()
"""Route -> the row that owns it."""
SESSION = "SMOKE-15"
PROBES = ("GET /stamps", "GET /ranking/weekly", "GET /ranking/monthly", "GET /richmenu/list")
"""Reads that show whether a session is accepted: the first 200 proves it."""


def refuse_former(replaced: datetime | None) -> None:
    """Raise NotYet while functions may still use the secret that was replaced then."""
    if replaced and datetime.now(UTC) < (until := replaced + KEY_KEPT):
        former = Words(
            en="the secret was replaced, and functions keep the former one for five minutes",
            ja="シークレットが置き換えられました。関数は以前の値を5分間保持します",
        )
        raise NotYet(former, until)


@dataclass(eq=False)
class RootCauses:
    """Finds the root cause of a failure from calls that are made anyway. A root is (row, why)."""

    scenarios: Callable[[], Scenarios]
    answer: Callable[[Call], Answer]
    configured: Callable[[str], tuple[str, Words] | None] = lambda _: None
    """Route -> the row that says of its configuration why it cannot work, and what that row says."""
    replaced: datetime | None = None
    """When the live key replaced an earlier one, if it did."""
    _probed: Answer | Words | None = field(default=None, init=False)

    def accepted(self) -> Answer:
        """Return the answer that shows the live session accepted; AssertionError if there is none.

        NotYet while functions may still use the key that was replaced.
        """
        if self._probed is None:
            self._probed = self._probe()
        if not isinstance(self._probed, Words):
            return self._probed
        if all(roots := [self.configured(route) for route in PROBES]) and roots[0]:
            raise Follows(*roots[0])
        refuse_former(self.replaced)
        raise Broken(self._probed)

    def _probe(self) -> Answer | Words:
        answers = [self.answer(self.scenarios().success(route)) for route in PROBES]
        served = (answer for answer in answers if answer.status == 200)
        routes = ", ".join(
            f"{answer.call.route}: {answer.status} {answer.error_code or ''}" for answer in answers
        )
        refused = Words(
            en=f"every route refused a session signed with the live key ({routes})",
            ja=f"本番の署名鍵で署名したセッションをすべてのルートが拒否しました（{routes}）",
        )
        return next(served, refused)

    def root(self, route: str) -> tuple[str, Words] | None:
        """Return the row from which trouble on this route follows, and why; None if the route works."""
        if configured := self.configured(route):
            return configured
        return (route != LOGIN and self._session()) or self._route(route) or None

    def _session(self) -> tuple[str, Words] | None:
        try:
            self.accepted()
        except Follows as other:
            return other.root, other.words
        except (Broken, NotTestable) as why:
            return SESSION, words_of(why)
        return None

    def _route(self, route: str) -> tuple[str, Words] | None:
        try:
            scenarios = self.scenarios()
            answer = self.answer(scenarios.success(route))
            flaw = contract().flaw(answer, *scenarios.expected(route))
            if not flaw and route == LOGIN:
                flaw = contract().flaw(self.answer(GUIDE), 401)
        except Follows as other:
            return other.root, other.words
        except NotTestable:
            return None
        return (ROWS[route], flaw) if flaw else None
