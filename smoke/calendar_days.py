"""Days on which careless code computes another week, month or date: an embedded stack's functions take them as today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from aws.words import SILENCE, Words
from signoff.environment.calendar import JST
from smoke.calls import Answer, Call, get
from smoke.collecting import misstored
from smoke.edge_case_masters import DAYS, HERE, EdgeCase
from smoke.row_calls import RowCalls

CLOCK = "X-Local-Clock"
"""The header from which the embedded stack's functions take the time; on AWS, API Gateway passes it on and nobody reads it."""
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

    def claims(self, calls: RowCalls) -> tuple[Call, Call]:
        """Return the claim within the day, and the one outside of it."""
        traveller = calls.scenarios.sessions.own(calls.scenarios.sessions.user("traveller"))
        claim = calls.scenarios.award(traveller, stamp_id=self.stamp.stamp_id, **HERE)
        return at_time(claim, self.at), at_time(claim, self.outside)


def at_time(call: Call, at: datetime) -> Call:
    return replace(call, headers=((CLOCK, f"{at.timestamp():.0f}"),))


def ends_of_days() -> Iterator[EndOfDay]:
    for day, pairs in DAYS.items():
        begins = datetime.combine(date.fromisoformat(day), time.min, JST)
        ends = begins + timedelta(days=1)
        for first, last in pairs:
            yield EndOfDay(day, first, begins, begins - SECOND, "STAMP_NOT_VALID_YET")
            yield EndOfDay(day, last, ends - SECOND, ends, "STAMP_EXPIRED")


def day_flaws(calls: RowCalls) -> list[Words]:
    """Claim stamps at the ends of their days; return answers and stored items that belong to another day."""
    calls.suite.put_edge_case_masters()
    told: list[tuple[str, int]] = []
    ends = list(ends_of_days())
    refusals = calls.at_once(one.claims(calls)[1] for one in ends)
    for one, refused in zip(ends, refusals, strict=True):
        given = calls.answer(one.claims(calls)[0])
        flaws = [calls.flaw(refused, 400, one.refusal), calls.flaw(given, 200)]
        if any(flaws):
            return [flaw for flaw in flaws if flaw]
        if other := _other(given, "collected_at", one.at.timestamp(), one):
            return [other]
        told.append((one.stamp.stamp_id, given.member("collected_at")))
    return misstored(calls, given, calls.scenarios.sessions.user("traveller"), told)


def ranked_period_flaws(calls: RowCalls, kind: str) -> list[Words]:
    """Ask for rankings at the ends of days, and return those of another period."""
    place = ("weekly", "monthly").index(kind)
    asked = get(f"/ranking/{kind}", calls.caller)
    ends = list(ends_of_days())
    answers = calls.at_once(at_time(asked, one.at) for one in ends)
    calls.observe.note(answers=[str(one) for one in answers])
    for one, answer in zip(ends, answers, strict=True):
        if flaw := calls.flaw(answer, 200):
            return [flaw]
        if other := _other(answer, "period", PERIODS[one.day][place], one):
            return [other]
    return []


def _other(answer: Answer, name: str, wanted: object, end: EndOfDay) -> Words:
    found, at = answer.member(name), f"{end.at:%Y-%m-%d %H:%M:%S} JST"
    if found == wanted:
        return SILENCE
    return Words(
        en=f"{answer} at {at}: {name} is {found}, expected {wanted}",
        ja=f"{answer.ja}（{at}）。{name}が{found}（期待値{wanted}）",
    )
