"""Days on which careless code has another week, month or date: an embedded stack's functions are told that it is then."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from aws.words import Words
from signoff.environment.calendar import JST
from smoke.calls import Answer, Call, get
from smoke.collecting import misstored
from smoke.edge_case_masters import DAYS, HERE, EdgeCase
from smoke.row_calls import RowCalls

CLOCK = "X-Local-Clock"
"""What the embedded stack's functions go by; API Gateway hands it on, and nobody on AWS reads it."""
PERIODS: Mapping[str, tuple[str, str]] = {
    "2024-12-30": ("2025-W01", "2024-12"),
    "2026-08-31": ("2026-W36", "2026-08"),
    "2026-09-01": ("2026-W36", "2026-09"),
    "2027-01-03": ("2026-W53", "2027-01"),
    "2027-01-04": ("2027-W01", "2027-01"),
    "2028-02-29": ("2028-W09", "2028-02"),
}
"""Day in Japan -> its week and its month: in Greenwich each begins on the day before."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """The first or the last second of a day in Japan, and the stamp that is valid on that day alone."""

    day: str
    stamp: EdgeCase
    at: datetime
    outside: datetime
    """The second before the day, or after it."""
    refusal: str

    def calls(self, calls: RowCalls) -> tuple[Call, Call, Call, Call]:
        """Return the claim, the claim outside of the day, and the rankings of the week and the month."""
        sessions = calls.scenarios.sessions
        traveller = sessions.own(sessions.user("traveller"))
        claim = calls.scenarios.award(traveller, stamp_id=self.stamp.stamp_id, **HERE)
        weekly, monthly = (get(f"/ranking/{kind}", traveller) for kind in ("weekly", "monthly"))
        now = [told_time(one, self.at) for one in (claim, weekly, monthly)]
        return now[0], told_time(claim, self.outside), now[1], now[2]


def told_time(call: Call, at: datetime) -> Call:
    return replace(call, headers=((CLOCK, f"{at.timestamp():.0f}"),))


def ends_of_days() -> Iterator[EndOfDay]:
    for day, (first, last) in DAYS.items():
        begins = datetime.combine(date.fromisoformat(day), time.min, JST)
        ends = begins + timedelta(days=1)
        yield EndOfDay(day, first, begins, begins - SECOND, "STAMP_NOT_VALID_YET")
        yield EndOfDay(day, last, ends - SECOND, ends, "STAMP_EXPIRED")


def day_flaws(calls: RowCalls) -> list[Words]:
    """Claim stamps at the ends of their days, ask for the rankings of then, and return what is of another day."""
    calls.suite.put_edge_case_masters()
    told: list[tuple[str, int]] = []
    for one in ends_of_days():
        claim, outside, *rankings = one.calls(calls)
        refused, given = calls.answer(outside), calls.answer(claim)
        flaws = [calls.flaw(refused, 400, one.refusal), calls.flaw(given, 200)]
        if any(flaws):
            return [flaw for flaw in flaws if flaw]
        told.append((one.stamp.stamp_id, given.member("collected_at")))
        expected: list[tuple[Answer, str, object]] = [(given, "collected_at", one.at.timestamp())]
        for call, period in zip(rankings, PERIODS[one.day], strict=True):
            answer = calls.answer(call)
            if flaw := calls.flaw(answer, 200):
                return [flaw]
            expected.append((answer, "period", period))
        if flaws := list(_differing(expected, one)):
            return flaws
    user = calls.scenarios.sessions.user("traveller")
    return misstored(calls, given, user, told)


def _differing(expected: Iterable[tuple[Answer, str, object]], end: EndOfDay) -> Iterator[Words]:
    at = f"{end.at:%Y-%m-%d %H:%M:%S} JST"
    for answer, name, wanted in expected:
        found = answer.member(name)
        if found != wanted:
            yield _other(answer, name, found, wanted, at)


def _other(answer: Answer, name: str, found: object, wanted: object, at: str) -> Words:
    return Words(
        en=f"{answer} at {at}: {name} is {found}, expected {wanted}",
        ja=f"{answer.ja}（{at}）。{name}が{found}（期待値{wanted}）",
    )
