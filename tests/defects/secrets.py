"""Defects of the secrets: that they are there, are not dev's, and have a key: SEC-01, 04, 05, 09.

``secret_values`` has SEC-02 and 03, ``leaks`` has SEC-06 to 08.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aws.kinds.key import Key
from aws.redaction.leak import Leak
from aws.redaction.secret_text import withheld
from aws.secret_value import SecretValue
from signoff.environment.accountability import Decision
from signoff.evidence import Records
from signoff.judge.outcome import Outcome
from signoff.judge.snapshot import Snapshot
from tests.defects import leaks, secret_values
from tests.defects.changes import absent, added, answering, both, edited, item, unread
from tests.defects.defect import Break, Defect
from tests.defects.encryption import OF_ACCOUNT, allowing, granted
from tests.healthy.vault import CHANNEL_TOKEN, HEX_KEY, LINE_TOKEN, SALTS, SECRETS_KEY, TOKEN_KEY
from tests.unread import changed, refused

KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1d3e9f0a-2b4c-4d5e-8f60-718293a4b5c6"
VALUE_READ = frozenset({"SEC-02", "SEC-03", "SEC-04", "SEC-06", "SEC-07"})
"""Rows that need a value to judge, or to compare others with."""
WITHOUT_SECRET = VALUE_READ | {
    "SEC-05",
    "SEC-08",
    "SEC-09",
    "SEC-13",
    "SEC-16",
    "SEC-23",
    "SEC-24",
    "PREP-04",
}
UNREAD = Outcome.NOT_TESTABLE


def _lost(name: str) -> Break:
    return both(absent("secrets", name), absent("secret_values", name))


def _moved(name: str, to: str) -> Break:
    """Let the secret stand under another name, value and all."""

    def broken(snapshot: Snapshot) -> Snapshot:
        found = snapshot.inventory.sections
        secret = replace(found.secrets[name], name=to)
        moved = both(added("secrets", to, secret), added("secret_values", to, None))
        return both(_lost(name), moved)(snapshot)

    return broken


def _dev(change: Callable[[Any], Any]) -> Break:
    def broken(snapshot: Snapshot) -> Snapshot:
        runs = [
            replace(entry, body=change(entry.body)) if entry.kind == "run" else entry
            for entry in snapshot.dev.entries
        ]
        return replace(snapshot, dev=Records(tuple(runs)))

    return broken


def _as_in_dev(field: str, text: str) -> Break:
    theirs = withheld(text, salts=SALTS).digests["5a1f"]
    return _dev(lambda body: body | {"digests": body["digests"] | {field: theirs}})


def _undigested(value: SecretValue) -> SecretValue:
    own = {
        name: replace(field, digests={"own-3f9c": field.digests["own-3f9c"]})
        for name, field in value.fields.items()
    }
    return replace(value, fields=own)


def _key(what: str, **fields: Any) -> Defect:
    return Defect(id=f"SEC-05:{what}", breaks=item("keys", SECRETS_KEY, **fields))


def _customer(state: str = "Enabled") -> Break:
    """Encrypt the token key's secret under a customer key, which nobody decided."""
    key = Key(arn=KEY, state=state, manager="CUSTOMER", policy=allowing(OF_ACCOUNT))
    return both(item("secrets", TOKEN_KEY, kms_key=KEY), added("keys", KEY, key))


def _decided(breaks: Break) -> Break:
    """Let the environment file name the customer key for the secrets."""

    def broken(snapshot: Snapshot) -> Snapshot:
        environment = replace(snapshot.environment, secret_key=KEY)
        return both(breaks, item("secrets", LINE_TOKEN, kms_key=KEY))(
            replace(snapshot, environment=environment)
        )

    return broken


def _allowed(breaks: Break) -> Break:
    """Let a decision allow the customer key; the plan of the roles does not know it."""
    one = Decision(
        what=f"secret {TOKEN_KEY}: encryption key", value=KEY, by="Test Author", why="audits"
    )

    def broken(snapshot: Snapshot) -> Snapshot:
        environment = replace(snapshot.environment, decisions=(one,))
        return breaks(replace(snapshot, environment=environment))

    return broken


EXISTENCE = (
    Defect(id="SEC-01:absent", breaks=_lost(TOKEN_KEY), follows=WITHOUT_SECRET),
    Defect(id="SEC-01:line-token-absent", breaks=_lost(LINE_TOKEN), follows=WITHOUT_SECRET),
    Defect(
        id="SEC-01:under-dev-name",
        breaks=_moved(TOKEN_KEY, "stamp-rally/token-secret-key"),
        follows=WITHOUT_SECRET,
    ),
    Defect(
        id="SEC-01:nearly-its-name",
        breaks=_moved(LINE_TOKEN, "stamp-rally-prod-line-channel-access-token"),
        follows=WITHOUT_SECRET,
    ),
    Defect(
        id="SEC-01:pending-deletion",
        breaks=both(
            item("secrets", TOKEN_KEY, deleted=datetime(2026, 12, 2, 9, 0, tzinfo=UTC)),
            unread("secret_values", TOKEN_KEY),
        ),
        follows=VALUE_READ,
    ),
    Defect(
        id="SEC-01:no-current-version",
        breaks=both(
            item("secrets", LINE_TOKEN, current=False), absent("secret_values", LINE_TOKEN)
        ),
        follows=VALUE_READ,
    ),
    Defect(
        id="SEC-01:unread",
        breaks=unread("secrets", TOKEN_KEY),
        unknown=WITHOUT_SECRET | {"PREP-02", "PREP-06"},
        outcome=UNREAD,
    ),
)
AGAINST_DEV = (
    Defect(id="SEC-04:token-key-of-dev", breaks=_as_in_dev("TOKEN_SECRET_KEY", HEX_KEY)),
    Defect(
        id="SEC-04:line-token-of-dev", breaks=_as_in_dev("LINE_CHANNEL_ACCESS_TOKEN", CHANNEL_TOKEN)
    ),
    Defect(
        id="SEC-04:dev-left-no-digest",
        breaks=_dev(lambda body: body | {"digests": {}}),
        outcome=UNREAD,
    ),
    Defect(
        id="SEC-04:dev-left-no-salt",
        breaks=_dev(lambda body: {k: v for k, v in body.items() if k != "salt"}),
        outcome=UNREAD,
    ),
    Defect(
        id="SEC-04:not-digested",
        breaks=edited("secret_values", TOKEN_KEY, _undigested),
        outcome=UNREAD,
    ),
)


def _leak(call: str, secret: str = TOKEN_KEY) -> Leak:
    return Leak(secret=secret, call=call, place="abc items.responseTemplates.application/json")


KEYS = (
    _key("disabled", state="Disabled"),
    _key("pending-deletion", state="PendingDeletion"),
    Defect(id="SEC-05:gone", breaks=item("secrets", TOKEN_KEY, kms_key=KEY)),
    Defect(id="SEC-05:another-key", breaks=_customer()),
    Defect(id="SEC-13:key-that-was-decided-beside", breaks=_allowed(_customer())),
    Defect(id="SEC-05:decided-key-disabled", breaks=_decided(_customer("Disabled"))),
    Defect(
        id="SEC-05:unread",
        breaks=unread("keys", SECRETS_KEY),
        unknown=frozenset({"PREP-02", "SEC-13", "SEC-24"}),
        outcome=UNREAD,
    ),
)


def _attached(**answer: Any) -> Break:
    call = "secretsmanager:DescribeSecret"
    return answering("secret_attachments", TOKEN_KEY, call, answer, SecretId=TOKEN_KEY)


def _policy(effect: str, action: str, principal: Any, **more: Any) -> Break:
    statement = {"Effect": effect, "Action": action, "Principal": principal, "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **more}]})
    return item("secrets", TOKEN_KEY, policy=text)


AUTH_ROLE = "arn:aws:iam::444455556666:role/stamp-rally-prod-auth-role"
AWARD_ROLE = AUTH_ROLE.replace("auth", "award")
ATTACHED = (
    Defect(
        id="PREP-06:secret-is-a-copy-of-another-region",
        breaks=item("secrets", TOKEN_KEY, replicas=("us-east-1",)),
    ),
    Defect(id="SEC-09:rotated", breaks=_attached(RotationEnabled=True), leaves_a_go=True),
    Defect(
        id="SEC-09:copied-to-another-account",
        breaks=_attached(
            CrossAccountReplicas=[{"ReplicaSecretARN": "arn:aws:secretsmanager:…:111122223333"}]
        ),
    ),
    Defect(id="SEC-09:unread", breaks=unread("secret_attachments", TOKEN_KEY), outcome=UNREAD),
    Defect(
        id="SEC-09:policy-unread",
        breaks=edited(
            "secrets",
            TOKEN_KEY,
            lambda secret: changed(
                secret, policy=refused("secretsmanager:GetResourcePolicy: AccessDeniedException")
            ),
        ),
        unknown=frozenset({"PREP-02", "SEC-08", "SEC-24"}),
        outcome=UNREAD,
    ),
    Defect(
        id="SEC-09:denied-to-auth",
        breaks=_policy("Deny", "secretsmanager:GetSecretValue", {"AWS": AUTH_ROLE}),
    ),
    Defect(id="SEC-09:denied-to-all", breaks=_policy("Deny", "secretsmanager:*", "*")),
    Defect(
        id="SEC-09:denied-to-its-account",
        breaks=_policy("Deny", "secretsmanager:Get*", {"AWS": "444455556666"}),
    ),
    Defect(
        id="SEC-09:denied-outside-a-network",
        breaks=_policy(
            "Deny", "*", "*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b"}}
        ),
    ),
    Defect(
        id="SEC-09:denied-outside-an-office",
        breaks=_policy(
            "Deny", "*", "*", Condition={"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
        ),
        leaves_a_go=True,
    ),
    Defect(id="SEC-05:granted-to-a-stranger", breaks=granted(SECRETS_KEY, "7b1f", AWARD_ROLE)),
)
ELSEWHERE = (
    Defect(
        id="SEC-27:in-a-gateway-response",
        breaks=added("leaks", "account", (_leak("apigateway:GetGatewayResponses"),)),
    ),
    Defect(
        id="SEC-27:line-token-in-an-alarm",
        breaks=added("leaks", "account", (_leak("cloudwatch:DescribeAlarms", LINE_TOKEN),)),
    ),
    Defect(
        id="SEC-27:private-key-in-a-package",
        breaks=added("leaks", "account", (_leak("lambda:GetFunction", "PEM"),)),
    ),
    Defect(
        id="SEC-27:access-key-in-a-package",
        breaks=added("leaks", "account", (_leak("lambda:GetFunction", "AWS"),)),
    ),
    Defect(id="SEC-27:unsearched", breaks=unread("leaks"), outcome=UNREAD),
)
DEFECTS = (
    EXISTENCE + ATTACHED + secret_values.DEFECTS + AGAINST_DEV + KEYS + ELSEWHERE + leaks.DEFECTS
)

SOUND: Mapping[str, Break] = {
    **secret_values.SOUND,
    **leaks.SOUND,
    "secrets under the decided key": _decided(_customer()),
    "secret denied to a role that does not read it": _policy(
        "Deny", "secretsmanager:GetSecretValue", {"AWS": AWARD_ROLE}
    ),
    "secret denied by a tag that no role bears": _policy(
        "Deny", "*", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "x"}}
    ),
    "secret denied over plain HTTP": _policy(
        "Deny", "*", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}
    ),
    "secret that nobody of ours may delete": _policy("Deny", "secretsmanager:Delete*", "*"),
    "secret denied to all but the role of its function": item(
        "secrets",
        TOKEN_KEY,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Action": "secretsmanager:GetSecretValue",
                        "NotPrincipal": {"AWS": [AUTH_ROLE, "444455556666"]},
                        "Resource": "*",
                    }
                ],
            }
        ),
    ),
}
