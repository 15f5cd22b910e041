"""Secrets of Secrets Manager (guide step 2-1): made once, then never overwritten while good."""

import json
import secrets as randomness
from typing import Any

from aws.change import Changes, unless_absent
from aws.desired import Secret
from aws.secret_text import is_placeholder, weakness, withheld
from plan.reading import KNOWN_DEFAULTS
from runbook.converge.clear import tag_fields, tag_list, tag_map
from runbook.engine import Change, Refused, StepContext, difference

KEY_BYTES = 64
NEW_KEY = f"{KEY_BYTES} random bytes"
GIVEN = "as given"
ROTATE, TOKEN_FILE = "rotate", "line_token_file"
"""What the command line chose, by its option: the only two ways to replace a value that is good."""


def converge(context: StepContext, secret: Secret) -> Changes:
    """Create the secret, mend what is wrong with it, or replace it where that was asked for.

    A value is never shown, only judged.
    """
    client = context.client("secretsmanager")
    name = f"secret {secret.name}"
    described = unless_absent(client.describe_secret, SecretId=secret.name)
    if described and (deleted := described.get("DeletedDate")):
        planned = (Change(name, "deletion", str(deleted), None),)
        made = context.settle(planned, lambda: client.restore_secret(SecretId=secret.name))
        # Its value cannot be read before it is restored, so a rehearsal ends here.
        return made + (converge(context, secret) if context.go else ())
    changes = difference(
        name, _found(context, secret, described), _wanted(context, secret), destroying=("value",)
    )
    return context.settle(changes, lambda: _apply(context, secret, described, changes))


def _wanted(context: StepContext, secret: Secret) -> dict[str, str]:
    key = context.environment.secret_key
    return {
        "value": NEW_KEY if secret.min_bits else GIVEN,
        **({"key": key} if key else {}),
        **tag_fields(context, context.plan.tags),
    }


def _found(
    context: StepContext, secret: Secret, described: dict[str, Any] | None
) -> dict[str, Any] | None:
    if described is None:
        return None
    answer = unless_absent(context.client("secretsmanager").get_secret_value, SecretId=secret.name)
    text = answer.get("SecretString") or "" if answer else ""
    fault = _fault(secret, text) or _replaced(context, secret, text)
    return {
        **({"value": fault or _wanted(context, secret)["value"]} if answer else {}),
        "key": _key(context.environment.secret_key, described.get("KmsKeyId", "")),
        **tag_fields(context, tag_map(described.get("Tags", []))),
    }


def _key(wanted: str | None, found: str) -> str | None:
    """Return the key as the environment names it: AWS tells the same one by id, ARN or alias."""
    return wanted if wanted and found and (found in wanted or wanted in found) else found


def _fault(secret: Secret, text: str) -> str:
    """Say what is wrong with a stored value without repeating any of it; empty where it is good."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or set(found) != {secret.json_key}:
        return f"no JSON object with {secret.json_key} alone"
    value = found[secret.json_key]
    return _flaw(secret, value) if isinstance(value, str) else f"{secret.json_key} is no text"


def _replaced(context: StepContext, secret: Secret, text: str) -> str:
    """Say what a good value is that is to go all the same; empty where it stays."""
    if context.chosen.get(ROTATE) == secret.key:
        return "the key that all sessions of now are signed with"
    if secret.min_bits or TOKEN_FILE not in context.chosen:
        return ""
    same = json.loads(text)[secret.json_key] == context.secret(secret.key)
    return "" if same else "another one"


def _flaw(secret: Secret, value: str) -> str:
    placeholder = is_placeholder(value, KNOWN_DEFAULTS)
    described = withheld(value, salts=())
    return weakness(described, placeholder=placeholder, min_bits=secret.min_bits) or ""


def _apply(
    context: StepContext, secret: Secret, described: dict[str, Any] | None, changes: Changes
) -> None:
    client, fields = context.client("secretsmanager"), {one.field for one in changes}
    key = {"KmsKeyId": context.environment.secret_key} if context.environment.secret_key else {}
    if described is None:
        tags = tag_list(context.plan.tags)
        client.create_secret(
            Name=secret.name, SecretString=_value(context, secret), Tags=tags, **key
        )
        return
    if "key" in fields:
        client.update_secret(SecretId=secret.name, **key)
    if "value" in fields:
        client.put_secret_value(SecretId=secret.name, SecretString=_value(context, secret))
    if any(field.startswith("tag ") for field in fields):
        client.tag_resource(SecretId=secret.name, Tags=tag_list(context.plan.tags))


def _value(context: StepContext, secret: Secret) -> str:
    """Make a value, or ask for it; what is given by mistake is refused before it is stored."""
    value = randomness.token_hex(KEY_BYTES) if secret.min_bits else context.secret(secret.key)
    if flaw := _flaw(secret, value):
        raise Refused(f"secret {secret.name}: what was given is {flaw}; give the real one")
    return json.dumps({secret.json_key: value})
