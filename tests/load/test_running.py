"""Locust at work against small targets: what is sent, what is seen, and what the verdict makes of it."""

import pytest

from load.engine.judge import Exit
from load.engine.plan import AWARD, LIST
from tests.load.runs import Silent, drive, free_of_tokens, only, plan, run_against, serving, step


def test_every_planned_arrival_is_one_request_and_a_quick_target_passes(healthy, tmp_path):
    watch = Silent()
    short = plan(step("warm-up", 1, 20, judged=False), step("hold", 3, 60), percentiles=False)

    code, verdict = drive(
        run_against(healthy.url, tmp_path, plan=short, progress=True), watch=watch
    )

    sent = {name: count for name, count in healthy.seen().items() if name != "connections"}
    assert code == Exit.PASS, verdict.judgement.reasons
    assert sum(sent.values()) == 200
    assert verdict.measurement.steps.total("answered") == 200
    assert verdict.measurement.contract == "checked by jsonschema_rs"
    assert watch.shown[-1]["answered"] == 200
    assert free_of_tokens(tmp_path)


def test_server_that_hangs_up_is_asked_once_and_fails(tmp_path):
    with serving("--hang-up") as target:
        code, verdict = drive(
            run_against(target.url, tmp_path, plan=plan(step("hold", 2, 40, only())))
        )
        seen = target.seen()

    assert seen[LIST] == 80, "a request was sent again, unplanned and unseen"
    assert verdict.measurement.steps.total("failed") == 80
    assert code == Exit.INVALID, "nothing was answered"


def test_target_that_is_not_there_gives_no_verdict_on_it(tmp_path):
    code, verdict = drive(
        run_against("http://127.0.0.1:9", tmp_path, plan=plan(step("hold", 1, 20)))
    )

    assert code == Exit.INVALID
    assert verdict.judgement.reasons == ("nothing was answered, so nothing is known of the target",)


@pytest.mark.parametrize(
    ("option", "kind"),
    [
        (["--stranger"], "wrong user_id"),
        (["--spoil=total"], "contract: /"),
        (["--status=302"], "HTTP 302"),
    ],
)
def test_answer_that_is_not_right_is_a_failure(option, kind, tmp_path):
    with serving(*option) as target:
        _, verdict = drive(
            run_against(target.url, tmp_path, plan=plan(step("hold", 1, 20, only())))
        )
        seen = target.seen()

    assert verdict.measurement.steps.by_detail(0, LIST, "failed") == {kind: 20}
    assert "GET /elsewhere" not in seen, "a redirect was followed"


def test_journey_lists_verifies_awards_and_lists(healthy, tmp_path):
    visits = plan(step("hold", 2, 10), journey=True, percentiles=False)

    code, verdict = drive(run_against(healthy.url, tmp_path, plan=visits))

    assert code == Exit.PASS, verdict.judgement.reasons
    assert healthy.seen()[LIST] == 40
    assert healthy.seen()[AWARD] == 20
