"""Defects of environment variables: DEP-13 and DEP-14."""

from dataclasses import replace

from aws.redaction.secret_text import MaskedValue
from signoff.judge.checklist import Severity
from tests.defects.changes import both, edited
from tests.defects.defect import Break, Defect
from tests.healthy import vault
from tests.healthy.compute import clear, kept_back
from tests.healthy.vault import TOKEN_KEY

AUTH, AWARD, STAMPS = "stamp-rally-prod-auth", "stamp-rally-prod-award", "stamp-rally-prod-stamps"
SECRET_ARN = f"arn:aws:secretsmanager:ap-northeast-1:444455556666:secret:{TOKEN_KEY}"
DEV_SECRET = kept_back("stamp-rally/token-secret-key")


def _set(name: str, **variables: MaskedValue) -> Break:
    """Give a function these variables, in the place of its own or beside them."""
    return edited(
        "functions",
        name,
        lambda record: replace(record, environment={**record.environment, **variables}),
    )


def _unset(name: str, variable: str) -> Break:
    return edited(
        "functions",
        name,
        lambda record: replace(
            record, environment={k: v for k, v in record.environment.items() if k != variable}
        ),
    )


DEFECTS: tuple[Defect, ...] = (
    Defect(id="DEP-13:absent", breaks=_unset(AWARD, "TABLE_STAMPMASTERS")),
    Defect(id="DEP-13:no-channel", breaks=_unset(AUTH, "LINE_CHANNEL_ID")),
    Defect(id="DEP-13:nobody-to-notify", breaks=_unset(AWARD, "NOTIFY_FUNCTION")),
    Defect(id="DEP-13:empty", breaks=_set(AUTH, TABLE_USERS=kept_back(""))),
    Defect(id="DEP-13:wrong-table", breaks=_set(AUTH, TABLE_USERS=clear("UserStamps-prod"))),
    Defect(id="DEP-13:with-a-blank", breaks=_set(AUTH, TABLE_USERS=kept_back("Users-prod "))),
    *(
        Defect(id=f"DEP-13:{what}", breaks=_set(AUTH, TABLE_USERS=kept_back(value)))
        for what, value in (
            ("in-another-case", "users-prod"),
            ("one-letter-off", "Users-prob"),
            ("with-a-line-break", "Users-prod\n"),
            ("with-a-letter-that-looks-alike", "Users-рrod"),
            ("in-full-width", "Ｕｓｅｒｓ-prod"),
        )
    ),
    Defect(
        id="DEP-13:notify-without-alias",
        breaks=_set(AWARD, NOTIFY_FUNCTION=kept_back("stamp-rally-prod-notify")),
    ),
    Defect(
        id="DEP-13:origin-with-a-slash",
        breaks=_set(AWARD, ALLOWED_ORIGIN=kept_back("https://rally.example.jp/")),
    ),
    Defect(
        id="DEP-13:accuracy-unlimited",
        breaks=_set(AWARD, ACCURACY_CAP_M=clear("100000")),
    ),
    Defect(
        id="DEP-13:fake-line",
        breaks=_set(AUTH, LINE_API_ENDPOINT=kept_back("http://127.0.0.1:8999")),
    ),
    Defect(
        id="DEP-13:almost-line",
        breaks=_set(AUTH, LINE_API_ENDPOINT=kept_back("http://api.line.me")),
    ),
    Defect(
        id="DEP-13:logs-what-it-receives",
        at_most=Severity.MAJOR,
        breaks=_set(AUTH, LOG_LEVEL=kept_back("DEBUG")),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-13:logs-every-event",
        at_most=Severity.MAJOR,
        breaks=_set(AWARD, POWERTOOLS_LOGGER_LOG_EVENT=kept_back("true")),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-14:table-of-dev",
        breaks=_set(AUTH, TABLE_USERS=kept_back("Users")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:table-of-staging",
        breaks=_set(STAMPS, TABLE_USERSTAMPS=kept_back("UserStamps-stg")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:secret-of-dev",
        breaks=_set(AUTH, SECRET_NAME_TOKEN_KEY=DEV_SECRET),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:says-it-is-dev",
        breaks=_set(AWARD, ENVIRONMENT=kept_back("dev")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:notify-of-dev",
        breaks=_set(AWARD, NOTIFY_FUNCTION=kept_back("stamp-rally-notify:live")),
        follows=frozenset({"DEP-13"}),
    ),
    Defect(
        id="DEP-14:extra-region",
        at_most=Severity.MAJOR,
        breaks=_set(AWARD, BUCKET_REGION=kept_back("us-east-1")),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-14:secrets-from-elsewhere",
        breaks=_set(AUTH, AWS_ENDPOINT_URL_SECRETS_MANAGER=kept_back("https://198.51.100.7")),
    ),
    Defect(
        id="DEP-14:proxy", breaks=_set(AWARD, https_proxy=kept_back("http://198.51.100.7:3128"))
    ),
    Defect(
        id="DEP-14:endpoints-that-tokyo-lacks",
        breaks=_set(AWARD, AWS_USE_FIPS_ENDPOINT=kept_back("true")),
    ),
    Defect(
        id="DEP-14:writes-down-keys-of-tls", breaks=_set(AUTH, SSLKEYLOGFILE=kept_back("/mnt/keys"))
    ),
    *(
        Defect(id=f"DEP-14:{name}", breaks=_set(AUTH, **{name: kept_back(value)}))
        for name, value in (
            ("AWS_ACCOUNT_ID_ENDPOINT_MODE", "required"),
            ("AWS_RETRY_MODE", "often"),
            ("PYTHON_GIL", "0"),
            ("AWS_ENDPOINT_DISCOVERY_ENABLED", "true"),
            ("AWS_METADATA_SERVICE_TIMEOUT", "5s"),
            ("AWS_ACCOUNT_ID", "111122223333"),
            ("AWS_CREDENTIAL_EXPIRATION", "2026-12-01T00:00:00Z"),
        )
    ),
    Defect(
        id="DEP-14:token-before-lambdas-own",
        breaks=_set(AUTH, AWS_SECURITY_TOKEN=kept_back("old")),
        also=frozenset({"SEC-06"}),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-17:plugin-of-botocore",
        breaks=_set(AUTH, BOTOCORE_EXPERIMENTAL__PLUGINS=kept_back("x=y")),
    ),
    *(
        Defect(
            id=f"DEP-13:{name}",
            at_most=Severity.MAJOR,
            breaks=_set(AWARD, **{name: kept_back("true")}),
            leaves_a_go=True,
        )
        for name in ("DEBUG", "FLASK_DEBUG", "VERBOSE")
    ),
    Defect(id="DEP-14:trusts-others", breaks=_set(AUTH, AWS_CA_BUNDLE=kept_back("/opt/ca.crt"))),
    Defect(
        id="DEP-14:extra-table-of-dev",
        breaks=_set(AWARD, TABLE_OLD=kept_back("UserStamps")),
    ),
    Defect(
        id="DEP-14:extra-table-of-dev-by-arn",
        breaks=_set(
            AWARD,
            TABLE_OLD=kept_back(
                "arn:aws:dynamodb:ap-northeast-1:444455556666:table/UserStamps-dev"
            ),
        ),
    ),
    Defect(
        id="DEP-14:prefix-of-dev",
        breaks=_set(AWARD, DD_SERVICE=kept_back("stamp-rally-dev")),
        at_most=Severity.MAJOR,
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-13:secret-of-another-account-by-arn",
        breaks=_set(
            AUTH,
            SECRET_NAME_TOKEN_KEY=kept_back(f"{SECRET_ARN.replace('4444', '1111')}-a1B2c3"),
        ),
    ),
)

SOUND: dict[str, Break] = {
    "variables left at the function's own default": both(
        _unset(AWARD, "AWARD_REQUIRES_POSITION"),
        _unset(AWARD, "ACCURACY_CAP_M"),
        _unset("stamp-rally-prod-gps-verify", "ACCURACY_CAP_M"),
    ),
    "a secret and a function by their ARNs": both(
        _set(AUTH, SECRET_NAME_TOKEN_KEY=kept_back(vault.secrets()[TOKEN_KEY].arn)),
        _set(
            AWARD,
            NOTIFY_FUNCTION=kept_back(
                "arn:aws:lambda:ap-northeast-1:444455556666:function:stamp-rally-prod-notify:live"
            ),
        ),
    ),
    "a variable more": _set(AUTH, LOG_LEVEL=kept_back("INFO")),
    "LINE's endpoint set": _set(AUTH, LINE_API_ENDPOINT=kept_back("https://api.line.me")),
}
"""Other ways to be right: nothing may turn red."""
