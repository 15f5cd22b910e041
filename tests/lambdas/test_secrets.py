"""A secret is read from Secrets Manager, kept five minutes, and never shown."""

import json

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

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


def at(clock, *steps):
    """Return a secret that Secrets Manager answers for in these steps, on a clock that a test sets."""
    client = Scripted(None, get_secret_value=steps)
    return client, CachedSecret(client, "rally/key", "KEY", lambda: clock["s"])


FIRST, SECOND = ({"SecretString": json.dumps({"KEY": value})} for value in ("first", "second"))
AWAY = {
    "throttled": error("ThrottlingException"),
    "failed": error("InternalServiceError", status=500),
    "unreachable": EndpointConnectionError(endpoint_url="https://secretsmanager"),
    "unreadable": aws.UnreadableAnswerError(operation="GetSecretValue", flaw="cut"),
}


@pytest.mark.parametrize("why", AWAY)
def test_value_stays_in_use_while_secrets_manager_is_away(why):
    clock = {"s": 0}
    client, kept = at(clock, FIRST, AWAY[why], AWAY[why], SECOND)
    texts = []
    for second in (0, 300, 314, 315, 330, 331):
        clock["s"] = second
        texts.append(kept.text())

    assert texts == ["first", "first", "first", "first", "second", "second"]
    assert client.calls["get_secret_value"] == 4, "asked every 15 s, not for each caller"


def test_value_is_not_used_for_longer_than_half_an_hour_beyond_its_time():
    clock = {"s": 0}
    _, kept = at(clock, FIRST, AWAY["failed"], AWAY["failed"])
    kept.text()
    clock["s"] = 300 + 1799

    assert kept.text() == "first"
    clock["s"] = 300 + 1799 + 15
    with pytest.raises(ClientError):
        kept.text()


def test_secrets_manager_that_is_away_from_the_start_gives_no_value():
    _, kept = at({"s": 0}, AWAY["failed"])

    with pytest.raises(ClientError):
        kept.text()


@pytest.mark.parametrize(
    ("gone", "raised"),
    [
        (error("ResourceNotFoundException"), ClientError),
        (error("DecryptionFailure"), ClientError),
        ({"SecretString": "{}"}, SecretUnusable),
    ],
)
def test_refusal_ends_a_value_that_an_outage_had_kept(gone, raised):
    clock = {"s": 0}
    _, kept = at(clock, FIRST, AWAY["throttled"], gone)
    kept.text()
    clock["s"] = 300
    kept.text()
    clock["s"] = 315

    with pytest.raises(raised):
        kept.text()


def test_rotated_value_is_in_use_at_once_after_an_outage():
    clock = {"s": 0}
    _, kept = at(clock, FIRST, AWAY["failed"], SECOND)
    kept.text()
    clock["s"] = 300
    kept.text()
    clock["s"] = 315

    assert kept.text() == "second"


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
