"""CORS as a browser sees it: preflights, and the real answers after them."""

from signoff.checklist import expectation
from smoke.browser import asked_before, headers_of, shown, verbs_of
from smoke.cors import FOREIGN, allowed_origin, listed


@expectation("SMOKE-13")
def test_preflight_of_the_front_end_is_granted(path, trial, origin):
    answer = asked_before(trial, path)

    assert answer.status in {200, 204}, f"{answer}: the browser does not send the call itself"
    assert allowed_origin(answer) == origin, f"{answer} and allows {allowed_origin(answer)}"


@expectation("SMOKE-13")
def test_preflight_allows_what_the_front_end_sends(path, trial):
    answer = asked_before(trial, path)

    verbs = verbs_of(trial, path) - listed(answer, "methods")
    assert not verbs, f"{answer} and does not allow {', '.join(sorted(verbs))}"
    headers = headers_of(trial) - listed(answer, "headers")
    assert not headers, f"{answer} and does not allow the header {', '.join(sorted(headers))}"


@expectation("SMOKE-13")
def test_preflight_from_elsewhere_is_not_granted(path, trial, origin):
    answer = asked_before(trial, path, FOREIGN)

    assert allowed_origin(answer) in {origin, None}, f"{answer} and allows {allowed_origin(answer)}"


@expectation("SMOKE-14")
def test_answer_is_for_the_front_end_alone(case, trial, origin):
    answer = shown(trial, case)

    assert allowed_origin(answer) == origin, f"{answer} and allows {allowed_origin(answer)}"
