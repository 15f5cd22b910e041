"""The auth function as the API's authorizer: allow a session that holds, deny everything else."""

import base64
import json
import time

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.auth import handler as auth
from lambdas.auth.handler import AuthorizerFault
from lambdas.auth.sessions import Sessions
from lambdas.rally.secrets import KEPT_S, CachedSecret
from tests.lambdas.events import CONTEXT, SYNTHETIC, USER, token_event
from tests.lambdas.rally_account import ENVIRON, KEY

STAGE = "arn:aws:execute-api:ap-northeast-1:111122223333:a1b2c3/prod/*"
HOUR = 60 * 60


def session(key=KEY, algorithm="HS256", **claims):
    now = int(time.time())
    told = {"sub": USER, "iat": now, "exp": now + HOUR} | claims
    return jwt.encode({name: value for name, value in told.items() if value}, key, algorithm)


def nested(depth):
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","x":' + b"[" * depth).decode().rstrip("=")
    return f"{header}.e30.c2ln"


@pytest.fixture
def judge(account, environ):  # noqa: ARG001 - the key must be there
    function = auth.AuthFunction("auth", auth.begin, environ)
    return lambda authorization: function(token_event(authorization), CONTEXT)


def effect(policy):
    (statement,) = policy["policyDocument"]["Statement"]
    return statement["Effect"]


@pytest.mark.parametrize("user", [USER, SYNTHETIC])
def test_session_under_the_live_key_is_allowed_every_route_of_the_stage(judge, user):
    policy = judge(f"Bearer {session(sub=user)}")

    assert policy["principalId"] == user
    assert policy["context"] == {"user_id": user}
    assert policy["policyDocument"]["Statement"] == [
        {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": STAGE}
    ]


@pytest.mark.parametrize(
    "authorization",
    [
        f"Bearer {session('default-secret-key-change-in-production')}",
        f"Bearer {session('0' * 128)}",
        f"Bearer {session(exp=int(time.time()) - 1)}",
        f"Bearer {session(exp=None)}",
        f"Bearer {session(sub=None)}",
        f"Bearer {session(sub='admin')}",
        f"Bearer {session(algorithm='HS512')}",
        f"Bearer {session(None, 'none')}",
        f"Bearer {session().rpartition('.')[0]}.",
        f"Bearer {nested(5000)}",
        "Bearer garbage",
        "Bearer a.b.c",
        "Bearer ",
        session(),
        f"Basic {session()}",
        "",
        None,
        7,
    ],
    ids=[
        "known default key",
        "another key",
        "expired",
        "without expiry",
        "without subject",
        "subject that is no user",
        "another algorithm",
        "no algorithm",
        "no signature",
        "nested",
        "garbage",
        "three parts",
        "empty",
        "without Bearer",
        "Basic",
        "nothing",
        "none",
        "number",
    ],
)
def test_anything_but_a_session_that_holds_is_denied_without_raising(judge, authorization):
    policy = judge(authorization)

    assert effect(policy) == "Deny"
    assert policy["policyDocument"]["Statement"][0]["Resource"] == STAGE


@given(st.text() | st.text().map("Bearer {}".format))
def test_no_text_is_allowed_and_none_makes_it_raise(judge, authorization):
    assert effect(judge(authorization)) == "Deny"


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("arn", [None, "", "arn", 7, "arn:aws:execute-api:r:1:api"])
def test_stage_that_cannot_be_read_is_denied_even_to_a_good_session(environ, arn):
    function = auth.AuthFunction("auth", auth.begin, environ)
    event = token_event(f"Bearer {session()}") | {"methodArn": arn}

    assert effect(function(event, CONTEXT)) == "Deny"


def test_clock_that_runs_ahead_elsewhere_does_not_spoil_a_session(judge):
    assert effect(judge(f"Bearer {session(iat=int(time.time()) + 30)}")) == "Allow"


def test_unreadable_key_raises_so_that_the_gateway_answers_500(account, environ):
    account.secrets.delete_secret(
        SecretId=ENVIRON["SECRET_NAME_TOKEN_KEY"], ForceDeleteWithoutRecovery=True
    )
    function = auth.AuthFunction("auth", auth.begin, environ)

    with pytest.raises(AuthorizerFault) as fault:
        function(token_event(f"Bearer {session()}"), CONTEXT)

    assert str(fault.value) == "The session cannot be judged"
    assert fault.value.__suppress_context__


def test_log_says_why_and_shows_no_token(judge, capsys):
    forged = session("0" * 128)
    judge(f"Bearer {forged}")

    told = capsys.readouterr().out
    assert json.loads(told)["detail"] == "InvalidSignatureError"
    assert forged not in told


def test_rotated_key_ends_sessions_within_five_minutes_and_never_later(account):
    clock = [0.0]
    name = ENVIRON["SECRET_NAME_TOKEN_KEY"]
    key = CachedSecret(account.secrets, name, "TOKEN_SECRET_KEY", lambda: clock[0])
    sessions, rotated = Sessions(key), "7e" * 64
    old, new = session(), session(rotated)

    def accepted():
        return [_holds(sessions, one) for one in (old, new)]

    assert accepted() == [True, False]
    account.secrets.put_secret_value(
        SecretId=name, SecretString=json.dumps({"TOKEN_SECRET_KEY": rotated})
    )
    clock[0] = KEPT_S - 1
    assert accepted() == [True, False], "an instance keeps the key that it has read"
    clock[0] = KEPT_S
    assert accepted() == [False, True]
    assert KEPT_S <= 5 * 60


def _holds(sessions, token):
    try:
        return sessions.user_of(token) == USER
    except jwt.InvalidTokenError:
        return False
