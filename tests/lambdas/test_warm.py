"""What a warm instance remembers, and must forget: a key that was rotated, a master that moved, an ID token that expired, a name, a rank."""

import time

import jwt
import pytest

from lambdas.auth import handler as auth
from lambdas.award import handler as award
from lambdas.gps_verify import handler as gps_verify
from lambdas.rally.domain.counters import Counter
from lambdas.rally.dynamodb import typed
from lambdas.rally.secrets import KEPT_S
from lambdas.ranking import handler as ranking
from tests.lambdas.events import CONTEXT, OTHER, USER, token_event
from tests.lambdas.fake_line import GOOD_TOKEN
from tests.lambdas.rally_account import ENVIRON, KEY

NEW_KEY = "a7" * 64
THERE = {"userId": USER, "spotId": "STATUE-001", "lat": 35.5, "lon": 139.6}
CLAIM = {"user_id": USER, "stamp_id": "STATUE-001", "method": "GPS"}
MOVED = {"M": {"lat": {"N": "43.06"}, "lon": {"N": "141.35"}, "radiusM": {"N": "15"}}}


def warm(module, environ):
    """Return one instance, as it stays in memory from call to call."""
    return type(module.handler)(module.handler.name, module.begin, environ)


def session(key):
    return jwt.encode({"sub": USER, "exp": int(time.time()) + 60}, key, "HS256")


def effect(function, key):
    policy = function(token_event(f"Bearer {session(key)}"), CONTEXT)
    return policy["policyDocument"]["Statement"][0]["Effect"]


@pytest.fixture
def authorizer(environ, account):  # noqa: ARG001 - it needs its secret to be there
    """Return a warm authorizer, and the clock by which it keeps its key."""
    function, clock = warm(auth, environ), {"s": 0.0}
    function.action.sessions.key.now = lambda: clock["s"]
    return function, clock


@pytest.mark.parametrize(
    ("second", "old", "new"),
    [(0, "Allow", "Deny"), (KEPT_S - 1, "Allow", "Deny"), (KEPT_S, "Deny", "Allow")],
)
def test_rotated_key_counts_after_five_minutes_and_the_old_one_no_longer(
    account, authorizer, second, old, new
):
    function, clock = authorizer
    assert effect(function, KEY) == "Allow"
    secret = f'{{"TOKEN_SECRET_KEY": "{NEW_KEY}"}}'
    account.secrets.put_secret_value(SecretId=ENVIRON["SECRET_NAME_TOKEN_KEY"], SecretString=secret)
    clock["s"] = second

    assert (effect(function, KEY), effect(function, NEW_KEY)) == (old, new)


def test_login_after_a_rotation_is_signed_with_the_new_key(call, account, authorizer, line):
    function, clock = authorizer
    line.claims = {"sub": USER}
    body = {"id_token": GOOD_TOKEN}
    call(auth, "POST /auth/verify", user=None, body=body, action=function.action)
    secret = f'{{"TOKEN_SECRET_KEY": "{NEW_KEY}"}}'
    account.secrets.put_secret_value(SecretId=ENVIRON["SECRET_NAME_TOKEN_KEY"], SecretString=secret)
    clock["s"] = KEPT_S
    answer = call(auth, "POST /auth/verify", user=None, body=body, action=function.action)

    assert jwt.decode(answer.body["access_token"], NEW_KEY, ["HS256"])["sub"] == USER


def test_session_that_expires_is_refused_by_the_instance_that_had_allowed_it(authorizer):
    function, _ = authorizer
    claims = {"sub": USER, "exp": int(time.time()) + 60}
    assert effect(function, KEY) == "Allow"
    ended = jwt.encode(claims | {"exp": int(time.time()) - 1}, KEY, "HS256")

    policy = function(token_event(f"Bearer {ended}"), CONTEXT)
    assert policy["policyDocument"]["Statement"][0]["Effect"] == "Deny"


def test_master_that_moved_is_judged_where_it_is_now(call, account, environ):
    verification, awarding = (warm(one, environ).action for one in (gps_verify, award))
    here = call(gps_verify, "POST /gps/verify", body=THERE, action=verification)
    account.master("STATUE-001", Location=MOVED)
    gone = call(gps_verify, "POST /gps/verify", body=THERE, action=verification)
    refused = call(
        award, "POST /stamps/award", body=CLAIM | {"lat": 35.5, "lon": 139.6}, action=awarding
    )

    assert (here.body["within"], gone.body["within"]) == (True, False)
    assert refused.code == "OUT_OF_RANGE"


def test_master_that_closed_awards_no_more(call, account, environ):
    awarding = warm(award, environ).action
    account.master("STATUE-002")
    assert call(award, "POST /stamps/award", body=CLAIM, action=awarding).status == 200
    account.master("STATUE-002", ValidTo={"S": "2020-01-01"})

    closed = call(
        award, "POST /stamps/award", body=CLAIM | {"stamp_id": "STATUE-002"}, action=awarding
    )
    assert closed.code == "STAMP_EXPIRED"


def test_id_token_that_line_vouches_for_no_more_is_refused(call, environ, line):
    login = warm(auth, environ).action
    line.claims = {"sub": USER}
    content = {"user": None, "body": {"id_token": GOOD_TOKEN}, "action": login}
    assert call(auth, "POST /auth/verify", **content).status == 200
    line.status, line.message = 400, "IdToken expired."

    expired = call(auth, "POST /auth/verify", **content)
    assert (expired.status, expired.code) == (401, "TOKEN_VERIFICATION_FAILED")


def test_login_shows_the_name_that_a_user_has_now(call, environ, line):
    login = warm(auth, environ).action
    content = {"user": None, "body": {"id_token": GOOD_TOKEN}, "action": login}
    names = []
    for name in ("矢上", "日吉"):
        line.claims = {"sub": USER, "name": name}
        names.append(call(auth, "POST /auth/verify", **content).body["display_name"])

    assert names == ["矢上", "日吉"]


def test_ranking_shows_counts_and_names_of_now_and_each_caller_apart(call, account, environ):
    content = {"query": {"period": "2025-W45"}, "action": warm(ranking, environ).action}
    entries = []
    for count, (caller, name) in enumerate([(USER, "矢上"), (OTHER, "日吉")], start=1):
        account.put("TABLE_USERSTAMPS", typed(Counter(USER, "2025-W45", count, count).item()))
        account.put("TABLE_USERS", {"UserId": {"S": USER}, "DisplayName": {"S": name}})
        entries += call(ranking, "GET /ranking/weekly", user=caller, **content).body["rankings"]

    shown = [(entry["stamp_count"], entry["display_name"], entry["is_self"]) for entry in entries]
    assert shown == [(1, "矢上", True), (2, "日吉", False)]
