"""A dev that is made by the guide has its secrets in variables, and its sessions are minted with the key from there."""

import json
from types import SimpleNamespace

import jwt
import pytest
from botocore.exceptions import ClientError

from aws.section import Follows, Obstacle
from smoke.sessions import NoSession, sessions_of
from tests.healthy import healthy

IN_VARIABLE, IN_SECRET = "v" * 64, "s" * 64
KEY = healthy().plan.secret("token_key")


def holding(variables):
    """Give clients of an account whose auth has these variables, and whose secret has a key of its own."""
    secret = {"SecretString": json.dumps({"TOKEN_SECRET_KEY": IN_SECRET})}
    configuration = {"FunctionName": "auth", "Environment": {"Variables": variables}}
    clients = {
        "secretsmanager": SimpleNamespace(get_secret_value=lambda **_: secret),
        "lambda": SimpleNamespace(get_function=lambda **_: {"Configuration": configuration}),
    }
    return clients.__getitem__


@pytest.mark.parametrize(
    ("variables", "function", "key"),
    [
        ({"TOKEN_SECRET_KEY": IN_VARIABLE}, "auth", IN_VARIABLE),
        ({}, "auth", IN_SECRET),
        ({"TOKEN_SECRET_KEY": IN_VARIABLE}, None, IN_SECRET),
    ],
    ids=["in-a-variable", "in-none", "not-allowed"],
)
def test_session_is_minted_with_the_key_from_where_the_environment_has_it(variables, function, key):
    minter = sessions_of(holding(variables), KEY, borrowed=None, now=1, variable_of=function)
    token = minter.live(minter.user("a")).token

    read = jwt.decode(token, key, ["HS256"], options={"verify_exp": False})
    assert read["sub"] == minter.user("a")


@pytest.mark.parametrize("text", ['{"OTHER": "x"}', "x", None])
def test_no_session_follows_from_a_secret_without_its_field(text):
    stored = {"SecretString": text} if text else {"SecretBinary": b"x"}
    of = {"secretsmanager": SimpleNamespace(get_secret_value=lambda **_: stored)}.__getitem__
    minter = sessions_of(of, KEY, borrowed=None, now=1)

    with pytest.raises(Follows, match="has no field TOKEN_SECRET_KEY") as raised:
        minter.live(minter.user("a"))
    assert raised.value.root == "SEC-02"


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("InvalidRequestException", Follows),
        ("ResourceNotFoundException", Follows),
        ("AccessDeniedException", NoSession),
    ],
)
def test_no_session_follows_from_the_secret_where_it_has_no_value_to_read(code, raised):
    def refuse(**_):
        raise ClientError({"Error": {"Code": code}}, "GetSecretValue")

    clients = {"secretsmanager": SimpleNamespace(get_secret_value=refuse)}.__getitem__
    minter = sessions_of(clients, KEY, borrowed=None, now=1)

    with pytest.raises(raised):
        minter.live("a")


@pytest.mark.parametrize(
    ("code", "obstacle"),
    [
        ("AccessDeniedException", Obstacle.CALLER_RIGHTS),
        ("ExpiredTokenException", Obstacle.CREDENTIALS),
        ("RequestExpired", Obstacle.CLOCK),
    ],
)
def test_key_that_cannot_be_read_is_no_matter_of_rights_where_the_credentials_ended(code, obstacle):
    def refuse(**_):
        raise ClientError({"Error": {"Code": code}}, "GetSecretValue")

    clients = {"secretsmanager": SimpleNamespace(get_secret_value=refuse)}.__getitem__
    minter = sessions_of(clients, KEY, borrowed=None, now=1, skew_s=300)

    with pytest.raises(NoSession) as raised:
        minter.live("a")
    assert minter.skew_s == 300
    assert raised.value.obstacle is obstacle
    assert ("allow this caller" in str(raised.value)) is (obstacle is Obstacle.CALLER_RIGHTS)
