"""POST /stamps/award: a stamp for each user who stands there, once; and nothing of the test stays."""

from aws.words import Words
from signoff.judge.checklist import expectation
from signoff.judge.observations import Observations
from smoke.collecting import award_time_flaws, new_stamps, tour
from smoke.row_calls import AWARD, RowCalls, awarded, hold, require
from smoke.scenarios import Scenarios
from smoke.suite import left_behind


@expectation("SMOKE-03", ja="スタンプ付与が現時点で正しく応答する")
def test_award_answers_as_it_must_at_this_time(calls: RowCalls) -> None:
    answer = calls.success(AWARD)

    hold(calls.flaw(answer, *calls.scenarios.expected(AWARD)))
    hold(*award_time_flaws(calls, answer))


@expectation("SMOKE-16", ja="付与したスタンプが一覧に載る")
def test_awarded_stamp_is_listed(calls: RowCalls) -> None:
    award = awarded(calls)
    listed = calls.answer(lambda scenarios: scenarios.stamps_of(scenarios.collector))
    told = [award.member(name) for name in ("stamp_id", "method", "collected_at")]

    hold(calls.flaw(listed, 200))
    new = new_stamps(calls, listed)
    found = [[entry["stamp_id"], entry["method"], entry["collected_at"]] for entry in new]
    require(
        found == [told],
        Words(
            en=f"{award} for {told}, but the list has {found}",
            ja=f"{award.ja}。付与されたのは{told}ですが、一覧にあるのは{found}です",
        ),
    )


@expectation("SMOKE-16", ja="スタンプが一度だけ付与される")
def test_stamp_is_awarded_only_once(calls: RowCalls) -> None:
    awarded(calls)
    again = calls.answer(Scenarios.collect_again)

    hold(calls.flaw(again, 409, "STAMP_ALREADY_EXISTS"))


@expectation("SMOKE-16", ja="複数の取得が各スタンプの内容どおりに並ぶ")
def test_several_stamps_are_listed_as_their_masters_are(calls: RowCalls) -> None:
    award = awarded(calls)

    hold(*tour(calls, award))


@expectation("SMOKE-16", ja="スモークテストが何も残さない")
def test_smoke_leaves_nothing_behind(calls: RowCalls, observe: Observations) -> None:
    left = calls.suite.tidy()
    observe.note(calls=len(calls.suite.client.answers), left=left)

    require(not left, left_behind(left))
