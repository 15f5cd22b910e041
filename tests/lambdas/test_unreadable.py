"""An answer of AWS that cannot be read is no answer: 503, nothing awarded that is not stored, no 404."""

import json
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from lambdas.auth.handler import AuthorizerFault
from lambdas.rally.aws import _flaw
from tests.lambdas.contract import MODULES
from tests.lambdas.events import CONTEXT, USER, token_event
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.faulty import FAULTS, STRANGERS, FaultyTransport, Stranger, spoiling

AWARD = "POST /stamps/award"
CLAIM = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
CALLS = {
    "POST /auth/verify": {"user": None, "body": {"id_token": GOOD_TOKEN}},
    "GET /stamps": {"query": {"userId": USER}},
    AWARD: {"body": CLAIM},
    "POST /gps/verify": {
        "body": {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6}
    },
    "POST /notify": {"body": {"user_id": USER, "type": "reminder"}},
    "GET /ranking/weekly": {},
    "GET /richmenu/list": {},
}
OPERATIONS = [
    ("auth", "POST /auth/verify", "GetSecretValue"),
    ("auth", "POST /auth/verify", "UpdateItem"),
    ("stamps", "GET /stamps", "Query"),
    ("stamps", "GET /stamps", "BatchGetItem"),
    ("award", AWARD, "GetItem"),
    ("award", AWARD, "Query"),
    ("award", AWARD, "TransactWriteItems"),
    ("gps-verify", "POST /gps/verify", "GetItem"),
    ("notify", "POST /notify", "GetSecretValue"),
    ("ranking", "GET /ranking/weekly", "Query"),
    ("ranking", "GET /ranking/weekly", "BatchGetItem"),
    ("richmenu", "GET /richmenu/list", "GetSecretValue"),
]
"""Every operation that a function makes, except for award's Invoke, for which no caller waits."""
LIKE_AN_ANSWER = {
    *("another object", "no content", "created a page", "not found by a gateway"),
    *("refused, and cut", "refused without a word"),
}
"""What botocore takes for an answer, or for an error that has no name: what becomes of it is up to the function."""
READ_KEPT_WRITTEN = [OPERATIONS[0], OPERATIONS[4], OPERATIONS[6]]
STRANGE = [
    (*operation, who)
    for who in STRANGERS
    for operation in (OPERATIONS if who in LIKE_AN_ANSWER else READ_KEPT_WRITTEN)
]
"""What no client takes for an answer, of a secret, an item and a transaction."""
AT_FIRST = [
    *((*operation, "cut") for operation in OPERATIONS),
    *(("gps-verify", "POST /gps/verify", "GetItem", fault) for fault in FAULTS if fault != "cut"),
]
"""Every operation, and every fault: the client that all functions share tries again, whatever it was asked."""


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """Return how many seconds botocore would have waited before it asked again, each time."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


@pytest.fixture
def collected(filling, call, line):
    """A stamp is collected and ranked, so that every operation has something to answer."""
    line.claims = {"sub": USER}

    def collect(account):
        account.master("STATUE-002")
        call(MODULES["award"], AWARD, body=CLAIM | {"stamp_id": "STATUE-002"})

    return filling("collected", collect)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("function", "route", "operation"), OPERATIONS)
def test_unreadable_answer_is_503(collected, call, sdk, pauses, function, route, operation, fault):
    with spoiling(sdk, FaultyTransport(operation, fault)) as proxy:
        answer = call(MODULES[function], route, **CALLS[route])

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert proxy.spoiled == 2, "asked twice, and no more"
    assert min(pauses, default=0) >= 0
    assert "STATUE-001" not in {entry["StampId"] for entry in awarded(collected, operation)}


@pytest.mark.parametrize(("function", "route", "operation", "who"), STRANGE)
def test_answer_of_somebody_else_is_503(collected, call, sdk, function, route, operation, who):
    with spoiling(sdk, Stranger(operation, who)):
        answer = call(MODULES[function], route, **CALLS[route])

    assert (answer.status, answer.code) == (503, "SERVICE_UNAVAILABLE")
    assert "STATUE-001" not in {item["StampId"] for item in collected.items("TABLE_USERSTAMPS")}


def awarded(account, operation):
    """Return the stamps in the table, none where the transaction itself was delivered."""
    return account.items("TABLE_USERSTAMPS") if operation != "TransactWriteItems" else []


@pytest.mark.usefixtures("collected")
@pytest.mark.parametrize(("function", "route", "operation", "fault"), AT_FIRST)
def test_answer_that_is_readable_at_the_second_try_is_taken(
    call, sdk, function, route, operation, fault
):
    with spoiling(sdk, FaultyTransport(operation, fault, times=1)) as proxy:
        answer = call(MODULES[function], route, **CALLS[route])

    assert answer.status == 200
    assert proxy.spoiled == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_no_stamp_is_promised_by_an_award_that_never_reached_dynamodb(account, call, sdk, fault):
    with spoiling(sdk, FaultyTransport("TransactWriteItems", fault, delivered=False)):
        answer = call(MODULES["award"], AWARD, body=CLAIM)

    assert answer.status == 503
    assert account.items("TABLE_USERSTAMPS") == []


@pytest.mark.parametrize("fault", FAULTS)
def test_winner_whose_answer_was_lost_is_told_so_when_asking_again(account, call, sdk, fault):
    with spoiling(sdk, FaultyTransport("TransactWriteItems", fault)):
        call(MODULES["award"], AWARD, body=CLAIM)
    again = call(MODULES["award"], AWARD, body=CLAIM)

    assert (again.status, again.code) == (409, "STAMP_ALREADY_EXISTS")
    assert "STATUE-001" in {item["StampId"] for item in account.items("TABLE_USERSTAMPS")}


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("fault", FAULTS)
def test_session_is_not_judged_by_an_unreadable_key(environ, sdk, fault):
    auth = MODULES["auth"]
    with spoiling(sdk, FaultyTransport("GetSecretValue", fault)):
        function = auth.AuthFunction("auth", auth.begin, environ)
        with pytest.raises(AuthorizerFault):
            function(token_event(f"Bearer {GOOD_TOKEN}"), CONTEXT)


@pytest.mark.usefixtures("account")
def test_what_is_not_there_is_still_404(call):
    assert call(MODULES["award"], AWARD, body=CLAIM | {"stamp_id": "NONE"}).status == 404


@contextmanager
def accepting(sdk, status):
    """Answer as Lambda does to an asynchronous invocation, or as a proxy does."""

    def answer(request, **_):
        from botocore.awsrequest import AWSResponse  # noqa: PLC0415 - of this answer alone

        raw = SimpleNamespace(stream=lambda **_: iter([b"<html>"]), read=lambda *_: b"<html>")
        return AWSResponse(request.url, status, {}, raw)

    sdk.events.register_first("before-send.lambda.Invoke", answer)
    try:
        yield
    finally:
        sdk.events.unregister("before-send.lambda.Invoke", answer)


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("status", "warned"), [(202, False), (200, True), (204, True)])
def test_notification_is_handed_over_only_where_lambda_accepts_it(
    call, environ, sdk, capsys, status, warned
):
    told = environ | {"NOTIFY_FUNCTION": "notify:live"}
    with accepting(sdk, status):
        answer = call(MODULES["award"], AWARD, body=CLAIM, environ=told)

    assert answer.status == 200
    messages = [json.loads(line)["message"] for line in capsys.readouterr().out.splitlines()]
    assert ("winner not notified" in messages) is warned


@pytest.mark.parametrize(
    ("operation", "status"), [("GetItem", 500), ("GetItem", 502), ("Invoke", 404), ("Invoke", 429)]
)
def test_outage_and_refused_invocation_need_no_body_to_be_known(operation, status):
    assert _flaw(SimpleNamespace(name=operation), status, {}, b"<html>") == ""
