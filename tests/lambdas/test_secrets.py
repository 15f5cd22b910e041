"""A secret is read from Secrets Manager, kept five minutes, and never shown."""

import json

import pytest

from lambdas.rally import aws
from lambdas.rally.secrets import CachedSecret, SecretUnusable
from tests.lambdas.clients import Scripted, error
from tests.lambdas.rally_account import ENVIRON, KEY

CANARY = "canary-3f1a"


def secret(*values, now=lambda: 0.0):
    client = Scripted(None, get_secret_value=[{"SecretString": value} for value in values])
    return CachedSecret(client, "rally/key", "KEY", now)


def test_value_is_read_once_while_it_is_kept():
    kept = secret(json.dumps({"KEY": "first"}))

    assert [kept.text(), kept.text()] == ["first", "first"]


def test_rotated_value_is_in_use_after_five_minutes():
    clock = iter([0, 299, 300, 300])
    rotated = secret(
        json.dumps({"KEY": "first"}), json.dumps({"KEY": "second"}), now=lambda: next(clock)
    )

    assert [rotated.text(), rotated.text(), rotated.text()] == ["first", "first", "second"]


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        json.dumps(CANARY),
        json.dumps({"OTHER": CANARY}),
        json.dumps({"KEY": [CANARY]}),
        json.dumps({"KEY": ""}),
        json.dumps({"KEY": "  "}),
        json.dumps({"KEY": f"{CANARY}\n"}),
        "",
    ],
)
def test_unusable_value_is_told_by_the_secrets_name_alone(value):
    with pytest.raises(SecretUnusable) as unusable:
        secret(value).text()

    assert str(unusable.value) == "rally/key holds no usable KEY"
    assert unusable.value.__suppress_context__ or unusable.value.__context__ is None


def test_value_that_was_kept_does_not_outlive_a_refusal():
    clock = iter([0, 300, 300])
    client = Scripted(
        None,
        get_secret_value=[
            {"SecretString": json.dumps({"KEY": "first"})},
            error("AccessDeniedException"),
        ],
    )
    kept = CachedSecret(client, "rally/key", "KEY", lambda: next(clock))
    kept.text()

    with pytest.raises(Exception, match="AccessDenied"):
        kept.text()


def test_secret_does_not_show_its_value_in_its_repr():
    shown = secret(json.dumps({"KEY": CANARY}))
    shown.text()

    assert CANARY not in repr(shown)


def test_secret_may_be_named_by_its_arn(account):
    name = ENVIRON["SECRET_NAME_TOKEN_KEY"]
    arn = account.secrets.describe_secret(SecretId=name)["ARN"]

    values = {
        CachedSecret(aws.client("secretsmanager"), one, "TOKEN_SECRET_KEY").text()
        for one in (name, arn)
    }
    assert values == {KEY}
