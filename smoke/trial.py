"""What the test of one row sees of the run: answers, each noted as evidence, and what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass

from aws.section import Follows
from signoff.evidence import Observations
from smoke.calls import Answer, Call, Session
from smoke.client import Silent
from smoke.contract import contract
from smoke.health import LOGIN, ROWS, SESSION
from smoke.script import Script
from smoke.sessions import NoSession
from smoke.suite import Suite

Build = Callable[[Script], Call]


@dataclass(frozen=True, slots=True)
class Trial:
    """Raises Follows where what is asked for can't be shown because another row is red."""

    suite: Suite
    row: str
    observe: Observations

    @property
    def script(self) -> Script:
        return self.suite.script

    @property
    def caller(self) -> Session:
        """The synthetic user, once it is seen that the session is let in."""
        self.let_in()
        return self.script.caller

    def answer(self, call: Call | Build) -> Answer:
        """Return the answer to a call (or to the one that is built from the script), noted."""
        try:
            made = call if isinstance(call, Call) else call(self.script)
            answer = self.suite.answer(made)
        except (NoSession, Silent) as why:
            raise self._because(why) from None
        self.observe.note(**answer.facts)
        return answer

    def success(self, route: str) -> Answer:
        """Return the answer to the call that shows the route at work."""
        return self.answer(lambda script: script.success(route))

    def let_in(self) -> Answer:
        """Return an answer of 200 to the live session: without it no refusal proves anything."""
        try:
            answer = self.suite.health.let_in()
        except (AssertionError, NoSession, Silent) as why:
            raise self._because(why) from None
        self.observe.note(**answer.facts)
        return answer

    def flaw(self, answer: Answer, status: int, code: str | None = None) -> str:
        """Say how this is not the documented answer; empty where it is. Follows where the route is red.

        A call that should be refused and is not is never a consequence of anything.
        """
        flaw = contract().flaw(answer, status, code)
        if flaw and (status == 200 or answer.status >= 400):
            self.attribute(answer.call.route)
        return flaw

    def attribute(self, route: str) -> None:
        """Raise Follows where trouble on this route is another row's."""
        root = self.suite.health.root(route) if route in ROWS else None
        if root and root[0] != self.row:
            raise Follows(*root)

    def _because(self, why: Exception) -> Exception:
        """Return what to raise: a row that is the root itself says why, all others follow from it."""
        root = SESSION
        if isinstance(why, Silent):
            if not self.suite.unreachable:
                return why
            root = ROWS[LOGIN]
        return why if self.row == root else Follows(root, str(why))
