"""People of long ago, put into an embedded stack: what they collected, how they are ranked, what is hard to read of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.words import Words
from lambdas.rally.domain.counters import Counter
from smoke.aws import typed
from smoke.calls import get
from smoke.row_calls import RowCalls
from smoke.scenarios import Scenarios


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """A period long ago, and what its people had collected: (count, when they reached it)."""

    kind: str
    name: str
    collected: Mapping[str, tuple[int, int]]
    order: tuple[str, ...]

    def items(self, scenarios: Scenarios) -> Iterator[Mapping[str, Any]]:
        """Yield the counters as the functions write them, in DynamoDB JSON."""
        for name, (count, at) in self.collected.items():
            yield typed(Counter(scenarios.sessions.nobody(name), self.name, count, at).item())


WEEK = PastPeriod(
    "weekly",
    "2001-W09",
    {"first": (2, 300), "second": (10, 900), "third": (2, 200), "fourth": (9, 1), "fifth": (1, 5)},
    ("second", "fourth", "third", "first", "fifth"),
)
MONTH = PastPeriod(
    "monthly",
    "2001-03",
    {"first": (1, 100), "second": (1, 99), "third": (1, 101), "fourth": (12, 10**9)},
    ("fourth", "second", "first", "third"),
)
PERIODS = (WEEK, MONTH)
"""Most stamps first; of equals, who got there first; a week is not a month."""


NAMED, LONG_NAME, NAME_SHOWN = "first", "花\n" + "x" * 400, "花 " + "x" * 298
"""Who has a name that no list has room for, the name, and what of it a ranking shows."""
UNREADABLE = {
    "StampId": {"S": "SMOKE-GONE"},
    "CollectedAt": {"S": "yesterday"},
    "Method": {"S": "QR"},
}
"""A stamp whose master is gone, and of which nothing can be read."""
UNREADABLE_SHOWN = {
    "stamp_id": "SMOKE-GONE",
    "name": "SMOKE-GONE",
    "description": "",
    "type": "GPS",
    "collected_at": 0,
    "method": "GPS",
}


def _put(calls: RowCalls) -> None:
    """Put these people into an embedded stack: their counters, a name, a stamp that is hard to read."""
    user_id = {"UserId": {"S": calls.scenarios.sessions.nobody(NAMED)}}
    counters = [item for period in PERIODS for item in period.items(calls.scenarios)]
    named = {**user_id, "DisplayName": {"S": LONG_NAME}}
    calls.suite.put_long_ago([*counters, {**user_id, **UNREADABLE}], [named])


def unreadable_stamp_flaws(calls: RowCalls) -> list[Words]:
    """Return how the list of somebody with such a stamp, and with counters, is wrong."""
    _put(calls)
    sessions = calls.scenarios.sessions
    listed = calls.answer(calls.scenarios.stamps_of(sessions.own(sessions.nobody(NAMED))))
    if flaw := calls.flaw(listed, 200):
        return [flaw]
    if (found := listed.member("stamps")) == [UNREADABLE_SHOWN]:
        return []
    return [
        Words(
            en=f"{listed}: stamps are {found}, expected {[UNREADABLE_SHOWN]}",
            ja=f"{listed.ja}。stampsが{found}（期待値{[UNREADABLE_SHOWN]}）",
        )
    ]


def order_flaws(calls: RowCalls, season: PastPeriod) -> list[Words]:
    """Put a season's counters into an embedded stack, and return how its ranking is wrong."""
    _put(calls)
    scenarios = calls.scenarios
    self_name = season.order[1]
    session = scenarios.sessions.own(scenarios.sessions.nobody(self_name))
    asked = get(f"/ranking/{season.kind}", session, period=season.name)
    answer = calls.answer(asked)
    if flaw := calls.flaw(answer, 200):
        return [flaw]
    wanted = [
        {
            "rank": rank,
            "user_id": scenarios.sessions.nobody(name),
            "stamp_count": season.collected[name][0],
            "display_name": NAME_SHOWN if name == NAMED else "",
            "is_self": name == self_name,
        }
        for rank, name in enumerate(season.order, 1)
    ]
    told = [answer.member("period"), answer.member("rankings")]
    if told == [season.name, wanted]:
        return []
    return [
        Words(
            en=f"{answer}: ranked are {_ranked(told[1])}, expected {_ranked(wanted)}",
            ja=f"{answer.ja}。順位が{_ranked(told[1])}（期待値{_ranked(wanted)}）",
        )
    ]


def _ranked(entries: Any) -> list[tuple[Any, ...]]:
    return [tuple(one.values()) for one in entries]
