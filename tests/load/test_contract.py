"""Answers are checked against the API's one contract."""

import pytest

from load.engine.answers import ApiRequest, ContractValidator, classify, compiled
from load.engine.plan import AWARD, ENDPOINTS, LIST
from load.prepare import read_contract
from tests.load.runs import APP

ANSWERS = read_contract(APP, ENDPOINTS)
GOOD = {"ok": True, "user_id": "Uload-1", "stamps": [], "total": 0}


def examples():
    """The contract's own examples of the answers that the load looks at."""
    document = APP.document
    for endpoint, by_status in ANSWERS.items():
        method, _, path = endpoint.partition(" ")
        for status in by_status:
            response = document["paths"][path][method.lower()]["responses"][status]
            content = response["content"]["application/json"]
            named = {
                name: example["value"] for name, example in content.get("examples", {}).items()
            }
            for name, value in (named or {"example": content["example"]}).items():
                yield pytest.param(endpoint, int(status), value, id=f"{endpoint} {status} {name}")


@pytest.fixture(scope="module")
def contract():
    return compiled(ANSWERS)


def test_every_endpoint_has_a_schema_of_its_success():
    assert all("200" in ANSWERS[endpoint] for endpoint in ENDPOINTS)
    assert "409" in ANSWERS[AWARD]


@pytest.mark.parametrize(("endpoint", "status", "answer"), list(examples()))
def test_contract_s_own_examples_keep_it(contract, endpoint, status, answer):
    assert contract.fault(endpoint, status, answer) is None


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        ({**GOOD, "total": -1}, "/total"),
        ({**GOOD, "stamps": [{"stamp_id": "A"}]}, "/stamps/*"),
        ({**GOOD, "user_id": "x"}, "/user_id"),
        ([], "/"),
    ],
)
def test_broken_answer_is_told_by_its_place_and_not_by_its_content(contract, answer, pointer):
    assert contract.fault(LIST, 200, answer) == pointer


CALL = ApiRequest(LIST, "/stamps?userId=Uload-1", "session", expect={"user_id": "Uload-1"})
MINE = b'{"ok": true, "user_id": "Uload-1", "stamps": [], "total": 0}'
YOURS = MINE.replace(b"Uload-1", b"Uload-2")


@pytest.mark.parametrize(
    ("status", "content", "error", "what", "kind"),
    [
        (200, MINE, None, "answered", None),
        (200, b"\xef\xbb\xbf" + MINE, None, "answered", None),
        (200, YOURS, None, "failed", "wrong user_id"),
        (200, b"{}", None, "failed", "contract: /"),
        (200, b"<html>", None, "failed", "HTTP 200 without JSON"),
        (500, MINE, None, "failed", "HTTP 500"),
        (302, b"", None, "failed", "HTTP 302"),
        (409, MINE, None, "failed", "HTTP 409"),
        (429, b"", None, "throttled", None),
        (0, b"", TimeoutError("secret words"), "failed", "network: TimeoutError"),
    ],
)
def test_each_way_of_answering_has_its_name(status, content, error, what, kind):
    outcome = classify(CALL, status, content, error, compiled(ANSWERS))

    assert (outcome.what, outcome.kind) == (what, kind)


def test_conflict_of_an_award_is_counted_apart():
    award = ApiRequest(AWARD, "/stamps/award", "session")

    assert classify(award, 409, b"{}", None, ContractValidator({})).what == "conflict"


def test_refusals_are_left_out_of_latency():
    """They are quick, and would make the application look quick."""
    award, unchecked = (
        ApiRequest(AWARD, "/stamps/award", "session"),
        ContractValidator({}),
    )
    outcomes = [
        classify(award, status, b"{}", None, unchecked).timed for status in (200, 500, 429, 409)
    ]

    assert outcomes == [True, True, False, False]


@pytest.mark.parametrize("endpoint", [name for name in ENDPOINTS if name != AWARD])
def test_conflict_is_no_answer_of_any_endpoint_but_award(endpoint):
    call = ApiRequest(endpoint, "/", "session")

    outcome = classify(call, 409, b"{}", None, ContractValidator({}))

    assert (outcome.what, outcome.kind) == ("failed", "HTTP 409")
