"""CORS as a browser sees it: preflights, and the real answers after them."""

from signoff.judge.checklist import expectation
from smoke.cors import (
    ALLOW,
    FOREIGN,
    Case,
    allowed_elsewhere,
    allowed_origin,
    allows,
    asked_before,
    headers_of,
    listed,
    not_allowed,
    not_for_the_front_end,
    shown,
    verbs_of,
)
from smoke.row_calls import RowCalls, hold, require


@expectation("SMOKE-13", ja="フロントエンドのプリフライトが許可される")
def test_preflight_of_the_front_end_is_granted(path: str, calls: RowCalls, origin: str) -> None:
    answer = asked_before(calls, path)
    sent, granted = answer.status in {200, 204}, allowed_origin(answer) == origin
    expected = f"200, 204; {ALLOW}origin: {origin}"
    calls.observe.expect(answer.request_id, expected, holds=sent and granted)

    require(
        sent,
        en=f"{answer}, so the browser does not send the call itself",
        ja=f"{answer.ja}。ブラウザは本来の呼び出しを送りません",
    )
    require(granted, allows(answer))


@expectation("SMOKE-13", ja="プリフライトがフロントエンドの送る内容を許可する")
def test_preflight_allows_what_the_front_end_sends(path: str, calls: RowCalls) -> None:
    answer = asked_before(calls, path)

    verbs = verbs_of(calls, path) - listed(answer, "methods")
    require(not verbs, not_allowed(answer, verbs))
    headers = headers_of(calls) - listed(answer, "headers")
    require(not headers, not_allowed(answer, headers))


@expectation("SMOKE-13", ja="別オリジンのプリフライトが許可されない")
def test_preflight_from_elsewhere_is_not_granted(path: str, calls: RowCalls, origin: str) -> None:
    answer = asked_before(calls, path, FOREIGN)

    require(allowed_origin(answer) in {origin, None}, allows(answer))


@expectation("SMOKE-14", ja="応答がフロントエンドにだけ許可される")
def test_answer_is_for_the_front_end_alone(case: Case, calls: RowCalls, origin: str) -> None:
    answer = shown(calls, case)
    granted = allowed_origin(answer) == origin
    expected = f"{case.status}; {ALLOW}origin: {origin}"
    calls.observe.expect(answer.request_id, expected, holds=granted)

    require(granted, allows(answer))


@expectation("SMOKE-14", ja="別オリジンのページに応答が許可されない")
def test_answer_to_another_origin_is_for_the_front_end_alone(calls: RowCalls, origin: str) -> None:
    hold(*allowed_elsewhere(calls, origin))


@expectation("SMOKE-14", ja="すべてのルートと状態の応答がフロントエンドにだけ許可される")
def test_every_answer_of_the_run_is_for_the_front_end_alone(calls: RowCalls, origin: str) -> None:
    hold(*not_for_the_front_end(calls, origin))
