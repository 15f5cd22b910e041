"""People of long ago, put into an embedded stack: what they collected, how they are ranked, and items that are hard to read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from aws.words import Words
from lambdas.rally.domain.counters import SHARDS, Counter, shard_of
from smoke.aws import typed
from smoke.calls import get
from smoke.edge_case_masters import DESCRIPTION, HERE, IMAGE, NAME, PICTURED
from smoke.row_calls import RowCalls
from smoke.sessions import SessionMinter
from smoke.spots import Spot

SHOWN = 100
"""How many a ranking shows, as the contract has it."""
Collected = tuple[str, int, int]
"""Who, how many stamps, and when they reached that count (s since the epoch)."""


@dataclass(frozen=True, slots=True)
class PastPeriod:
    """A period long ago, and what its people collected, best first; after them a crowd with one stamp each."""

    kind: str
    name: str
    collected: tuple[Collected, ...]
    crowd: int
    """Its size; the first people are one from each partition of the index."""

    def counters(self, sessions: SessionMinter) -> list[Counter]:
        """Return the counters as the functions write them, in ranking order."""
        people = [(sessions.nobody(name), stamps, at) for name, stamps, at in self.collected]
        few = crowd(sessions)[: self.crowd]
        people += [(user, 1, 1000 + number) for number, user in enumerate(few)]
        return [Counter(user, self.name, stamps, at) for user, stamps, at in people]


@lru_cache(maxsize=1)  # a run asks a score of times, for as many hashes as there are people
def crowd(sessions: SessionMinter) -> list[str]:
    """Return people who fill one partition of the index beyond what a ranking shows, after one for each partition."""
    some = [sessions.nobody(f"crowd {number}") for number in range(SHARDS * SHOWN * 2)]
    of: list[list[str]] = [[] for _ in range(SHARDS)]
    for one in some:
        of[shard_of(one)].append(one)
    return [one for few in of for one in few[:1]] + of[-1][1 : SHOWN + 2]


def returning(sessions: SessionMinter) -> str:
    """Return the person who logs in again under another name, and whom no ranking shows."""
    return crowd(sessions)[-1]


WEEK = PastPeriod(
    "weekly",
    "2001-W09",
    (("second", 10, 900), ("fourth", 9, 1), ("third", 2, 200), ("first", 2, 300), ("fifth", 1, 5)),
    crowd=SHARDS,
)
MONTH = PastPeriod(
    "monthly",
    "2001-03",
    (("fourth", 12, 10**9), ("second", 1, 99), ("first", 1, 100), ("third", 1, 101)),
    crowd=SHOWN + SHARDS,
)
PERIODS = (WEEK, MONTH)
"""Most stamps first; of equals, who got there first; a week is not a month."""


NAMED, LONG_NAME, NAME_SHOWN = "first", "花\n" + "x" * 400, "花 " + "x" * 298
"""A person with a very long name, that name, and what a ranking shows of it."""
LAST_NAME = "Hundredth"
"""Name of the last person whom the crowded ranking shows."""
FORMER_NAME = "Earlier"
"""Name of the person who logs in again under another."""
SINCE = 1000
"""When the people of long ago logged in for the first time, and the last (s since the epoch)."""
GONE = {"StampId": "SMOKE-GONE", "CollectedAt": "yesterday", "Method": "QR"}
"""A stamp whose master is deleted, and whose attributes can't be read."""
GONE_SHOWN = {
    "stamp_id": "SMOKE-GONE",
    "name": "SMOKE-GONE",
    "description": "",
    "type": "GPS",
    "collected_at": 0,
    "method": "GPS",
}
WITH_A_PICTURE_SHOWN = {
    "stamp_id": PICTURED,
    "name": NAME,
    "description": DESCRIPTION,
    "type": "GPS",
    "collected_at": SINCE,
    "method": "GPS",
    "location": {**HERE, "radiusM": 20},
    "image_url": IMAGE,
}
MANY = 110
"""Stamps of a person who has more than one BatchGetItem returns."""


def put(calls: RowCalls) -> None:
    """Put these people into an embedded stack: their counters, their names, many stamps of one of them."""
    scenarios, sessions = calls.scenarios, calls.scenarios.sessions
    user_id = sessions.nobody(NAMED)
    periods = [period.counters(sessions) for period in PERIODS]
    stamps = [{"UserId": user_id, **item} for item, _ in _stamps(scenarios.spots())]
    names = {
        user_id: LONG_NAME,
        returning(sessions): FORMER_NAME,
        periods[-1][SHOWN - 1].user_id: LAST_NAME,
    }
    calls.suite.put_long_ago(
        map(typed, [*(one.item() for period in periods for one in period), *stamps]),
        [typed(_record(user, name)) for user, name in names.items()],
    )


def _record(user_id: str, name: str) -> Mapping[str, str | int]:
    times = {"CreatedAt": SINCE, "LastLoginAt": SINCE}
    return {"UserId": user_id, "DisplayName": name, "LineId": user_id, **times}


def _stamps(spots: tuple[Spot, ...]) -> Iterator[tuple[Mapping[str, str | int], Mapping[str, Any]]]:
    """Yield stored items and how the list shows them: of all real spots, and of deleted masters."""
    yield GONE, GONE_SHOWN
    for number in range(MANY):
        name, method = f"0-SMOKE-{number:03}", ("GPS", "IMAGE")[number % 2]
        at = SINCE + number
        shown = {"stamp_id": name, "name": name, "description": "", "type": method}
        yield _stamp(name, at, method), {**shown, "collected_at": at, "method": method}
    yield _stamp(PICTURED, SINCE, "GPS"), WITH_A_PICTURE_SHOWN
    for spot in spots:
        yield _stamp(spot.stamp_id, SINCE, "GPS"), spot.collected(SINCE)


def _stamp(stamp_id: str, at: int, method: str) -> Mapping[str, str | int]:
    return {"StampId": stamp_id, "CollectedAt": at, "Method": method}


def collection_flaws(calls: RowCalls) -> list[Words]:
    """Return flaws of the list of a person with many stamps, an unreadable one, and counters."""
    put(calls)
    calls.suite.put_edge_case_masters()
    sessions = calls.scenarios.sessions
    listed = calls.answer(calls.scenarios.stamps_of(sessions.own(sessions.nobody(NAMED))))
    if flaw := calls.flaw(listed, 200):
        return [flaw]
    shown = [one for _, one in _stamps(calls.scenarios.spots())]
    wanted = sorted(shown, key=lambda one: str(one["stamp_id"]))
    return [
        Words(
            en=f"{listed}: stamp {place} of {len(wanted)} is {found}, expected {expected}",
            ja=f"{listed.ja}。{len(wanted)}件中{place}件目のスタンプが{found}（期待値{expected}）",
        )
        for place, found, expected in _differing(listed.member("stamps"), wanted)
    ]


def again_flaw(calls: RowCalls) -> Words:
    """Say how a stamp that a person has had since long ago is awarded again; empty if it is refused."""
    put(calls)
    calls.suite.put_edge_case_masters()
    person = calls.scenarios.sessions.own(calls.scenarios.sessions.nobody(NAMED))
    claim = calls.scenarios.award(person, stamp_id=PICTURED, **HERE)
    return calls.flaw(calls.answer(claim), 409, "STAMP_ALREADY_EXISTS")


def order_flaws(calls: RowCalls, season: PastPeriod) -> list[Words]:
    """Put a season's counters into an embedded stack, and return flaws of its ranking."""
    put(calls)
    sessions = calls.scenarios.sessions
    counters = season.counters(sessions)
    asking = counters[1].user_id
    asked = get(f"/ranking/{season.kind}", sessions.own(asking), period=season.name)
    answer = calls.answer(asked)
    if flaw := calls.flaw(answer, 200):
        return [flaw]
    names = {sessions.nobody(NAMED): NAME_SHOWN}
    if len(counters) > SHOWN:
        names[counters[SHOWN - 1].user_id] = LAST_NAME
    wanted = [
        {
            "rank": rank,
            "user_id": one.user_id,
            "stamp_count": one.count,
            "display_name": names.get(one.user_id, ""),
            "is_self": one.user_id == asking,
        }
        for rank, one in enumerate(counters[:SHOWN], 1)
    ]
    if (period := answer.member("period")) != season.name:
        return [
            Words(
                en=f"{answer}: period is {period}, expected {season.name}",
                ja=f"{answer.ja}。periodが{period}（期待値{season.name}）",
            )
        ]
    return [
        Words(
            en=f"{answer}: place {place} of {len(wanted)} is {_ranked(found)}, expected {_ranked(expected)}",
            ja=f"{answer.ja}。{len(wanted)}件中{place}番目が{_ranked(found)}（期待値{_ranked(expected)}）",
        )
        for place, found, expected in _differing(answer.member("rankings"), wanted)
    ]


def _differing(found: list[Any], wanted: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    """Yield the places, from 1, at which two lists differ; None stands for entries beyond the shorter one."""
    pairs = enumerate(zip_longest(found, wanted), 1)
    return ((place, one, other) for place, (one, other) in pairs if one != other)


def _ranked(entry: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return tuple((entry or {}).values())
