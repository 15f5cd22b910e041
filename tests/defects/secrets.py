"""Defects of the secrets, their values, their key, and of what leaks them: SEC-01 to SEC-08."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from signoff.inventory.secrets import Key, SecretValue
from signoff.inventory.value import withheld
from signoff.outcome import Outcome
from signoff.records import Records
from signoff.world import World
from tests.defects.changes import absent, added, both, edited, item, unread
from tests.defects.defect import Break, Defect
from tests.healthy.compute import kept_back
from tests.healthy.vault import CHANNEL_TOKEN, HEX_KEY, LINE_TOKEN, SALTS, SECRETS_KEY, TOKEN_KEY
from tests.healthy.vault import value as object_of

AUTH, NOTIFY, API = "stamp-rally-prod-auth", "stamp-rally-prod-notify", "stamp-rally-prod-api"
KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/1d3e9f0a-2b4c-4d5e-8f60-718293a4b5c6"
VALUE_READ = frozenset({"SEC-02", "SEC-03", "SEC-04", "SEC-06", "SEC-07"})
"""Rows that need a value to judge, or to compare others with."""
WITHOUT_SECRET = VALUE_READ | {"SEC-05", "SEC-08", "SEC-13", "SEC-16", "PREP-04"}
FORM_WRONG = frozenset({"SEC-03", "SEC-04"})
UNREAD = Outcome.NOT_TESTABLE
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJVMSJ9.3vJ2m0Xq"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"


def _lost(name: str) -> Break:
    return both(absent("secrets", name), absent("secret_values", name))


def _moved(name: str, to: str) -> Break:
    """Let the secret stand under another name, value and all."""

    def broken(world: World) -> World:
        found = world.inventory.sections
        secret = replace(found.secrets[name], name=to)
        moved = both(added("secrets", to, secret), added("secret_values", to, None))
        return both(_lost(name), moved)(world)

    return broken


def _value(id_: str, name: str, value: SecretValue, **more: Any) -> Defect:
    return Defect(id=id_, breaks=added("secret_values", name, value), **more)


def _form(what: str, value: SecretValue) -> Defect:
    return _value(f"SEC-02:{what}", TOKEN_KEY, value, follows=FORM_WRONG)


def _token(what: str, text: str) -> Defect:
    return _value(f"SEC-03:{what}", TOKEN_KEY, object_of(TOKEN_SECRET_KEY=text))


def _line(what: str, text: str) -> Defect:
    return _value(f"SEC-03:{what}", LINE_TOKEN, object_of(LINE_CHANNEL_ACCESS_TOKEN=text))


def _text(text: str) -> SecretValue:
    """Return what the reader keeps of a secret that is no JSON object."""
    return SecretValue(is_json_object=False, fields={}, whole=withheld(text, salts=SALTS))


def _dev(change: Callable[[Any], Any]) -> Break:
    def broken(world: World) -> World:
        runs = [
            replace(one, body=change(one.body)) if one.kind == "run" else one
            for one in world.dev.entries
        ]
        return replace(world, dev=Records.of(runs))

    return broken


def _as_in_dev(field: str, text: str) -> Break:
    theirs = withheld(text, salts=SALTS).digests["5a1f"]
    return _dev(lambda body: body | {"digests": body["digests"] | {field: theirs}})


def _undigested(value: SecretValue) -> SecretValue:
    own = {
        name: replace(one, digests={"own-3f9c": one.digests["own-3f9c"]})
        for name, one in value.fields.items()
    }
    return replace(value, fields=own)


def _key(what: str, **fields: Any) -> Defect:
    return Defect(id=f"SEC-05:{what}", breaks=item("keys", SECRETS_KEY, **fields))


def _customer(state: str = "Enabled") -> Break:
    """Encrypt the token key's secret under a customer key, which nobody decided."""
    key = Key(arn=KEY, state=state, manager="CUSTOMER")
    return both(item("secrets", TOKEN_KEY, kms_key=KEY), added("keys", KEY, key))


def _decided(breaks: Break) -> Break:
    """Let the environment file name the customer key for the secrets."""

    def broken(world: World) -> World:
        environment = replace(world.environment, secret_key=KEY)
        return both(breaks, item("secrets", LINE_TOKEN, kms_key=KEY))(
            replace(world, environment=environment)
        )

    return broken


def _variable(what: str, function: str, **variables: str) -> Defect:
    return Defect(id=f"SEC-06:{what}", breaks=_carrying(function, **variables))


def _carrying(function: str, **variables: str) -> Break:
    more = {name: kept_back(text) for name, text in variables.items()}
    return edited(
        "functions", function, lambda one: replace(one, environment={**one.environment, **more})
    )


def _tagged(section: str, name: str, **tags: str) -> Break:
    more = {key: kept_back(text) for key, text in tags.items()}
    return edited(section, name, lambda one: replace(one, tags={**one.tags, **more}))


def _stage(**variables: str) -> Break:
    kept = {name: kept_back(text) for name, text in variables.items()}
    return item("stages", "prod", variables=kept)


def _api_tag(**tags: str) -> Break:
    more = {key: kept_back(text) for key, text in tags.items()}
    return edited(
        "rest_apis", API, lambda found: (replace(found[0], tags={**found[0].tags, **more}),)
    )


def _table_tag(**tags: str) -> Break:
    return edited("table_tags", "Users-prod", lambda one: replace(one, tags={**one.tags, **tags}))


def _policy(principal: Any, **more: Any) -> Break:
    statement = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    named = {"NotPrincipal": more.pop("but")} if "but" in more else {"Principal": principal}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **named, **more}]})
    return item("secrets", TOKEN_KEY, policy=document)


def _open(what: str, principal: Any = "*", **more: Any) -> Defect:
    return Defect(id=f"SEC-08:{what}", breaks=_policy(principal, **more))


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


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
        unknown=WITHOUT_SECRET | {"PREP-06"},
        outcome=UNREAD,
    ),
)
FORM = (
    _form("plain-text", _text(HEX_KEY)),
    _form("a-list", _text(json.dumps([HEX_KEY]))),
    _form("empty-object", object_of()),
    _form("key-in-lower-case", object_of(token_secret_key=HEX_KEY)),
    _form("key-of-the-other", object_of(LINE_CHANNEL_ACCESS_TOKEN=HEX_KEY)),
    _form("nearly-its-key", object_of(TOKEN_SECRET=HEX_KEY)),
    _form("one-field-more", object_of(TOKEN_SECRET_KEY=HEX_KEY, note="rotated in May by Hanako")),
    _form("an-object-inside", object_of(TOKEN_SECRET_KEY=json.dumps({"key": HEX_KEY}))),
    Defect(
        id="SEC-02:unread",
        breaks=unread("secret_values", TOKEN_KEY),
        unknown=VALUE_READ - {"SEC-02"},
        outcome=UNREAD,
    ),
)
REALITY = (
    _token("sample-of-the-guide", "your-production-secret-key-here"),
    _token("known-default", "default-secret-key-change-in-production"),
    _token("empty", ""),
    _token("one-letter", "a" * 64),
    _token("counting-up", "0123456789abcdef" * 4),
    _token("a-word-repeated", "stamp-rally-key-" * 5),
    _token("half-as-long", HEX_KEY[:32]),
    _token("one-digit-short", HEX_KEY[:63]),
    _token(
        "sixty-four-decimals", "6035915924170482" + "8834019273645510" + "2764538190" + "7" * 22
    ),
    _token("short-base64", "q2V9xT0mZb7LkW4uN8sYcA=="),
    _token("few-letters", ("ab" * 7 + "ba" * 9) * 2 + "a"),
    _line("line-sample", "your-line-channel-access-token"),
    _line("channel-secret-for-token", "8f14e45fceea167a5a36dedd4bea2543"),
    _line("channel-id-for-token", "2001234567"),
    _line("with-its-scheme", f"Bearer {CHANNEL_TOKEN}"),
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
KEYS = (
    _key("disabled", state="Disabled"),
    _key("pending-deletion", state="PendingDeletion"),
    Defect(id="SEC-05:gone", breaks=item("secrets", TOKEN_KEY, kms_key=KEY)),
    Defect(id="SEC-05:another-key", breaks=_customer()),
    Defect(id="SEC-05:decided-key-disabled", breaks=_decided(_customer("Disabled"))),
    Defect(id="SEC-05:unread", breaks=unread("keys", SECRETS_KEY), outcome=UNREAD),
)
IN_FUNCTIONS = (
    _variable("known-default", AUTH, TOKEN_SECRET_KEY="default-secret-key-change-in-production"),
    _variable("left-empty", AUTH, TOKEN_SECRET_KEY=""),
    _variable("by-name", NOTIFY, LINE_CHANNEL_SECRET="to be filled in"),
    _variable("by-camel-case-name", AUTH, signingKey="swordfish"),
    _variable("password", "stamp-rally-prod-ranking", DB_PASSWORD="hunter2"),
    _variable("hex-under-innocent-name", AUTH, SALT=HEX_KEY[32:96]),
    _variable(
        "base64-under-innocent-name", NOTIFY, CHANNEL="Zq8Kx3vTm0LwPy7RbN5sUc2JdH9fGa4EoW6iXtQ1nVk="
    ),
    _variable("session-under-innocent-name", "stamp-rally-prod-stamps", PROBE=JWT),
    _variable("key-file-under-innocent-name", "stamp-rally-prod-award", CERT=PEM),
    _variable("by-equality", NOTIFY, GREETING=CHANNEL_TOKEN),
    _variable("whole-secret", AUTH, CONFIG=json.dumps({"TOKEN_SECRET_KEY": HEX_KEY})),
    Defect(
        id="SEC-06:reference-holds-the-secret",
        breaks=_carrying("stamp-rally-prod-stamps", SECRET_NAME_OLD=CHANNEL_TOKEN),
    ),
)
IN_LABELS = (
    Defect(id="SEC-07:variable-by-name", breaks=_stage(lineToken="to be filled in")),
    Defect(id="SEC-07:variable-by-shape", breaks=_stage(salt=HEX_KEY[:64])),
    Defect(
        id="SEC-07:variable-by-equality",
        breaks=_stage(config=json.dumps({"TOKEN_SECRET_KEY": HEX_KEY})),
    ),
    Defect(id="SEC-07:tag-of-the-stage", breaks=_tagged("stages", "prod", Token="abc")),
    Defect(id="SEC-07:tag-of-the-api", breaks=_api_tag(ApiKey="k")),
    Defect(
        id="SEC-07:tag-of-a-function", breaks=_tagged("functions", NOTIFY, Channel=CHANNEL_TOKEN)
    ),
    Defect(id="SEC-07:tag-of-a-table", breaks=_table_tag(Owner=HEX_KEY)),
    Defect(id="SEC-07:tag-of-a-table-by-name", breaks=_table_tag(AdminPassword="x")),
)
OPEN = (
    _open("everyone"),
    _open("everyone-of-aws", {"AWS": "*"}),
    _open("another-account", {"AWS": "111122223333"}),
    _open("role-of-another-account", {"AWS": "arn:aws:iam::111122223333:role/reader"}),
    _open("own-and-another", {"AWS": ["444455556666", "111122223333"]}),
    _open("all-but-one", but={"AWS": "arn:aws:iam::444455556666:role/intern"}),
    _open("whole-organization", **_if("StringEquals", "aws:PrincipalOrgID", "o-4fk2m9x1qz")),
    _open(
        "account-if-known", **_if("StringEqualsIfExists", "aws:PrincipalAccount", "444455556666")
    ),
    _open(
        "another-account-by-condition",
        **_if("StringEquals", "aws:PrincipalAccount", "111122223333"),
    ),
    _open("service-for-anyone", {"Service": "lambda.amazonaws.com"}),
    Defect(
        id="SEC-08:no-policy-at-all",
        breaks=item("secrets", TOKEN_KEY, policy='{"Version": "2012-10-17"}'),
        outcome=UNREAD,
    ),
)
DEFECTS = EXISTENCE + FORM + REALITY + AGAINST_DEV + KEYS + IN_FUNCTIONS + IN_LABELS + OPEN

SOUND: tuple[tuple[str, Break], ...] = (
    ("token key of 64 hex digits", _token("", HEX_KEY[64:]).breaks),
    ("token key in base64", _token("", "Zq8Kx3vTm0LwPy7RbN5sUc2JdH9fGa4EoW6iXtQ1nVk=").breaks),
    ("token key in base64url", _token("", "fN2-xV7_qLb0TzW9mK4sYc8RjHu3PdGa6EoX1iQvtJM").breaks),
    ("token key of printable characters", _token("", r"k}7W#q2!zLx@9v<Tm&0P/y$Rb^N5sU=c2J*dH+f;").breaks),
    ("short-lived token of LINE", _line("", f"{JWT}{CHANNEL_TOKEN[:60]}").breaks),
    ("secrets under the decided key", _decided(_customer())),
    ("lengths, limits and commits in variables", _carrying(
        AUTH, TOKEN_TTL_S="86400", SECRETS_CACHE_S="300", GIT_COMMIT=HEX_KEY[:40],
        ARCHIVE="StampMasters-prod-archive-2026-Q4-v2", DOCS="https://rally.example.jp/Help-1",
    )),
    ("secret open to the own account", _policy({"AWS": "arn:aws:iam::444455556666:root"})),
    ("secret open to a role of the own account by condition", _policy(
        "*", **_if("ArnLike", "aws:PrincipalArn", "arn:aws:iam::444455556666:role/rotation-*")
    )),
    ("secret closed by a policy", _policy("*", Effect="Deny")),
)  # fmt: skip
"""Other ways to be right: nothing may turn red."""
