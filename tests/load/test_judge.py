"""Pass, fail, invalid, inconclusive: each follows from the counts, and each has its reason."""

from dataclasses import replace

import pytest

from aws.words import Words
from load.engine.answers import ApiRequest, classify, compiled
from load.engine.judge import Conditions, ExitCode, judge
from load.engine.measurement import OF_ANOTHER_USER
from load.engine.plan import AWARD, LIST, TokenBucket
from tests.load.measurements import CONDITIONS, SHORT, seen
from tests.load.runs import only, plan, step


def outcome(measurement, conditions=CONDITIONS, **more):
    judged = judge(conditions, measurement, **more)
    return judged.outcome, tuple(map(str, judged.reasons))


def test_quick_and_right_answers_pass():
    assert outcome(seen()) == ("pass", ())


def test_latency_over_its_limit_fails_with_its_interval():
    verdict, reasons = outcome(seen(ms=600.0))

    assert verdict == "fail"
    assert reasons == ("step hold, GET /stamps: p95 600 ms, at most 500 ms",)


def test_latency_astride_its_limit_is_inconclusive():
    """90 of 2000 are slow: p95 is just under the limit, and might as well be over."""
    slow = [(LIST, "latency", 700.0, 90), (LIST, "issued", None, 90), (LIST, "answered", None, 90)]
    verdict, reasons = outcome(seen(answered=1910, rows=[*slow, ("", "arrivals", None, 90)]))

    assert verdict == "inconclusive"
    assert "p95 10 ms (95 %: 10 ms to 700 ms), at most 500 ms" in reasons[0]


def test_too_few_samples_for_a_tail_are_inconclusive():
    few = Conditions(plan(step("hold", 3, 100, only())), CONDITIONS.objectives, CONDITIONS.throttle)
    verdict, reasons = outcome(seen(answered=300), few)

    assert verdict == "inconclusive"
    assert "and up, too few samples" in reasons[0]


def test_errors_over_their_limit_fail():
    failed = [
        (LIST, "failed", "HTTP 500", 60),
        (LIST, "latency", 10.0, 60),
        (LIST, "issued", None, 60),
    ]
    verdict, reasons = outcome(seen(answered=1940, rows=[*failed, ("", "arrivals", None, 60)]))

    assert verdict == "fail"
    assert reasons[0].startswith("step hold, GET /stamps: errors 3 % (95 %: 2.34 % to 3.84 %)")


def test_one_429_below_the_limit_fails():
    refused = [(LIST, "throttled", None, 1), (LIST, "issued", None, 1), ("", "arrivals", None, 1)]

    assert outcome(seen(answered=1999, rows=refused))[1] == (
        "step hold, GET /stamps: 429 0.05 %, at most 0 %",
    )


@pytest.mark.parametrize(
    ("refused", "verdict"), [(500, "pass"), (300, "fail"), (800, "fail"), (440, "inconclusive")]
)
def test_429_above_the_limit_must_be_as_predicted(refused, verdict):
    """100 a second against a bucket of 75 that is empty at once: a quarter is refused."""
    tight = replace(CONDITIONS, throttle=TokenBucket(75, 0))
    rows = [(LIST, "throttled", None, refused), (LIST, "issued", None, refused)]
    rows.append(("", "arrivals", None, refused))
    judged, reasons = outcome(seen(answered=2000 - refused, rows=rows), tight)

    assert judged == verdict
    assert any(": 429 " in reason for reason in reasons) is (verdict != "pass")


def test_smoke_has_no_percentile_gate_and_allows_no_error():
    """Twenty seconds are too short for a ratio: what failed at all is told."""
    failed = [(LIST, "failed", "HTTP 500", 1), (LIST, "issued", None, 1), ("", "arrivals", None, 1)]

    assert outcome(seen(ms=5000.0), SHORT) == ("pass", ())
    assert outcome(seen(answered=1999, rows=failed), SHORT)[0] == "fail"


@pytest.mark.parametrize(
    ("measurement", "reason"),
    [
        (seen(answered=0), "no request was answered as the contract says"),
        (seen(answered=1970), "1970 of 2000 planned arrivals were made, under 99%"),
        (
            seen(rows=[("", "dropped", None, 1)]),
            "1 arrivals were dropped, with too many in flight",
        ),
        (
            seen(rows=[("", "unpaired", None, 3)]),
            "3 arrivals found no pair of user and spot left to award; put more users into the pool",
        ),
        (seen(rows=[(LIST, "issued", None, 1)]), "1 requests to GET /stamps never finished"),
        (seen(workers=0), "0 of 1 workers began"),
        (seen(lost=("w1",)), "lost on the way: worker w1"),
        (seen(late=("w2",)), "came after the start: worker w2"),
        (seen(strangers=("w3",)), "was given another run file: worker w3"),
        (seen(interrupted=Words.same("stopped after 3 of 20 s")), "stopped after 3 of 20 s"),
        (
            seen(rows=[(AWARD, "issued", None, 50), (AWARD, "conflict", None, 50)]),
            "50 of 50 awards met a stamp that was there before (409)",
        ),
    ],
)
def test_run_that_measured_no_target_is_invalid(measurement, reason):
    verdict, reasons = outcome(measurement)

    assert verdict == "invalid"
    assert any(reason in told for told in reasons), reasons


BUSY = "this machine is too busy to generate load (arrivals 39 ms late, limit 5 ms): free some CPU"


def failing(count):
    """Return a measurement in which so many of 2000 requests failed."""
    rows = [(LIST, "failed", "HTTP 500", count), (LIST, "issued", None, count)]
    return {"answered": 2000 - count, "rows": [*rows, ("", "arrivals", None, count)]}


def test_pass_of_a_busy_machine_is_a_pass():
    assert outcome(seen(lateness=39.0)) == ("pass", ())


@pytest.mark.parametrize(
    ("worse", "otherwise"),
    [({"ms": 5000.0}, "fail"), (failing(100), "fail"), (failing(20), "inconclusive")],
)
def test_busy_machine_makes_what_is_no_pass_invalid(worse, otherwise):
    verdict, (first, *_) = outcome(seen(lateness=39.0, **worse))

    assert verdict == "invalid"
    assert BUSY in first
    assert outcome(seen(**worse))[0] == otherwise


def test_busy_machine_does_not_excuse_what_a_run_left_behind():
    assert judge(CONDITIONS, seen(lateness=39.0), {"left": 3}).outcome == "fail"


def test_run_that_was_stopped_on_a_dead_target_failed_whatever_else_is_missing():
    stopped = seen(answered=0, lateness=39.0, dead=Words("stopped after 40 s", "40秒で中止"))

    assert outcome(stopped) == ("fail", ("stopped after 40 s",))


def test_stopped_run_is_told_as_stopped_on_a_busy_machine_too():
    late_and_stopped = seen(lateness=39.0, interrupted=Words.same("stopped after 3 of 20 s"))

    assert outcome(late_and_stopped) == ("invalid", ("stopped after 3 of 20 s",))


def test_busy_machine_is_told_before_what_follows_from_it():
    late_and_dropped = seen(answered=1900, lateness=39.0, rows=[("", "dropped", None, 100)])

    _, (first, *rest) = outcome(late_and_dropped)

    assert "too busy to generate load (arrivals 39 ms late" in first
    assert len(rest) == 2


def test_award_that_met_another_generator_s_is_no_reason_to_doubt_the_run():
    """One in ninety happens by chance; were it one in a hundred of all awards, ninety could not tell."""
    awards = [("", "arrivals", None, 90), (AWARD, "issued", None, 90), (AWARD, "conflict", None, 1)]

    assert outcome(seen(rows=[*awards, (AWARD, "answered", None, 89)]))[0] == "pass"


def test_conflicts_of_what_is_no_award_are_nothing_achieved():
    """A verdict that an older generator counted is judged no better."""
    met = [
        (LIST, "issued", None, 1000),
        (LIST, "conflict", None, 1000),
        ("", "arrivals", None, 1000),
    ]

    assert outcome(seen(answered=1000, rows=met)) == (
        "fail",
        ("step hold, GET /stamps: achieved 50 %, at least 95 %",),
    )


def test_invalid_comes_before_failed():
    assert outcome(seen(ms=900.0, lost=("w1",)))[0] == "invalid"


def test_ramp_is_left_out_of_the_verdict_on_the_target():
    ramp = replace(CONDITIONS, plan=plan(step("ramp", 20, 100, only(), judged=False)))

    assert outcome(seen(ms=900.0), ramp) == ("pass", ())


@pytest.mark.parametrize(
    ("cleanup", "reason"),
    [
        ({"left": 2, "line_calls": 0}, "2 items of the run are still in the table"),
        ({"left": 0, "line_calls": 1}, "LINE was called 1 times for synthetic users"),
    ],
)
def test_run_that_leaves_traces_fails(cleanup, reason):
    assert outcome(seen(), cleanup=cleanup) == ("fail", (reason,))


def test_award_that_was_answered_with_success_and_never_stored_fails():
    awarded = replace(CONDITIONS, plan=plan(step("hold", 20, 100, only(AWARD))))
    kept = {"left": 0, "stamps": 2000, "line_calls": 0}
    reason = "2000 awards were answered with success, and the table has 1999 of their stamps"

    assert outcome(seen(endpoint=AWARD), awarded, cleanup=kept) == ("pass", ())
    lost = {**kept, "stamps": 1999}
    assert outcome(seen(endpoint=AWARD), awarded, cleanup=lost) == ("fail", (reason,))


@pytest.mark.parametrize("more", [{}, {"lost": ("w1",)}], ids=["a sound run", "an invalid run"])
def test_one_answer_about_another_user_fails_however_many_errors_are_allowed(more):
    request = ApiRequest(LIST, "/stamps", "", expect={"user_id": "Uload-1"})
    contract = compiled({LIST: {"200": {"type": "object"}}})
    result = classify(request, 200, b'{"user_id": "Uload-2"}', None, contract)
    leak = [
        (LIST, result.what, result.kind, 1),
        (LIST, "issued", None, 1),
        ("", "arrivals", None, 1),
    ]

    reason = "1 answers were about another user than the one who called"
    assert outcome(seen(answered=1999, rows=leak, **more)) == ("fail", (reason,))


@pytest.mark.parametrize("answer", [b"{}", b'{"user_id": null}'])
def test_answer_that_names_no_user_is_an_error_and_about_no_other_user(answer):
    request = ApiRequest(LIST, "/stamps", "", expect={"user_id": "Uload-1"})
    contract = compiled({LIST: {"200": {"type": "object"}}})
    result = classify(request, 200, answer, None, contract)

    assert (result.what, result.kind) == ("failed", "no user_id")
    assert result.kind != OF_ANOTHER_USER


def test_exit_codes_are_those_of_the_manual():
    assert {code.name: int(code) for code in ExitCode} == {
        "PASS": 0,
        "FAIL": 1,
        "INVALID": 3,
        "REFUSED": 4,
        "INCONCLUSIVE": 5,
    }
