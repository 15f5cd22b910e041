"""The secrets that the functions read, as far as this caller may read them: no answer and no log line may contain one."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from aws.desired import Secret
from aws.redaction.secret_text import Needles, secrets_in, spellings
from aws.section import NotTestable
from aws.words import Words
from smoke.aws import AWAY, Clients, secret_value


def needles_of(secrets: Iterable[Secret], aws: Clients) -> Needles:
    """Return secret -> its value in plain and encoded forms; secrets that can't be read are left out."""
    found = {}
    for secret in secrets:
        with suppress(NotTestable):
            found[secret.name] = spellings([secret_value(aws("secretsmanager"), secret)])
    return found


def variable(lambda_: Any, function: str, name: str) -> str | None:
    """Return the value of a function's variable, which is never shown; None if it has no such variable, or can't be read."""
    try:
        found = lambda_.get_function(FunctionName=function)["Configuration"]
    except AWAY:
        return None
    value = found.get("Environment", {}).get("Variables", {}).get(name)
    return value and str(value)


def live_value(aws: Clients, secret: Secret, holder: str | None) -> str:
    """Return a secret's value from a variable of ``holder``, as the guide makes dev, or else from Secrets Manager.

    ``holder`` is None in production, where no function may have a secret in a variable.
    """
    held = variable(aws("lambda"), holder, secret.json_key) if holder else None
    return held or secret_value(aws("secretsmanager"), secret)


def held_in(text: str, needles: Needles) -> list[Words]:
    """Name the secrets whose value a text contains, whole or a good part of it."""
    return [
        Words(en=f"the value of secret {name}", ja=f"シークレット{name}の値")
        for name in secrets_in(text, needles)
    ]
