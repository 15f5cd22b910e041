"""What a failing answer follows from: a session that is not let in, a route that does not work at all."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aws.section import Follows, NotTestable
from smoke.calls import Answer, Call
from smoke.contract import contract
from smoke.script import GUIDE, Script

LOGIN = "POST /auth/verify"
ROWS = {
    LOGIN: "SMOKE-01",
    "GET /stamps": "SMOKE-02",
    "POST /stamps/award": "SMOKE-03",
    "POST /gps/verify": "SMOKE-04",
    "POST /notify": "SMOKE-05",
    "GET /ranking/weekly": "SMOKE-06",
    "GET /ranking/monthly": "SMOKE-07",
    "GET /richmenu/list": "SMOKE-08",
    "POST /richmenu/set": "SMOKE-09",
    "DELETE /richmenu/unset": "SMOKE-10",
}
"""Route -> the row that owns it."""
SESSION = "SMOKE-15"
PROBES = ("GET /stamps", "GET /ranking/weekly", "GET /ranking/monthly", "GET /richmenu/list")
"""Reads that show whether a session is let in: the first that answers 200 does."""


@dataclass(eq=False)
class Health:
    """Finds the root of what fails, by calls that are made anyway. Roots are (row, why)."""

    script: Callable[[], Script]
    answer: Callable[[Call], Answer]
    _probed: Answer | str | None = field(default=None, init=False)

    def let_in(self) -> Answer:
        """Return the answer that shows the live session let in; AssertionError where none does."""
        if self._probed is None:
            self._probed = self._probe()
        assert isinstance(self._probed, Answer), self._probed
        return self._probed

    def _probe(self) -> Answer | str:
        answers = [self.answer(self.script().success(route)) for route in PROBES]
        served = (one for one in answers if one.status == 200)
        told = [f"{one.call.route}: {one.status} {one.error_code or ''}" for one in answers]
        return next(served, f"the live session is let in nowhere ({', '.join(told)})")

    def root(self, route: str) -> tuple[str, str] | None:
        """Return the row from which trouble on this route follows; None where the route is well."""
        return (route != LOGIN and self._session()) or self._route(route) or None

    def _session(self) -> tuple[str, str] | None:
        try:
            self.let_in()
        except (AssertionError, NotTestable) as why:
            return SESSION, str(why)
        return None

    def _route(self, route: str) -> tuple[str, str] | None:
        try:
            script = self.script()
            answer = self.answer(script.success(route))
            flaw = contract().flaw(answer, *script.expected(route))
            if not flaw and route == LOGIN:
                flaw = contract().flaw(self.answer(GUIDE), 401)
        except Follows as other:
            return other.root, str(other)
        except NotTestable:
            return None
        return (ROWS[route], flaw) if flaw else None
