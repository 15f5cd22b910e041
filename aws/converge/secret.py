"""Secrets of Secrets Manager (guide step 2-1): made once, then never overwritten while good."""

import json
import secrets as randomness
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws.change.gate import (
    Change,
    ChangeContext,
    Changes,
    Refused,
    difference,
    tag_fields,
    tag_list,
    unless_absent,
)
from aws.desired import Secret
from aws.kind.description import VALUE
from aws.kinds.key import SECRETS_DEFAULT, same_key
from aws.kinds.secret import SECRET
from aws.raw import Raw
from aws.redaction.secret_text import weakness, withheld
from aws.secret_value import is_placeholder, parsed_object
from aws.words import SILENCE, Words

KEY_BYTES = 64
NEW_KEY = Words(en=f"{KEY_BYTES} random bytes", ja=f"{KEY_BYTES}バイトの乱数")
GIVEN = Words(en="as given", ja="入力された値")
OTHER_VALUE = Words(en="another value", ja="別の値")
SIGNING_KEY = Words(
    en="the key that signs all current sessions", ja="現在の全セッションを署名している鍵"
)
KEY, DELETION = SECRET.facts["kms_key"].words, SECRET.facts["deleted"].words


@dataclass(frozen=True, slots=True, kw_only=True)
class NewValue:
    """The source of a value that cannot be generated, and whether to replace a value that is good."""

    supply: Callable[[], str]
    """Returns the value; called only when it is needed."""
    rotate: bool = False
    """Replace a good key by a new one."""
    replace: bool = False
    """Replace a good value if another one is given."""


def converge(context: ChangeContext, secret: Secret, value: NewValue) -> Changes:
    """Create the secret, fix what is wrong with it, or replace it where that was asked for.

    A value is judged but never shown. Tags are set when it is created; no row checks them later.
    """
    client = context.client("secretsmanager")
    name = SECRET.resource(secret.name)
    raw = unless_absent(client.describe_secret, SecretId=secret.name)
    current = SECRET.of(raw) if raw else None
    if current and current.deleted:
        planned = (Change(name, DELETION, str(current.deleted), None),)
        made = context.settle(planned, lambda: client.restore_secret(SecretId=secret.name))
        # Its value cannot be read before it is restored, so a rehearsal ends here.
        return made + (converge(context, secret, value) if context.go else ())
    changes = difference(
        name,
        _current(context, secret, value, raw) if raw else None,
        _desired(context, secret, there=current is not None),
        destroying=(VALUE,),
    )
    return context.settle(changes, lambda: _apply(context, secret, value, changes, absent=not raw))


def _desired(context: ChangeContext, secret: Secret, *, there: bool) -> dict[Words, Any]:
    return {
        VALUE: NEW_KEY if secret.min_bits else GIVEN,
        **({KEY: secret.kms_key or SECRETS_DEFAULT} if secret.kms_key or there else {}),
        **({} if there else tag_fields(context, secret.tags)),
    }


def _current(context: ChangeContext, secret: Secret, value: NewValue, raw: Raw) -> dict[Words, Any]:
    current, desired = SECRET.of(raw), secret.kms_key or SECRETS_DEFAULT
    client, key = context.client("secretsmanager"), current.kms_key or SECRETS_DEFAULT
    answer = unless_absent(client.get_secret_value, SecretId=secret.name)
    text = answer.get("SecretString") or "" if answer else ""
    fault = _fault(secret, text) or _replaced(secret, value, text)
    good = _desired(context, secret, there=True)[VALUE]
    return {
        **({VALUE: fault or good} if answer else {}),
        KEY: desired if same_key(desired, key) else key,
    }


def _fault(secret: Secret, text: str) -> Words:
    """Say what is wrong with a stored value without repeating any of it; empty where it is good."""
    fields = parsed_object(text) or {}
    if set(fields) != {secret.json_key}:
        return Words(
            en=f"not a JSON object with {secret.json_key} alone",
            ja=f"{secret.json_key}のみのJSONオブジェクトではない",
        )
    value = fields[secret.json_key]
    if isinstance(value, str):
        return _flaw(secret, value)
    return Words(en=f"{secret.json_key} is not text", ja=f"{secret.json_key}が文字列ではない")


def _replaced(secret: Secret, value: NewValue, text: str) -> Words:
    """Describe a good value that is to be replaced all the same; empty if it stays."""
    if value.rotate:
        return SIGNING_KEY
    if secret.min_bits or not value.replace:
        return SILENCE
    same = json.loads(text)[secret.json_key] == value.supply()
    return SILENCE if same else OTHER_VALUE


def _flaw(secret: Secret, value: str) -> Words:
    placeholder = is_placeholder(value, secret.known_defaults)
    described = withheld(value, salts=())
    flaw = weakness(described, placeholder=placeholder, min_bits=secret.min_bits)
    return flaw or SILENCE


def _apply(
    context: ChangeContext, secret: Secret, value: NewValue, changes: Changes, *, absent: bool
) -> None:
    client, fields = context.client("secretsmanager"), {change.field for change in changes}
    key = {"KmsKeyId": secret.kms_key or SECRETS_DEFAULT}
    if absent:
        encryption = key if secret.kms_key else {}
        client.create_secret(
            Name=secret.name,
            SecretString=_value(secret, value),
            Tags=tag_list(secret.tags),
            **encryption,
        )
        context.once_found(partial(client.describe_secret, SecretId=secret.name))
        return
    if KEY in fields:
        client.update_secret(SecretId=secret.name, **key)
    if VALUE in fields:
        client.put_secret_value(SecretId=secret.name, SecretString=_value(secret, value))


def _value(secret: Secret, value: NewValue) -> str:
    """Make a value, or ask for it; what is given by mistake is refused before it is stored."""
    text = randomness.token_hex(KEY_BYTES) if secret.min_bits else value.supply()
    if flaw := _flaw(secret, text):
        raise Refused(
            en=f"secret {secret.name}: the value that you entered is {flaw.en}; enter the real one",
            ja=f"シークレット{secret.name}: 入力された値は使えません（{flaw.ja}）。本物の値を指定してください",
        )
    return json.dumps({secret.json_key: text})
