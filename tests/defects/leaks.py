"""Defects of what leaks secrets: variables, tags, and who may read them: SEC-06 to SEC-08."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from signoff.judge.checklist import Severity
from signoff.judge.outcome import Outcome
from tests.defects.changes import edited, item
from tests.defects.defect import Break, Defect
from tests.healthy.compute import kept_back
from tests.healthy.vault import BASE64_KEY, CHANNEL_TOKEN, HEX_KEY, SESSION, TOKEN_KEY

AUTH, NOTIFY, API = "stamp-rally-prod-auth", "stamp-rally-prod-notify", "stamp-rally-prod-api"
AWARD = "stamp-rally-prod-award"
OWN, OTHER = "444455556666", "111122223333"
HEX_OF_NOBODY = "5c1f0ae79b3d48268e61d7f20c94b5a3e8127d6f4b0938ca51e6f7d2408b3c9d"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"


def _variable(what: str, function: str, **variables: str) -> Defect:
    return Defect(id=f"SEC-06:{what}", breaks=_carrying(function, **variables))


def _guessed(what: str, function: str, **variables: str) -> Defect:
    return replace(_variable(what, function, **variables), at_most=Severity.MAJOR, leaves_a_go=True)


def _carrying(function: str, **variables: str) -> Break:
    more = {name: kept_back(text) for name, text in variables.items()}
    return edited(
        "functions",
        function,
        lambda record: replace(record, environment={**record.environment, **more}),
    )


def _tagged(section: str, name: str, **tags: str) -> Break:
    more = {key: kept_back(text) for key, text in tags.items()}
    return edited(section, name, lambda function: replace(function, tags={**function.tags, **more}))


def _stage(**variables: str) -> Break:
    kept = {name: kept_back(text) for name, text in variables.items()}
    return item("stages", "prod", variables=kept)


def _api_tag(**tags: str) -> Break:
    more = {key: kept_back(text) for key, text in tags.items()}
    return edited(
        "rest_apis", API, lambda found: (replace(found[0], tags={**found[0].tags, **more}),)
    )


def _table_tag(**tags: str) -> Break:
    return _tagged("table_tags", "Users-prod", **tags)


def _policy(principal: Any, **more: Any) -> Break:
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    named = {"NotPrincipal": more.pop("but")} if "but" in more else {"Principal": principal}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **named, **more}]})
    return item("secrets", TOKEN_KEY, policy=document)


def _open(what: str, principal: Any = "*", **more: Any) -> Defect:
    return Defect(
        id=f"SEC-08:{what}",
        breaks=_policy(principal, **more),
        follows=frozenset({"SEC-24"}),
    )


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


IN_FUNCTIONS = (
    _guessed("known-default", AUTH, TOKEN_SECRET_KEY="default-secret-key-change-in-production"),
    _guessed("left-empty", AUTH, TOKEN_SECRET_KEY=""),
    _guessed("by-name", NOTIFY, LINE_CHANNEL_SECRET="to be filled in"),
    _guessed("by-camel-case-name", AUTH, signingKey="swordfish"),
    _guessed(
        "address-of-a-webhook", NOTIFY, SLACK_WEBHOOK_URL="https://hooks.slack.com/services/T0/B0/x"
    ),
    _guessed("password", "stamp-rally-prod-ranking", DB_PASSWORD="hunter2"),
    _guessed("hex-under-innocent-name", AUTH, SALT=HEX_OF_NOBODY),
    _guessed("hash-of-a-passcode", AUTH, PASSCODE_HASH=HEX_OF_NOBODY),
    _guessed("base64-under-innocent-name", NOTIFY, CHANNEL=BASE64_KEY),
    _variable("session-under-innocent-name", "stamp-rally-prod-stamps", PROBE=SESSION),
    _variable("key-file-under-innocent-name", "stamp-rally-prod-award", CERT=PEM),
    replace(_variable("by-equality", NOTIFY, GREETING=CHANNEL_TOKEN), leaves_a_go=True),
    _variable("in-a-header", NOTIFY, GREETING=f"Token {CHANNEL_TOKEN}"),
    replace(_variable("half", AUTH, SALT=HEX_KEY[32:64]), leaves_a_go=True),
    _variable("in-json", AUTH, CONFIG=json.dumps({"ttl": 86400, "salt": HEX_KEY})),
    _variable("in-base64", AUTH, CONFIG=b64encode(f"x:{HEX_KEY}".encode()).decode()),
    _variable("as-bytes", AUTH, CONFIG=f"v1.{b64encode(bytes.fromhex(HEX_KEY)).decode()}"),
    _variable("of-another-function", "stamp-rally-prod-stamps", GREETING=f"<{CHANNEL_TOKEN}>"),
    _guessed("login-in-an-address", AWARD, CACHE="redis://rally:hunter2@cache.example.jp:6379"),
    _variable("key-file-in-json", AWARD, CLOUD=json.dumps({"private_key": PEM})),
    _guessed("bearer-of-somebody", AWARD, HEADER="Bearer 0f8Qm2Lk1Zr9Tn5Xc7Vb"),
    _variable("aws-key", AUTH, UPLOADER="AKIAIOSFODNN7RALLYQ2"),
    _variable("aws-secret-key", AUTH, AWS_SECRET_ACCESS_KEY=BASE64_KEY[:40]),
    _variable("whole-secret", AUTH, CONFIG=json.dumps({"TOKEN_SECRET_KEY": HEX_KEY})),
    Defect(
        id="SEC-06:reference-holds-the-secret",
        breaks=_carrying("stamp-rally-prod-stamps", SECRET_NAME_OLD=CHANNEL_TOKEN),
        leaves_a_go=True,
    ),
)
IN_LABELS = (
    Defect(
        id="SEC-07:variable-by-name",
        at_most=Severity.MAJOR,
        breaks=_stage(lineToken="to be filled in"),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-07:variable-by-shape",
        at_most=Severity.MAJOR,
        breaks=_stage(salt=HEX_OF_NOBODY),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-07:variable-by-equality",
        breaks=_stage(config=json.dumps({"TOKEN_SECRET_KEY": HEX_KEY})),
    ),
    Defect(
        id="SEC-07:tag-of-the-stage",
        at_most=Severity.MAJOR,
        breaks=_tagged("stages", "prod", Token="abc"),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-07:tag-of-the-api",
        at_most=Severity.MAJOR,
        breaks=_api_tag(ApiKey="k"),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-07:tag-of-a-function",
        breaks=_tagged("functions", NOTIFY, Channel=CHANNEL_TOKEN),
        leaves_a_go=True,
    ),
    Defect(
        id="SEC-07:tag-of-a-stack",
        breaks=_tagged("functions", NOTIFY, **{"aws:cloudformation:stack-name": CHANNEL_TOKEN}),
    ),
    Defect(id="SEC-07:tag-of-a-table", breaks=_table_tag(Owner=HEX_KEY), leaves_a_go=True),
    Defect(
        id="SEC-07:tag-of-a-role",
        breaks=_tagged("roles", f"{NOTIFY}-role", Contact=f"token={CHANNEL_TOKEN}"),
    ),
    Defect(id="SEC-07:tag-of-the-secret", breaks=_tagged("secrets", TOKEN_KEY, Backup=HEX_KEY)),
    Defect(id="SEC-07:within-a-variable", breaks=_stage(config=f"a={HEX_KEY};b=1")),
    Defect(
        id="SEC-07:tag-of-a-table-by-name",
        at_most=Severity.MAJOR,
        breaks=_table_tag(AdminPassword="x"),
        leaves_a_go=True,
    ),
)
OPEN = (
    _open("everyone"),
    _open("everyone-of-aws", {"AWS": "*"}),
    _open("another-account", {"AWS": OTHER}),
    _open("role-of-another-account", {"AWS": "arn:aws:iam::111122223333:role/reader"}),
    _open("own-and-another", {"AWS": ["444455556666", OTHER]}),
    _open("all-but-one", but={"AWS": "arn:aws:iam::444455556666:role/intern"}),
    _open("whole-organization", **_if("StringEquals", "aws:PrincipalOrgID", "o-4fk2m9x1qz")),
    _open(
        "account-if-known", **_if("StringEqualsIfExists", "aws:PrincipalAccount", "444455556666")
    ),
    _open(
        "another-account-by-condition",
        **_if("StringEquals", "aws:PrincipalAccount", OTHER),
    ),
    _open("service-for-anyone", {"Service": "lambda.amazonaws.com"}),
    Defect(
        id="SEC-08:no-policy-at-all",
        breaks=item("secrets", TOKEN_KEY, policy='{"Version": "2012-10-17"}'),
        unknown=frozenset({"SEC-09", "SEC-24"}),
        outcome=Outcome.NOT_TESTABLE,
    ),
)
DEFECTS = IN_FUNCTIONS + IN_LABELS + OPEN

SOUND: Mapping[str, Break] = {
    "lengths, limits and commits in variables": _carrying(
        AUTH,
        TOKEN_TTL_S="86400",
        SECRETS_CACHE_S="300",
        GIT_COMMIT=HEX_OF_NOBODY[:40],
        ARCHIVE="StampMasters-prod-archive-2026-Q4-v2",
        DOCS="https://rally.example.jp/Help-1",
        PART=HEX_KEY[:16],
        SENTRY_RELEASE=HEX_OF_NOBODY[:40],
        ENCRYPTION_KEY_ID="alias/rally-images",
        SIGNING_KEY="arn:aws:kms:ap-northeast-1:444455556666:key/0a1b2c3d-0000-4000-8000-000000000001",
        LINE_CERTIFICATE="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        WHERE=json.dumps({"table": "Users-prod", "port": 443}),
        IN_BASE64=b64encode(b"nothing but a greeting of the house").decode(),
    ),
    "resource of a stack": _tagged(
        "functions", NOTIFY, **{"aws:cloudformation:logical-id": "NotifyFunction3FEFC63F"}
    ),
    "secret open to the own account": _policy({"AWS": f"arn:aws:iam::{OWN}:root"}),
}
