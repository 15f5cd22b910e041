"""CORS as a browser sees it: preflights, and the real answers after them."""

from signoff.checklist import expectation
from smoke.cors import (
    ALLOW,
    FOREIGN,
    Case,
    allowed_origin,
    asked_before,
    headers_of,
    listed,
    shown,
    verbs_of,
)
from smoke.row_calls import RowCalls


@expectation("SMOKE-13", ja="フロントエンドのプリフライトが許可される")
def test_preflight_of_the_front_end_is_granted(path: str, calls: RowCalls, origin: str) -> None:
    answer = asked_before(calls, path)
    calls.observe.expect(answer.request_id, f"200, 204; {ALLOW}origin: {origin}")

    assert answer.status in {200, 204}, f"{answer}: the browser does not send the call itself"
    assert allowed_origin(answer) == origin, f"{answer} and allows {allowed_origin(answer)}"


@expectation("SMOKE-13", ja="プリフライトがフロントエンドの送る内容を許可する")
def test_preflight_allows_what_the_front_end_sends(path: str, calls: RowCalls) -> None:
    answer = asked_before(calls, path)

    verbs = verbs_of(calls, path) - listed(answer, "methods")
    assert not verbs, f"{answer} and does not allow {', '.join(sorted(verbs))}"
    headers = headers_of(calls) - listed(answer, "headers")
    assert not headers, f"{answer} and does not allow the header {', '.join(sorted(headers))}"


@expectation("SMOKE-13", ja="別オリジンのプリフライトが許可されない")
def test_preflight_from_elsewhere_is_not_granted(path: str, calls: RowCalls, origin: str) -> None:
    answer = asked_before(calls, path, FOREIGN)

    assert allowed_origin(answer) in {origin, None}, f"{answer} and allows {allowed_origin(answer)}"


@expectation("SMOKE-14", ja="応答がフロントエンドにだけ許可される")
def test_answer_is_for_the_front_end_alone(case: Case, calls: RowCalls, origin: str) -> None:
    answer = shown(calls, case)
    calls.observe.expect(answer.request_id, f"{case.status}; {ALLOW}origin: {origin}")

    assert allowed_origin(answer) == origin, f"{answer} and allows {allowed_origin(answer)}"
