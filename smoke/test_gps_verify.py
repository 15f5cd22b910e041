"""POST /gps/verify: is somebody there."""

from signoff.checklist import expectation
from smoke.errors import FAR_M
from smoke.properties import beyond_the_cap, hold, misjudged
from smoke.row_calls import RowCalls
from smoke.scenarios import HUGE_ACCURACY_M


@expectation("SMOKE-04", ja="スポット上の利用者が範囲内と判定される")
def test_who_stands_on_the_spot_is_within(calls: RowCalls) -> None:
    answer = calls.success("POST /gps/verify")

    flaw = calls.flaw(answer, 200)
    assert not flaw, flaw
    assert answer.member("within"), f"{answer}: on the spot itself, and not within"
    assert answer.member("distanceM") == 0, f"{answer}: {answer.member('distanceM')} m from itself"


@expectation("SMOKE-04", ja="距離が大圏距離である")
def test_distance_is_that_of_the_great_circle(calls: RowCalls) -> None:
    answer = calls.answer(lambda s: s.position(s.caller, **s.spot.away(FAR_M)))

    flaw = calls.flaw(answer, 200)
    assert not flaw, flaw
    told = answer.member("distanceM")
    assert abs(told - FAR_M) < FAR_M / 1000, f"{answer}: {FAR_M} m away, and it says {told} m"
    assert not answer.member("within"), f"{answer}: {FAR_M} m away, and within"


@expectation("SMOKE-04", ja="全スポットの内外を正しい距離で判定する")
def test_every_spot_has_an_inside_and_an_outside(calls: RowCalls) -> None:
    hold(misjudged(calls))


@expectation("SEC-44", ja="誤差の大きな測位で範囲内にならない")
def test_huge_accuracy_puts_nobody_within(calls: RowCalls) -> None:
    answer = calls.answer(
        lambda s: s.position(s.caller, **s.spot.away(FAR_M), accuracy=HUGE_ACCURACY_M)
    )

    flaw = calls.flaw(answer, 200) and calls.flaw(answer, 400, "VALIDATION_ERROR")
    assert not flaw, flaw
    assert not answer.member("within"), (
        f"{answer}: {FAR_M} m away with an accuracy of {HUGE_ACCURACY_M:.0e} m, and within"
    )


@expectation("SEC-44", ja="測位誤差が上限を超えて範囲を広げない")
def test_accuracy_reaches_no_farther_than_its_cap(calls: RowCalls) -> None:
    hold(misjudged(calls, beyond_the_cap))
