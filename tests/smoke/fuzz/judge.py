"""What may be said to any request at all: as documented, with the one origin, in time, nothing of the inside."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from rich.table import Table

from plan import Plan
from signoff.environment import Environment
from smoke.calls import Answer, Call
from smoke.contract import contract
from smoke.test_errors import leaks
from tests.smoke.fuzz.wire import PATIENCE_S, FuzzConnection, Shot

ALLOW_ORIGIN = "access-control-allow-origin"
THROTTLED = 429
BODILESS = {"HEAD", "OPTIONS"}
NOWHERE = Call(verb="POST", path="/auth/verify")
"""Whose documented 403 is what a place that is not there answers, too: API Gateway's own."""


@dataclass
class FuzzJudge:
    """Sends, judges and counts."""

    wire: FuzzConnection
    plan: Plan
    environment: Environment
    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    def flaws(self, shot: Shot, asked: str) -> list[str]:
        """Return what is wrong with the answer to one request of ``asked``, in sentences."""
        answer, seconds, headers = self.wire.answer(shot)
        self.counts[asked, shot.kind, answer.status] += 1
        if answer.status == THROTTLED:
            return []
        found = [*self._flaws(shot, answer), *_header_flaws(headers, self.environment.origin)]
        if seconds >= PATIENCE_S:
            found.append(f"took {seconds:.1f} s")
        return found

    def _flaws(self, shot: Shot, answer: Answer) -> Iterator[str]:
        status, code = answer.status, answer.error_code
        if status >= 500:
            yield f"a fault: {answer.text[:300]}"
        if shot.statuses and status not in shot.statuses:
            yield f"{status} {code}, not {shot.statuses}: {answer.text[:300]}"
        if code in shot.never:
            yield f"{code} to what the contract allows: {answer.text[:300]}"
        if shot.verb not in BODILESS:
            judged = answer if shot.route else replace(answer, call=NOWHERE)
            if flaw := contract().flaw(judged, status):
                yield flaw.en
        if status != 200:
            yield from (f"reveals {leak}" for leak in leaks(answer, self.plan, self.environment))

    def sent(self, asked: str) -> int:
        return sum(count for (route, _, _), count in self.counts.items() if route == asked)

    @property
    def throttled(self) -> int:
        return sum(count for (_, _, status), count in self.counts.items() if status == THROTTLED)

    def table(self) -> Table:
        """Return requests per route and status."""
        statuses = sorted({status for _, _, status in self.counts})
        table = Table(title=f"{sum(self.counts.values())} requests, {self.throttled} throttled")
        table.add_column("route", no_wrap=True)
        for name in ("sent", *map(str, statuses)):
            table.add_column(name, justify="right")
        for route in sorted({route for route, _, _ in self.counts}):
            by_status: Counter[int] = Counter()
            for (asked, _, status), count in self.counts.items():
                by_status[status] += count if asked == route else 0
            cells = (str(by_status[status] or "") for status in statuses)
            table.add_row(route, str(self.sent(route)), *cells)
        return table


def _header_flaws(headers: Mapping[str, list[str]], origin: str) -> Iterator[str]:
    if headers.get(ALLOW_ORIGIN) != [origin]:
        yield f"{ALLOW_ORIGIN} is {headers.get(ALLOW_ORIGIN)}, not {origin} once"
    for name in ("server", "x-powered-by"):
        if name in headers:
            yield f"{name} tells {headers[name]}"
