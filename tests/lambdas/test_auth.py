"""POST /auth/verify: only whom LINE vouches for gets a session, and only under the live key."""

import json

import jwt
import pytest

from lambdas.auth import handler as auth
from lambdas.richmenu import handler as richmenu
from tests.lambdas.events import USER
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import CHANNEL, ENVIRON, KEY, LINE_TOKEN

ROUTE = "POST /auth/verify"
PERSON = {"sub": USER, "name": "日吉"}


@pytest.fixture
def verify(call, line):
    line.claims = dict(PERSON)

    def verified(body=None, **content):
        told = {"body": body} if body is not None or not content else {}
        return call(auth, ROUTE, user=None, **told, **content)

    return verified


def test_person_whom_line_vouches_for_gets_a_session_of_24_hours(verify):
    answer = verify({"id_token": GOOD_TOKEN})

    assert answer.status == 200
    assert answer.body["user_id"] == USER
    assert answer.body["display_name"] == "日吉"
    claims = jwt.decode(answer.body["access_token"], KEY, ["HS256"])
    assert claims["sub"] == USER
    assert claims["exp"] - claims["iat"] == 24 * 60 * 60


def test_id_token_is_verified_at_line_for_our_channel(verify, line):
    verify({"idToken": GOOD_TOKEN})

    (asked,) = line.calls
    assert (asked["method"], asked["path"]) == ("POST", "/oauth2/v2.1/verify")
    assert asked["headers"]["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked["body"] == f"id_token={GOOD_TOKEN}&client_id={CHANNEL}"


def test_user_is_created_once_and_every_login_is_noted(verify, account, line):
    verify({"id_token": GOOD_TOKEN})
    created = {"CreatedAt": {"N": "1"}, "LastLoginAt": {"N": "1"}, "DisplayName": {"S": "old"}}
    account.put("TABLE_USERS", {"UserId": {"S": USER}, "LineId": {"S": USER}} | created)
    line.claims["name"] = "矢上"

    verify({"id_token": GOOD_TOKEN})

    (user,) = account.items("TABLE_USERS")
    assert user.keys() == {"UserId", "LineId", "DisplayName", "CreatedAt", "LastLoginAt"}
    assert user["CreatedAt"] == 1
    assert user["LastLoginAt"] > 1
    assert user["DisplayName"] == "矢上"
    assert user["LineId"] == USER


def test_name_is_answered_and_stored_as_line_gives_it(verify, account, line):
    line.claims["name"] = name = "ﾊﾅｺ・花子　𠮷野か\u3099き 👩\u200d🌾 Çağla " * 4

    assert verify({"id_token": GOOD_TOKEN}).body["display_name"] == name
    assert account.items("TABLE_USERS")[0]["DisplayName"] == name


def test_half_of_an_emoji_at_the_end_of_a_name_is_left_out(verify, line):
    line.claims["name"] = "日吉\ud83d"

    assert verify({"id_token": GOOD_TOKEN}).body["display_name"] == "日吉"


def test_login_without_a_name_keeps_the_one_on_record(verify, line):
    verify({"id_token": GOOD_TOKEN})
    del line.claims["name"]

    assert verify({"id_token": GOOD_TOKEN}).body["display_name"] == "日吉"


@pytest.mark.parametrize("claims", [{}, {"name": ""}], ids=["no name", "an empty name"])
def test_login_without_a_name_writes_none_that_an_index_would_refuse(verify, account, line, claims):
    del line.claims["name"]
    line.claims |= claims

    assert verify({"id_token": GOOD_TOKEN}).body["display_name"] == ""
    (user,) = account.items("TABLE_USERS")
    assert "DisplayName" not in user


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "MISSING_ID_TOKEN"),
        ({"id_token": None}, "MISSING_ID_TOKEN"),
        ({"id_token": ""}, "EMPTY_ID_TOKEN"),
        ({"idToken": "  "}, "EMPTY_ID_TOKEN"),
        ({"id_token": 7}, "VALIDATION_ERROR"),
        ({"id_token": "a" * 8193}, "VALIDATION_ERROR"),
        ([], "INVALID_JSON"),
    ],
)
def test_body_without_a_usable_token_is_400(verify, body, code):
    answer = verify(body)

    assert (answer.status, answer.code) == (400, code)


def test_what_has_not_the_form_of_a_token_is_refused_without_asking_line(verify, line):
    answer = verify({"id_token": "test_token"})

    assert (answer.status, answer.code) == (401, "TOKEN_VERIFICATION_FAILED")
    assert line.calls == []


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "9999999999"},
        {"iss": "https://example.com"},
        {"sub": "Usmoke-1"},
        {"sub": USER.upper()},
        {"sub": None},
    ],
)
def test_claims_that_are_not_about_us_are_401(verify, line, claims):
    line.claims |= claims

    assert verify({"id_token": GOOD_TOKEN}).code == "TOKEN_VERIFICATION_FAILED"


def test_token_that_line_refuses_is_401_and_no_fault(verify, line, capsys):
    line.status = 400

    assert verify({"id_token": GOOD_TOKEN}).code == "TOKEN_VERIFICATION_FAILED"
    assert '"Faults": 1' not in capsys.readouterr().out


@pytest.mark.parametrize("status", [201, 302, 401, 403, 404, 405, 429, 500])
def test_line_away_or_another_endpoint_is_502_a_fault_and_no_session(
    verify, line, account, capsys, status
):
    line.status = status

    assert verify({"id_token": GOOD_TOKEN}).code == "LINE_UNAVAILABLE"
    assert account.items("TABLE_USERS") == []
    assert '"Faults": 1' in capsys.readouterr().out


@pytest.mark.parametrize(
    "page",
    [
        "<html>blocked</html>",
        {"aud": CHANNEL},
        {"iss": "https://access.line.me"},
    ],
)
def test_page_that_is_no_answer_of_line_is_502(verify, line, page):
    line.page = page

    assert verify({"id_token": GOOD_TOKEN}).code == "LINE_UNAVAILABLE"


def test_without_a_usable_key_nobody_is_logged_in(verify, account):
    account.secrets.put_secret_value(
        SecretId=ENVIRON["SECRET_NAME_TOKEN_KEY"], SecretString='{"OTHER": "x"}'
    )

    assert verify({"id_token": GOOD_TOKEN}).status == 500
    assert account.items("TABLE_USERS") == []


def test_log_holds_neither_tokens_nor_keys(verify, capsys):
    answer = verify({"id_token": GOOD_TOKEN})
    verify({"id_token": GOOD_TOKEN + "x"})

    told = capsys.readouterr().out
    assert answer.body["access_token"] not in told
    assert GOOD_TOKEN not in told
    assert KEY not in told


def test_no_function_tells_the_line_token(call, line, capsys):
    line.status = 401
    answer = call(richmenu, "GET /richmenu/list")

    assert LINE_TOKEN not in json.dumps(answer.body) + capsys.readouterr().out


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://access.line.me.example.com"},
        {"iss": "https://access.line.m"},
        {"aud": f"{CHANNEL}0"},
        {"aud": CHANNEL[:-1]},
    ],
    ids=str,
)
def test_issuer_or_channel_that_is_nearly_ours_is_refused(verify, line, claims):
    line.claims |= claims

    assert verify({"id_token": GOOD_TOKEN}).code == "TOKEN_VERIFICATION_FAILED"


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_answer_does_not_repeat_lines_own_words(verify, line, status):
    line.status, line.message = status, "canary: meant for us"

    assert "canary" not in json.dumps(verify({"id_token": GOOD_TOKEN}).body)
