"""The judge of answers: a sentence that names the flaw by pointer, shows the call, and no token."""

import pytest

from smoke.calls import get, send
from smoke.contract import Contract, contract
from tests.smoke.answers import ERROR, LIVE, answer

STAMPS = get("/stamps", LIVE, userId="Usmoke-1")
LIST = {"ok": True, "user_id": "Usmoke-1", "stamps": [], "total": 0}
STAMP = {
    "stamp_id": "A-1",
    "name": "A",
    "description": "",
    "type": "GPS",
    "collected_at": 1_764_028_800,
    "method": "GPS",
}


def flaw(status=200, body=LIST, expected=200, code=None, **headers):
    return contract().flaw(answer(STAMPS, status, body, headers), expected, code).en


def test_documented_answer_has_no_flaw():
    assert not flaw()
    assert not flaw(400, ERROR, 400, "VALIDATION_ERROR")


def test_wrong_member_is_told_by_its_pointer():
    late = {**STAMP, "collected_at": "yesterday"}

    assert "but /stamps/0/collected_at: 'yesterday' is not" in flaw(
        body={**LIST, "stamps": [late], "total": 1}
    )


def test_member_that_is_not_documented_is_a_flaw():
    assert "Additional properties" in flaw(body={**LIST, "inner": 1})


def test_counter_of_the_ranking_is_no_stamp():
    counter = {**STAMP, "stamp_id": "#2026-W48"}

    assert "/stamps/0/stamp_id" in flaw(body={**LIST, "stamps": [counter], "total": 1})


@pytest.mark.parametrize("body", ["", "<html>", "[]", "null"])
def test_body_that_is_no_such_object_is_a_flaw(body):
    assert "but the body" in flaw(body=body)


def test_other_status_is_told_before_all_else():
    assert "answered 500, not 200; it said: no body (request id-1)" in flaw(500, "")


def test_status_that_is_documented_nowhere_is_a_flaw():
    assert "that the contract does not document" in flaw(418, ERROR, 418)


def test_other_code_is_a_flaw_though_the_status_is_right():
    assert "VALIDATION_ERROR, not 400 INVALID_JSON" in flaw(400, ERROR, 400, "INVALID_JSON")


def test_code_of_another_route_is_a_flaw():
    assert "but /error_code: " in flaw(400, {**ERROR, "error_code": "STAMP_EXPIRED"}, 400)


def test_html_is_a_flaw_though_it_holds_json():
    assert "as text/html, not application/json" in flaw(**{"content-type": "text/html"})


def test_missing_header_is_a_flaw():
    away = {**ERROR, "error_code": "SERVICE_UNAVAILABLE"}

    assert "without the header Retry-After" in flaw(503, away, 503)
    assert not flaw(503, away, 503, **{"retry-after": "2"})


def test_success_that_asks_for_another_try_is_a_flaw():
    assert "asks to retry" in flaw(**{"retry-after": "2"})


def test_error_of_other_functions_may_leave_out_a_code_that_nobody_recorded():
    bare = {"error": "Bad Request", "message": "No"}

    assert not flaw(400, bare, 400, "VALIDATION_ERROR")
    assert "STAMP_NOT_FOUND" in str(
        contract().flaw(answer(send("POST /stamps/award", LIVE), 404, bare), 404, "STAMP_NOT_FOUND")
    )


def test_no_token_is_in_the_sentence():
    call = send("POST /auth/verify", id_token=LIVE.token)
    session = {"ok": True, "user_id": 5, "display_name": "A", "access_token": LIVE.token}
    told = contract().flaw(answer(call, 200, session), 200)
    said = told.en + told.ja

    assert "/user_id" in told.en
    assert "/user_id" in told.ja
    assert LIVE.token not in said
    assert "eyJ" not in said


def test_call_without_a_session_says_so():
    assert str(get("/stamps")) == "GET /stamps with no session"
    assert str(STAMPS) == "GET /stamps?userId=Usmoke-1 with live session of Usmoke-1"
    assert get("/stamps").words.ja == "GET /stamps（セッションなし）"
    assert STAMPS.words.ja == "GET /stamps?userId=Usmoke-1（正規のセッション、Usmoke-1）"


def said_of(text, response, kind="application/json", **components):
    """What is said of this answer to GET /stamps, where another application's contract promises that response."""
    paths = {"/stamps": {"get": {"responses": {"200": response}}}}
    promised = Contract.of({"paths": paths, "components": components})
    return promised.flaw(answer(STAMPS, 200, text, {"content-type": kind}), 200).en


@pytest.mark.parametrize(
    ("promised", "kind", "says"),
    [
        (["text/csv; header=present"], "text/csv; charset=utf-8", ""),
        (["text/*"], "text/calendar", ""),
        (["text/csv"], "application/json", "as application/json, not text/csv"),
        (["application/problem+json"], "application/problem+json", "but the body: "),
        (["*/*"], "application/json", "but the body: "),
        (["*/*", "application/json"], "application/json", "but the body: "),
        (["application/json", "*/*"], "application/json", ""),
        ([], "", ""),
    ],
)
def test_read_is_of_the_type_that_its_contract_promises(promised, kind, says):
    schemas = {each: {"schema": {"type": "string"}} for each in promised[-1:]}
    csv = {"content": {each: {} for each in promised} | schemas}
    response = {"$ref": "#/components/responses/csv", "description": "All stamps."}

    assert says in (told := said_of("a,b\n", response, kind, responses={"csv": csv}))
    assert bool(says) is bool(told)


@pytest.mark.parametrize(("text", "wrong"), [('[[["a"]]]', False), ("[5]", True)])
def test_what_lies_within_itself_is_judged_once(text, wrong):
    tree = {"type": "array", "items": {"$ref": "#/components/schemas/tree"}}
    response = {"content": {"application/json": {"schema": tree}}}

    assert bool(said_of(text, response, schemas={"tree": tree})) is wrong


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ({"required": True, "schema": {"type": "string"}}, "without the header Next"),
        ({"schema": {"type": "string"}}, ""),
        ({"content": {"text/plain": {}}}, ""),
    ],
)
def test_header_may_be_left_out_unless_it_is_required(header, says):
    told = said_of("{}", {"headers": {"Next": header}})

    assert says in told
    assert bool(says) is bool(told)
