"""POST /stamps/award: a stamp for each user who stands there, once; and nothing of the test stays.

Of stamps that are collected it must be true who gets them, how they are listed, and what is stored of them.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from aws.words import Words
from plan.masters import Spot
from signoff.judge.checklist import expectation
from signoff.judge.observations import Observations
from smoke.calls import AWARD, Answer, Call
from smoke.properties import EDGE_M, SURE_M, Visitor, unknown
from smoke.row_calls import RowCalls, awarded, differs, hold, require
from smoke.scenarios import Scenarios
from smoke.suite import left_behind

AT_ONCE = 4
"""Taps of an impatient user, or of a user who wants to win twice."""
LONG_S = 3600
"""Seconds that no run takes: what opens within them may be open when it is claimed."""
BUSY = 503
"""What a claim may be answered, other than 409, while another is in progress: it says to retry."""


def _at_the_edge(scenarios: Scenarios, spot: Spot, number: int, *, within: bool) -> Visitor:
    """Return a visitor who just gets the stamp, or just not: every other one with an accuracy that counts as the cap."""
    cap_m, bearing = scenarios.environment.accuracy_cap_m, 75.0 * number + 90 * within
    edge_m = -EDGE_M if within else EDGE_M
    if number % 2:
        reach_m = max(spot.radius_m, cap_m)
        return Visitor(spot, reach_m + edge_m, bearing, within=within, accuracy=cap_m * 20)
    accuracy = SURE_M if within else None
    return Visitor(spot, spot.radius_m + edge_m, bearing, within=within, accuracy=accuracy)


def _claim(scenarios: Scenarios, visitor: Visitor) -> Call:
    place = {**visitor.spot.away(visitor.metres, visitor.bearing), "accuracy": visitor.accuracy}
    unlisted = unknown("user_id", scenarios.other)
    return scenarios.award(scenarios.tourist, **unlisted, stamp_id=visitor.spot.stamp_id, **place)


def _at_once(calls: RowCalls, claim: Call) -> Answer:
    """Claim a stamp several times at the same moment; return the award, which must be given exactly once and now."""
    claims = [replace(claim, time=number) for number in range(1, AT_ONCE + 1)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(calls.suite.answer, claims))
    won = [answer for answer in answers if answer.status == 200]
    award = calls.expect((won or answers)[0].call)
    require(
        len(won) == 1,
        en=f"{award}, and so did {len(won) - 1} more of {AT_ONCE} calls at the same moment",
        ja=f"{award.ja}。同時の{AT_ONCE}回の呼び出しのうち、ほかに{len(won) - 1}回も付与されました",
    )
    others = [answer for answer in answers if answer is not award and answer.status != BUSY]
    late = [calls.flaw(other, 409, "STAMP_ALREADY_EXISTS") for other in others]
    hold(*late, *award_time_flaws(calls, award))
    return award


def award_time_flaws(calls: RowCalls, award: Answer) -> list[Words]:
    """Return flaws of the time of an award, which must be when it was given."""
    at = award.member("collected_at")
    if award.status != 200 or abs(award.at - at) <= calls.suite.clock_s:
        return []
    return [differs(award, "collected_at", at, f"{award.at:.0f}")]


def untimely(calls: RowCalls) -> list[Words]:
    """Claim stamps that are not open now, and return what is not refused; before production alone, where any award is taken back."""
    scenarios, now = calls.scenarios, calls.scenarios.sessions.now
    spots = () if scenarios.environment.production else scenarios.spots()
    closed = [spot for spot in spots if not (spot.open_at(now) or spot.open_at(now + LONG_S))]
    claims = [
        (spot, _claim(scenarios, _at_the_edge(scenarios, spot, 0, within=True)))
        for spot in closed[:3]
    ]
    return [calls.flaw(calls.answer(claim), 400, spot.refusal_at(now)) for spot, claim in claims]


def new_stamps(calls: RowCalls, listed: Answer) -> list[Mapping[str, Any]]:
    """Return what a list shows beyond what the collector had before the run."""
    return [
        entry
        for entry in listed.member("stamps")
        if entry["stamp_id"] not in calls.scenarios.collected()
    ]


@expectation("SMOKE-03", ja="スタンプ付与が現時点で正しく応答する")
def test_award_answers_as_it_must_at_this_time(calls: RowCalls) -> None:
    answer = calls.success(AWARD)

    hold(*award_time_flaws(calls, answer))


@expectation("SMOKE-16", ja="付与したスタンプが一覧に載る")
def test_awarded_stamp_is_listed(calls: RowCalls) -> None:
    award = awarded(calls)
    listed = calls.expect(lambda scenarios: scenarios.stamps_of(scenarios.collector))
    expected = [award.member(name) for name in ("stamp_id", "method", "collected_at")]

    new = new_stamps(calls, listed)
    actual = [[entry["stamp_id"], entry["method"], entry["collected_at"]] for entry in new]
    require(
        actual == [expected],
        en=f"{award} for {expected}, but the list has {actual}",
        ja=f"{award.ja}。付与されたのは{expected}ですが、一覧にあるのは{actual}です",
    )


@expectation("SMOKE-16", ja="スタンプが一度だけ付与される")
def test_stamp_is_awarded_only_once(calls: RowCalls) -> None:
    awarded(calls)

    calls.expect(Scenarios.collect_again, 409, "STAMP_ALREADY_EXISTS")


@expectation("SMOKE-16", ja="複数の取得が各スタンプの内容どおりに並ぶ")
def test_several_stamps_are_listed_as_their_masters_are(calls: RowCalls) -> None:
    award = awarded(calls)
    scenarios = calls.scenarios
    alone = scenarios.tourist != scenarios.collector
    listing = scenarios.stamps_of(scenarios.tourist)
    calls.answer(listing)  # an answer cached from this call must not be served later
    awards = {} if alone else {scenarios.goal.stamp_id: award}
    open_now = [stamp for stamp in scenarios.collectable if stamp.stamp_id not in awards]
    for number, spot in enumerate(open_now):
        outside, inside = (
            _claim(scenarios, _at_the_edge(scenarios, spot, number, within=within))
            for within in (False, True)
        )
        calls.expect(outside, 400, "OUT_OF_RANGE")
        awards[spot.stamp_id] = _at_once(calls, inside)
    listed = calls.expect(replace(listing, time=2))
    expected = [
        stamp.collected(awards[stamp.stamp_id].member("collected_at"))
        for stamp in scenarios.collectable
        if stamp.stamp_id in awards
    ]
    actual = new_stamps(calls, listed)
    require(actual == expected, differs(listed, "stamps", actual, expected))


@expectation("SMOKE-16", ja="有効期間外のスタンプが付与されない")
def test_stamp_is_not_awarded_out_of_its_time(calls: RowCalls) -> None:
    awarded(calls)

    hold(*untimely(calls))


@expectation("SMOKE-16", ja="スモークテストが何も残さない")
def test_smoke_leaves_nothing_behind(calls: RowCalls, observe: Observations) -> None:
    left = calls.suite.tidy()
    observe.note(calls=len(calls.suite.client.answers), left=left)

    require(not left, left_behind(left))
