"""Each fault recorded on the development system, by its number in the list, does not exist here.

Fault 6 (awards decided by check-then-put) has a file of its own, test_award_races.py; fault 8
(exports that do not import) is the migration's.
"""

import base64
import json

import jwt
import pytest

from tests.lambdas.clients import Scripted
from tests.lambdas.contract import MODULES, operations
from tests.lambdas.events import CONTEXT, OTHER, USER, token_event
from tests.lambdas.rally_account import CHANNEL, ENVIRON

WITH_BODY = {
    name: operation for name, operation in operations().items() if "requestBody" in operation
}
NEEDING_A_SESSION = {
    name: operation for name, operation in operations().items() if operation.get("security") != []
}
OF_A_USER = {
    name: value for name, value in NEEDING_A_SESSION.items() if name != "GET /richmenu/list"
}
DEFAULT_KEY = "default-secret-key-change-in-production"
CLAIMS = {"sub": USER, "iss": "https://access.line.me", "aud": CHANNEL, "exp": 4102444800}


def unsigned(claims, header):
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()) for one in (header, claims))
    return b".".join(part.rstrip(b"=") for part in parts).decode() + "."


@pytest.mark.parametrize(
    "id_token",
    [
        jwt.encode(CLAIMS | {"exp": 1}, "k" * 32),
        jwt.encode(CLAIMS | {"aud": "9999999999"}, "k" * 32),
        unsigned(CLAIMS, {"alg": "none"}),
        unsigned(CLAIMS, {"alg": "ES256"}),
    ],
    ids=["expired", "wrong audience", "alg none", "empty signature"],
)
def test_1_id_token_that_line_does_not_vouch_for_is_401(call, account, id_token):
    answer = call(MODULES["auth"], "POST /auth/verify", user=None, body={"id_token": id_token})

    assert (answer.status, answer.code) == (401, "TOKEN_VERIFICATION_FAILED")
    assert "access_token" not in answer.body
    assert account.items("TABLE_USERS") == []


def test_2_without_its_secret_there_is_no_session_whatever_the_environment_offers(
    call, account, environ, line
):
    line.claims = {"sub": USER}
    account.secrets.delete_secret(
        SecretId=ENVIRON["SECRET_NAME_TOKEN_KEY"], ForceDeleteWithoutRecovery=True
    )
    tempting = environ | {"TOKEN_SECRET_KEY": DEFAULT_KEY}
    body = {"id_token": "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJVMSJ9.c2lnbmF0dXJl"}

    answer = call(MODULES["auth"], "POST /auth/verify", user=None, body=body, environ=tempting)

    assert answer.status == 500
    assert "access_token" not in answer.body


@pytest.mark.usefixtures("account")
def test_2_session_forged_with_the_known_default_key_is_denied(environ):
    forged = jwt.encode({"sub": USER, "exp": 4102444800}, DEFAULT_KEY)
    auth = MODULES["auth"]
    function = auth.AuthFunction("auth", auth.begin, environ)

    policy = function(token_event(f"Bearer {forged}"), CONTEXT)

    assert policy["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def asked(operation, user_id):
    """Return the operation's own example, asked about a user."""
    if "requestBody" not in operation:
        return {"query": {"userId": user_id, "user_id": user_id}}
    content = operation["requestBody"]["content"]["application/json"]
    example = content.get("example") or next(iter(content["examples"].values()))["value"]
    return {"body": {name: user_id if value == USER else value for name, value in example.items()}}


@pytest.mark.parametrize("route", NEEDING_A_SESSION)
def test_3_without_a_session_every_route_is_401(call, account, line, route):
    operation = operations()[route]
    answer = call(MODULES[operation["x-function"]], route, user=None, **asked(operation, USER))

    assert answer.status == 401
    assert account.items("TABLE_USERSTAMPS") == []
    assert line.calls == []


@pytest.mark.parametrize("route", OF_A_USER)
def test_3_session_of_another_user_is_403(call, account, line, route):
    operation = operations()[route]
    answer = call(MODULES[operation["x-function"]], route, user=OTHER, **asked(operation, USER))

    assert (answer.status, answer.code) == (403, "FORBIDDEN")
    assert account.items("TABLE_USERSTAMPS") == []
    assert line.calls == []


def test_4_claimed_inaccuracy_does_not_bring_anyone_within(call):
    body = {"userId": USER, "spotId": "STATUE-001", "lat": 34, "lon": 139.6, "accuracy": 1e9}

    assert call(MODULES["gps-verify"], "POST /gps/verify", body=body).body["within"] is False


def test_4_zero_degrees_is_a_place(call, account):
    zero = {"lat": {"N": "0"}, "lon": {"N": "0"}, "radiusM": {"N": "15"}}
    account.master("NULL-ISLAND", Location={"M": zero})
    body = {"userId": USER, "spotId": "NULL-ISLAND", "lat": 0, "lon": 0}

    assert call(MODULES["gps-verify"], "POST /gps/verify", body=body).body["within"] is True


@pytest.mark.parametrize("route", WITH_BODY)
@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "null",
        "[]",
        '"text"',
        "7",
        "{",
        "{'a': 1}",
        '{"lat": NaN}',
        "[" * 5000,
        "\ufeff{}",
    ],
    ids=lambda raw: repr(raw)[:12],
)
def test_5_body_that_is_no_json_object_is_400(call, route, raw):
    answer = call(MODULES[operations()[route]["x-function"]], route, raw=raw)

    assert (answer.status, answer.code) == (400, "INVALID_JSON")


@pytest.mark.parametrize("route", WITH_BODY)
@pytest.mark.parametrize("wrong", [None, True, 7, 1.5, [], {}, [{}], "\ud800", "\x00"], ids=repr)
def test_5_members_of_a_wrong_type_are_400(call, route, wrong):
    operation = operations()[route]
    body = dict.fromkeys(asked(operation, USER)["body"], wrong)
    answer = call(MODULES[operation["x-function"]], route, body=body)

    # A token of the wrong form is a bad token: the one route without a session says 401 to it.
    assert answer.status in {400, 401 if route == "POST /auth/verify" else 400}


@pytest.mark.parametrize(
    ("status", "answered"), [(400, (400, "LINE_REJECTED")), (401, (502, "LINE_REFUSED"))]
)
def test_6_line_refusing_a_notification_is_no_200(call, line, status, answered):
    line.status = status
    answer = call(MODULES["notify"], "POST /notify", body={"user_id": USER, "type": "reminder"})

    assert (answer.status, answer.code) == answered


def test_7_ranking_reads_planned_tables_only_and_scans_none(call, account):
    client = Scripted(account.dynamodb)
    ranking = MODULES["ranking"].Ranking(
        client, ENVIRON["TABLE_USERSTAMPS"], ENVIRON["TABLE_USERS"]
    )

    assert call(MODULES["ranking"], "GET /ranking/weekly", action=ranking).status == 200
    assert set(client.calls) <= {"query", "batch_get_item"}
