"""POST /gps/verify: whether a caller is at a spot."""

from signoff.judge.checklist import expectation
from smoke.errors import FAR_M
from smoke.properties import beyond_the_cap, misjudged, wrong_place
from smoke.row_calls import RowCalls, hold, require
from smoke.scenarios import HUGE_ACCURACY_M


@expectation("SMOKE-04", ja="スポット上の利用者が範囲内と判定される")
def test_who_stands_on_the_spot_is_within(calls: RowCalls) -> None:
    answer = calls.success("POST /gps/verify")

    hold(*wrong_place(answer, 0, within=True))


@expectation("SMOKE-04", ja="距離が大圏距離である")
def test_distance_is_that_of_the_great_circle(calls: RowCalls) -> None:
    answer = calls.expect(lambda s: s.position(s.caller, **s.spot.away(FAR_M)))

    hold(*wrong_place(answer, FAR_M, within=False))


@expectation("SMOKE-04", ja="全スポットの内外を正しい距離で判定する")
def test_every_spot_has_an_inside_and_an_outside(calls: RowCalls) -> None:
    hold(*misjudged(calls))


@expectation("SEC-44", ja="誤差の大きな測位で範囲内にならない")
def test_huge_accuracy_puts_no_user_within(calls: RowCalls) -> None:
    answer = calls.answer(
        lambda s: s.position(s.caller, **s.spot.away(FAR_M), accuracy=HUGE_ACCURACY_M)
    )

    hold(calls.flaw(answer, 200) and calls.flaw(answer, 400, "VALIDATION_ERROR"))
    require(
        not answer.member("within"),
        en=f"{answer}: within, though {FAR_M} m away (accuracy {HUGE_ACCURACY_M:.0e} m)",
        ja=f"{answer.ja}。{FAR_M} m離れているのに範囲内です（測位誤差{HUGE_ACCURACY_M:.0e} m）",
    )


@expectation("SEC-44", ja="測位誤差が上限を超えて範囲を広げない")
def test_accuracy_reaches_no_farther_than_its_cap(calls: RowCalls) -> None:
    hold(*misjudged(calls, beyond_the_cap))
