"""The suite's own AWS calls: few, declared in smoke/policy.py, and none about a person but the test user.

Among them are the secrets that the functions read, as far as this caller may read them: no answer and no log line may contain one.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aws.dated import CallRate, call_rates
from aws.desired import Secret
from aws.door.failures import code_of, message_of
from aws.door.sessions import NoAnswerError, RateLimiter, custom_endpoints
from aws.door.verifying_transport import verify_answers
from aws.redaction.secret_text import Needles, secrets_in, spellings
from aws.section import Follows, NotTestable, obstacle_of
from aws.words import Words

CONFIG = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard"})
LONGEST_S = 30
"""Seconds of one request: a socket's own time-out begins anew with each byte."""
NEEDS = {
    "FilterLogEvents": {"events"},
    "GetFunction": {"Configuration"},
    "GetSecretValue": {"SecretString"},
    "Query": {"Items"},
}
"""What an answer must have: without it, "nothing is there" would be a guess."""
WITHOUT_A_VALUE = {"InvalidRequestException", "ResourceNotFoundException"}
"""What Secrets Manager says of a secret that is being deleted; of one that does not exist, or has no current version."""
AWAY = (ClientError, BotoCoreError, NoAnswerError)
Clients = Callable[[str], Any]
"""Service -> client."""


def clients(session: boto3.Session, rates: Mapping[str, CallRate] | None = None) -> Clients:
    """Return a function that makes each client of the session's Region once.

    Calls are paced by ``rates``, AWS's own where none are given and AWS itself is asked.
    """
    if rates is None:
        rates = {} if custom_endpoints(session) else call_rates()

    def made(service: str) -> Any:
        client = session.client(service, config=CONFIG)
        verify_answers(client, lambda name: NEEDS.get(name, ()), longest_s=LONGEST_S)
        for action, rate in rates.items():
            of, _, operation = action.partition(":")
            if of == service and operation:
                _pace(client, operation, RateLimiter(rate.per_second, burst=rate.burst))
        return client

    return cache(made)


def _pace(client: Any, operation: str, limiter: RateLimiter) -> None:
    """Let calls of an operation wait for their turn; each page of a paginator is a call."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-call.{service}.{operation}", lambda **_: limiter.wait())


def reason(error: BaseException) -> str:
    """Name AWS's error code, or the class of the connection's error."""
    if isinstance(error, ClientError):
        return f"{error.operation_name}: {error.response['Error']['Code']}"
    return type(error).__name__


def not_read(what: str, error: BaseException, ja: str = "") -> NotTestable:
    """Return what to raise if one of the suite's own calls was not answered; ``ja`` names the call in Japanese."""
    refusal = (code_of(error), message_of(error)) if isinstance(error, ClientError) else ("", "")
    why = reason(error)
    words = Words(en=f"{what} can't be read ({why})", ja=f"{ja or what}を読み取れません（{why}）")
    return NotTestable(words, obstacle_of(*refusal))


def secret_value(secretsmanager: Any, secret: Secret) -> str:
    """Read a secret's one value, which is never shown; NotTestable where it can't be read, Follows where there is none or it lacks its field."""
    try:
        content = secretsmanager.get_secret_value(SecretId=secret.name)["SecretString"]
        return str(json.loads(content)[secret.json_key])
    except AWAY as error:
        unread = not_read(f"secret {secret.name}", error, f"シークレット{secret.name}")
        gone = isinstance(error, ClientError) and code_of(error) in WITHOUT_A_VALUE
        raise Follows("SEC-01", unread.words) if gone else unread from None
    except (ValueError, KeyError, TypeError):
        raise Follows(
            "SEC-02",
            en=f"secret {secret.name} has no field {secret.json_key}",
            ja=f"シークレット{secret.name}に{secret.json_key}がありません",
        ) from None


def needles_of(secrets: Iterable[Secret], aws: Clients) -> Needles:
    """Return secret -> its value in plain and encoded forms; secrets that can't be read are left out."""
    needles = {}
    for secret in secrets:
        with suppress(NotTestable):
            needles[secret.name] = spellings([secret_value(aws("secretsmanager"), secret)])
    return needles


def variable(lambda_: Any, function: str, name: str) -> str | None:
    """Return the value of a function's variable, which is never shown; None if it has no such variable, or can't be read."""
    try:
        configuration = lambda_.get_function(FunctionName=function)["Configuration"]
    except AWAY:
        return None
    value = configuration.get("Environment", {}).get("Variables", {}).get(name)
    return value and str(value)


def live_value(aws: Clients, secret: Secret, holder: str | None) -> str:
    """Return a secret's value from a variable of ``holder``, as the guide makes dev, or else from Secrets Manager.

    ``holder`` is None in production, where no function may have a secret in a variable.
    """
    value = variable(aws("lambda"), holder, secret.json_key) if holder else None
    return value or secret_value(aws("secretsmanager"), secret)


def held_in(text: str, needles: Needles) -> list[Words]:
    """Name the secrets whose value a text contains, whole or a good part of it."""
    return [
        Words(en=f"the value of secret {name}", ja=f"シークレット{name}の値")
        for name in secrets_in(text, needles)
    ]
