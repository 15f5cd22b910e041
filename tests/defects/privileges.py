"""Defects of what roles may do: beyond the plan, short of it, dangerous, outside: SEC-12 to SEC-16."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from signoff.inventory.roles import PolicyDocument, Role
from signoff.outcome import Outcome
from tests.defects.changes import edited, item
from tests.defects.defect import Break, Defect
from tests.healthy.compute import PREFIX
from tests.healthy.identity import (
    HERE,
    LINE_TOKEN,
    NOTIFY,
    STAMP_MASTERS,
    TOKEN_KEY,
    USER_STAMPS,
    USERS,
    allow,
    document,
)

STEM = TOKEN_KEY.removesuffix("-??????")
REAL_TOKEN_KEY = f"{STEM}-h4Kq2Z"
GROUPS = f"arn:aws:logs:{HERE}:log-group:/aws/lambda"
SECRETS = f"arn:aws:secretsmanager:{HERE}:secret"
READ = "secretsmanager:GetSecretValue"
BY_AWS = "arn:aws:iam::aws:policy"
Statement = dict[str, Any]


def role_of(function: str, **fields: Any) -> Break:
    """Change fields of the role of a function."""
    return item("roles", f"stamp-rally-prod-{function}-role", **fields)


def _attached(function: str, arn: str | None, *statements: Statement) -> Break:
    """Give a role one policy more: inline, or managed under its ARN."""
    name = arn.rpartition("/")[2] if arn else "extra"
    policy = PolicyDocument(name=name, document=document(*statements), arn=arn)
    return edited(
        "roles",
        f"stamp-rally-prod-{function}-role",
        lambda role: replace(role, policies=(*role.policies, policy)),
    )


def _rewritten(function: str, change: Callable[[Statement], Iterable[Statement]]) -> Break:
    """Put what ``change`` makes of each of the role's own statements in its place."""

    def edit(role: Role) -> Role:
        statements = json.loads(role.policies[0].document)["Statement"]
        changed = [one for statement in statements for one in change(statement)]
        return replace(role, policies=(replace(role.policies[0], document=document(*changed)),))

    return edited("roles", f"stamp-rally-prod-{function}-role", edit)


def _without(function: str, *actions: str) -> Break:
    def change(statement: Statement) -> Iterable[Statement]:
        kept = [one for one in statement["Action"] if one not in actions]
        return [{**statement, "Action": kept}] if kept else []

    return _rewritten(function, change)


def _naming(resource: str) -> Break:
    """Let auth's policy name its secret in this way."""
    return _rewritten(
        "auth", lambda one: [{**one, "Resource": resource} if one["Resource"] == TOKEN_KEY else one]
    )


def _under(function: str, resource: str, key: str, value: str) -> Break:
    """Put a condition on what is granted on one resource."""
    condition = {"StringEquals": {key: value}}
    return _rewritten(
        function,
        lambda one: [{**one, "Condition": condition} if one["Resource"] == resource else one],
    )


def _granted(row: str, what: str, function: str, action: str, resource: str) -> Defect:
    return Defect(id=f"{row}:{what}", breaks=_attached(function, None, allow(action, resource)))


def _unclear(row: str, function: str, action: str, resource: str) -> Defect:
    """A grant under a condition of which nobody can say whether it holds."""
    condition = {"StringEquals": {"aws:PrincipalTag/team": "rally"}}
    return Defect(
        id=f"{row}:unclear-condition",
        breaks=_attached(function, None, allow(action, resource, Condition=condition)),
        outcome=Outcome.NOT_TESTABLE,
    )


def _short(what: str, breaks: Break, *follows: str) -> Defect:
    return Defect(id=f"SEC-13:{what}", breaks=breaks, follows=frozenset(follows))


TABLES = f"arn:aws:dynamodb:{HERE}:table"
NOTIFY_ITSELF = NOTIFY.removesuffix(":live")
BEYOND = (
    ("scan", "auth", "dynamodb:Scan", USERS),
    ("ranking-scans", "ranking", "dynamodb:Scan", USER_STAMPS),
    ("update-where-put-was-meant", "award", "dynamodb:UpdateItem", USER_STAMPS),
    ("delete", "gps-verify", "dynamodb:DeleteItem", STAMP_MASTERS),
    ("all-reads-by-wildcard", "gps-verify", "dynamodb:Get*", STAMP_MASTERS),
    ("read-of-another-table", "gps-verify", "dynamodb:GetItem", USERS),
    ("write-to-what-is-read", "stamps", "dynamodb:PutItem", USER_STAMPS),
    ("every-table", "stamps", "dynamodb:Query", f"{TABLES}/*"),
    ("every-table-that-begins-so", "auth", "dynamodb:GetItem", f"{TABLES}/User*"),
    ("every-index", "auth", "dynamodb:Query", f"{USERS}/index/*"),
    ("any-resource", "award", "dynamodb:PutItem", "*"),
    ("any-resource-of-the-service", "award", "dynamodb:PutItem", "arn:aws:dynamodb:*"),
    ("secret-of-another-function", "auth", READ, LINE_TOKEN),
    ("real-secret-of-another-function", "notify", READ, REAL_TOKEN_KEY),
    ("secret-for-award", "award", READ, TOKEN_KEY),
    ("description-of-its-secret", "auth", "secretsmanager:DescribeSecret", TOKEN_KEY),
    ("invoke-of-another-function", "award", "lambda:InvokeFunction", f"{PREFIX}stamp-rally-prod-auth"),
    ("invoke-of-every-function", "award", "lambda:InvokeFunction", f"{PREFIX}stamp-rally-prod-*"),
    ("invoke-by-another-function", "stamps", "lambda:InvokeFunction", NOTIFY),
    ("deletes-its-logs", "auth", "logs:DeleteLogGroup", f"{GROUPS}/stamp-rally-prod-auth:*"),
    ("logs-of-another-function", "auth", "logs:PutLogEvents", f"{GROUPS}/stamp-rally-prod-award:*"),
    ("logs-of-the-account", "auth", "logs:PutLogEvents", f"arn:aws:logs:{HERE}:*"),
    ("key-that-nobody-decided", "auth", "kms:Decrypt", "*"),
    ("images", "stamps", "s3:GetObject", "arn:aws:s3:::stamp-rally-prod-images/*"),
)  # fmt: skip
"""What is wrong, whose role, action, resource: each is added to what the role has."""
DANGEROUS = (
    ("administrator", "auth", "*", "*"),
    ("all-of-iam", "auth", "iam:*", "*"),
    ("passes-roles", "award", "iam:PassRole", "arn:aws:iam::444455556666:role/stamp-rally-prod-*"),
    ("assumes-roles", "notify", "sts:AssumeRole", "*"),
    ("rewrites-a-function", "award", "lambda:UpdateFunctionCode", NOTIFY_ITSELF),
    ("everything-on-the-right-function", "award", "lambda:*", NOTIFY),
    ("everything-on-the-right-table", "auth", "dynamodb:*", USERS),
    ("everything-on-the-right-secret", "auth", "secretsmanager:*", TOKEN_KEY),
    ("opens-its-table", "stamps", "dynamodb:PutResourcePolicy", USER_STAMPS),
)
OUTSIDE = (
    ("table-of-dev", "auth", "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:444455556666:table/Users"),
    ("table-of-dev-beside-ours", "auth", "dynamodb:GetItem", f"{TABLES}/Users"),
    ("nearly-our-table", "auth", "dynamodb:GetItem", f"{TABLES}/Users-dev"),
    ("our-table-in-another-account", "award", "dynamodb:PutItem", USER_STAMPS.replace("444455556666", "111122223333")),
    ("our-table-in-every-region", "award", "dynamodb:PutItem", USER_STAMPS.replace("ap-northeast-1", "*")),
    ("our-table-in-every-account", "award", "dynamodb:PutItem", USER_STAMPS.replace("444455556666", "*")),
    ("secrets-of-dev", "notify", READ, f"{SECRETS}:stamp-rally/*"),
    ("notify-of-dev", "award", "lambda:InvokeFunction", f"{PREFIX}stamp-rally-notify"),
    ("logs-of-dev", "stamps", "logs:PutLogEvents", f"{GROUPS}/stamp-rally-stamps:*"),
    ("bucket-of-somebody", "ranking", "s3:GetObject", "arn:aws:s3:::reports-of-marketing/*"),
)  # fmt: skip
MISNAMED = (
    ("no-suffix", STEM, "SEC-13"),
    ("five-characters", f"{STEM}-?????", "SEC-13"),
    ("suffix-of-a-deleted-one", f"{STEM}-aB3xYz", "SEC-13"),
    ("half-a-suffix", f"{STEM}-h4K", "SEC-13"),
    ("star-without-hyphen", f"{STEM}*"),
    ("all-of-the-prefix", f"{SECRETS}:stamp-rally-prod/*"),
    ("sample-of-the-guide", "arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/*"),
    ("every-region", TOKEN_KEY.replace("ap-northeast-1", "*")),
    ("any-secret", "*"),
)
"""What is wrong, how auth's policy names its secret, and who follows where that fits nothing."""
NARROW = PolicyDocument(
    name="limit",
    document=document(allow(["logs:*", "lambda:*", "xray:*"], "*"), allow("dynamodb:*", USERS)),
)
"""A permissions boundary that leaves out the tables of award."""
SHORT = (
    _short("no-update", _without("auth", "dynamodb:UpdateItem")),
    _short("no-query", _without("gps-verify", "dynamodb:Query")),
    _short(
        "no-table-of-stamps",
        _rewritten("award", lambda one: [one] if one["Resource"] != USER_STAMPS else []),
    ),
    _short("no-logs", _without("notify", "logs:PutLogEvents")),
    _short("no-policy-at-all", role_of("gps-verify", policies=())),
    _short("no-secret", _without("richmenu", READ), "SEC-16"),
    _short("denied", _attached("auth", None, {**allow("dynamodb:Put*", "*"), "Effect": "Deny"})),
    _short("narrowed-by-a-boundary", role_of("award", boundary=NARROW)),
    _short("never-holds", _under("auth", USERS, "aws:SourceAccount", "444455556666")),
    _short("in-another-region", _under("auth", USERS, "aws:RequestedRegion", "us-east-1")),
)
SPECIAL = (
    Defect(
        id="SEC-13:unclear-condition",
        breaks=_under("gps-verify", STAMP_MASTERS, "aws:PrincipalTag/team", "rally"),
        outcome=Outcome.NOT_TESTABLE,
    ),
    _unclear("SEC-12", "award", "dynamodb:DeleteItem", USER_STAMPS),
    _unclear("SEC-14", "auth", "iam:PassRole", "*"),
    _unclear("SEC-15", "auth", "dynamodb:GetItem", f"{TABLES}/Users"),
    Defect(
        id="SEC-12:named-like-the-policy-of-aws",
        breaks=_attached(
            "auth",
            "arn:aws:iam::444455556666:policy/AWSLambdaBasicExecutionRole",
            allow("logs:PutLogEvents", "*"),
        ),
    ),
    Defect(
        id="SEC-12:policy-of-aws-for-tables",
        breaks=_attached(
            "gps-verify",
            f"{BY_AWS}/AmazonDynamoDBReadOnlyAccess",
            allow(["dynamodb:BatchGetItem", "dynamodb:GetItem"], "*"),
        ),
    ),
    Defect(
        id="SEC-14:administrator-by-a-policy-of-aws",
        breaks=_attached("ranking", f"{BY_AWS}/AdministratorAccess", allow("*", "*")),
    ),
    Defect(
        id="SEC-14:administrator-and-nothing-else",
        breaks=role_of(
            "auth",
            policies=(PolicyDocument(name="all", document=document(allow("*", "*"))),),
        ),
        follows=frozenset({"SEC-16"}),
    ),
    Defect(
        id="SEC-14:all-but-some-actions",
        breaks=_attached(
            "stamps", None, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
        ),
    ),
    Defect(
        id="SEC-14:all-but-some-resources",
        breaks=_attached(
            "gps-verify",
            None,
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": USERS},
        ),
    ),
    Defect(
        id="SEC-14:principal-in-a-role-policy",
        breaks=_attached("stamps", None, allow("dynamodb:Query", USER_STAMPS, Principal="*")),
    ),
    _granted("SEC-16", "right-one-and-a-wide-one", "auth", READ, f"{STEM}*"),
)
DEFECTS = (
    *(_granted("SEC-12", *one) for one in BEYOND),
    *SHORT,
    *(_granted("SEC-14", *one) for one in DANGEROUS),
    *(_granted("SEC-15", *one) for one in OUTSIDE),
    *(
        Defect(id=f"SEC-16:{what}", breaks=_naming(resource), follows=frozenset(follows))
        for what, resource, *follows in MISNAMED
    ),
    *SPECIAL,
)


def _in_other_letters(statement: Statement) -> Iterable[Statement]:
    """Actions know no case."""
    actions = [one.replace("Query", "QUERY").replace("Get", "get") for one in statement["Action"]]
    return [{**statement, "Action": actions}]


LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
SCAN = allow("dynamodb:Scan", USERS)
SOUND: tuple[tuple[str, Break], ...] = (
    (
        "logs by the policy of AWS",
        _attached("auth", f"{BY_AWS}/service-role/AWSLambdaBasicExecutionRole", allow(LOGS, "*")),
    ),
    (
        "log groups made as the console writes it",
        _attached("award", None, allow("logs:CreateLogGroup", f"arn:aws:logs:{HERE}:*")),
    ),
    ("secret named by its real ARN", _naming(REAL_TOKEN_KEY)),
    ("secret named with a star, as no other is so called", _naming(f"{STEM}-*")),
    ("no permission to invoke notify", _without("award", "lambda:InvokeFunction")),
    (
        "notify invoked without its alias",
        _attached("award", None, allow("lambda:InvokeFunction", NOTIFY_ITSELF)),
    ),
    ("foreign code of ranking needs less", role_of("ranking", policies=())),
    ("actions in other letters", _rewritten("gps-verify", _in_other_letters)),
    ("granted and denied", _attached("auth", None, SCAN, {**SCAN, "Effect": "Deny"})),
    (
        "everything else denied",
        _attached(
            "auth",
            None,
            {
                "Effect": "Deny",
                "NotAction": ["dynamodb:*", READ, "logs:*", "xray:*"],
                "Resource": "*",
            },
        ),
    ),
    (
        "granted under a condition that never holds",
        _attached(
            "auth",
            None,
            {**SCAN, "Condition": {"StringEquals": {"aws:SourceAccount": "444455556666"}}},
        ),
    ),
    (
        "every Region, narrowed to ours by a condition",
        _attached(
            "auth",
            None,
            allow(
                "dynamodb:GetItem",
                USERS.replace("ap-northeast-1", "*"),
                Condition={"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}},
            ),
        ),
    ),
)
"""Other ways to be right: nothing may turn red."""
