"""Defects of what roles may do beyond the plan, up to everything and elsewhere: SEC-12, 14, 15."""

from collections.abc import Mapping

from aws.kinds.role import PolicyDocument
from tests.defects.changes import attached, both, role_of
from tests.defects.defect import Break, Defect
from tests.healthy.compute import PREFIX
from tests.healthy.identity import HERE, allow, document
from tests.second_opinion import LINE_TOKEN, NOTIFY, STAMP_MASTERS, TOKEN_KEY, USER_STAMPS, USERS

REAL_TOKEN_KEY = TOKEN_KEY.replace("??????", "h4Kq2Z")
GROUPS = f"arn:aws:logs:{HERE}:log-group:/aws/lambda"
SECRETS = f"arn:aws:secretsmanager:{HERE}:secret"
READ = "secretsmanager:GetSecretValue"
BY_AWS = "arn:aws:iam::aws:policy"
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
    ("scan-of-every-index", "auth", "dynamodb:Scan", f"{USERS}/index/*"),
    ("every-index-of-another-table", "auth", "dynamodb:Query", f"{USER_STAMPS}/index/*"),
    ("any-resource", "award", "dynamodb:PutItem", "*"),
    ("any-resource-of-the-service", "award", "dynamodb:PutItem", "arn:aws:dynamodb:*"),
    ("secret-of-another-function", "auth", READ, LINE_TOKEN),
    ("real-secret-of-another-function", "notify", READ, REAL_TOKEN_KEY),
    ("secret-for-award", "award", READ, TOKEN_KEY),
    ("description-of-another-secret", "auth", "secretsmanager:DescribeSecret", LINE_TOKEN),
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


SCAN = allow("dynamodb:Scan", USERS)
ALL_WE_USE = ["dynamodb:*", READ, "kms:Decrypt", "logs:*", "xray:*"]
ALL_BUT_SCAN = {"Effect": "Allow", "NotAction": ["dynamodb:Scan", "iam:*"], "Resource": "*"}
BY_SERVICES = {"Bool": {"aws:ViaAWSService": "true"}}
DIRECT = {"Bool": {"aws:ViaAWSService": "false"}}


def _only_if(key: str, value: str) -> dict[str, object]:
    return {"Condition": {"StringEquals": {key: value}}}


def _denied_but(*resources: str, **more: object) -> dict[str, object]:
    """Return a statement that denies the tables, except for those of these ARNs."""
    return {"Effect": "Deny", "Action": "dynamodb:*", "NotResource": [*resources], **more}


ANY_ITEM = allow("dynamodb:GetItem", "*")
INVOKING = ("SEC-12:invoke-", "SEC-14:administrator", "SEC-14:everything-on-the-right-function")
ANYWHERE = ("SEC-14:administrator", "SEC-14:all-of-iam", "SEC-14:assumes-roles")
"""How ids begin of what lets a role invoke our functions, and reach beyond this environment."""


def _granted(row: str, what: str, function: str, action: str, resource: str) -> Defect:
    id_ = f"{row}:{what}"
    untrue = {
        "SEC-12": row != "SEC-12",
        "SEC-15": id_.startswith(ANYWHERE),
        "SEC-26": id_.startswith(INVOKING),
    }
    return Defect(
        id=id_,
        breaks=attached(function, None, allow(action, resource)),
        follows=frozenset(key for key, follows in untrue.items() if follows),
    )


def _unclear(
    row: str, function: str, action: str, resource: str, follows: tuple[str, ...] = ()
) -> Defect:
    """A grant under a condition that cannot be evaluated: it counts as met."""
    condition = {"StringEquals": {"aws:PrincipalTag/team": "rally"}}
    return Defect(
        id=f"{row}:unclear-condition",
        breaks=attached(function, None, allow(action, resource, Condition=condition)),
        follows=frozenset(follows),
    )


SPECIAL = (
    _unclear("SEC-12", "award", "dynamodb:DeleteItem", USER_STAMPS),
    _unclear("SEC-14", "auth", "iam:PassRole", "*", ("SEC-12", "SEC-15")),
    _unclear("SEC-15", "auth", "dynamodb:GetItem", f"{TABLES}/Users", ("SEC-12",)),
    Defect(
        id="SEC-14:assumes-roles-of-a-tag",
        breaks=attached(
            "award", None, {**allow("sts:AssumeRole", "*"), **_only_if("iam:ResourceTag/team", "x")}
        ),
        follows=frozenset({"SEC-12", "SEC-15"}),
    ),
    Defect(
        id="SEC-12:through-one-network-only",
        breaks=attached("auth", None, {**SCAN, **_only_if("aws:SourceVpc", "vpc-0a1b2c")}),
    ),
    Defect(
        id="SEC-12:through-services-only",
        breaks=attached("auth", None, {**SCAN, "Condition": BY_SERVICES}),
    ),
    Defect(
        id="SEC-12:denied-unless-through-services",
        breaks=attached("auth", None, SCAN, {**SCAN, "Effect": "Deny", "Condition": DIRECT}),
    ),
    Defect(
        id="SEC-12:all-denied-but-what-it-uses",
        breaks=attached(
            "auth", None, SCAN, {"Effect": "Deny", "NotAction": ALL_WE_USE, "Resource": "*"}
        ),
    ),
    Defect(
        id="SEC-12:all-denied-but-masters-and-a-table-of-another-team",
        breaks=attached(
            "gps-verify", None, ANY_ITEM, _denied_but(STAMP_MASTERS, f"{TABLES}/Orders")
        ),
    ),
    Defect(
        id="SEC-12:all-denied-but-masters-in-another-region",
        breaks=attached(
            "gps-verify",
            None,
            ANY_ITEM,
            _denied_but(STAMP_MASTERS, **_only_if("aws:RequestedRegion", "us-east-1")),
        ),
    ),
    Defect(
        id="SEC-12:all-denied-but-what-a-tag-names",
        also=frozenset({"SEC-13"}),
        breaks=attached(
            "gps-verify", None, ANY_ITEM, _denied_but(f"{TABLES}/${{aws:PrincipalTag/table}}")
        ),
    ),
    Defect(
        id="SEC-12:where-kms-is-not-called",
        breaks=attached(
            "award",
            None,
            {
                **allow("dynamodb:DeleteTable", USERS),
                "Condition": {"Null": {"kms:ViaService": "true"}},
            },
        ),
    ),
    Defect(
        id="SEC-12:keys-for-a-service-that-nobody-planned",
        breaks=attached(
            "award",
            None,
            {
                **allow("kms:Decrypt", "*"),
                **_only_if("kms:ViaService", "s3.ap-northeast-1.amazonaws.com"),
            },
        ),
    ),
    Defect(
        id="SEC-12:by-http-alone",
        breaks=attached(
            "auth", None, {**SCAN, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        ),
    ),
    Defect(
        id="SEC-12:named-like-the-policy-of-aws",
        breaks=attached(
            "auth",
            "arn:aws:iam::444455556666:policy/AWSLambdaBasicExecutionRole",
            allow("logs:PutLogEvents", "*"),
        ),
    ),
    Defect(
        id="SEC-12:policy-of-aws-for-tables",
        breaks=attached(
            "gps-verify",
            f"{BY_AWS}/AmazonDynamoDBReadOnlyAccess",
            allow(["dynamodb:BatchGetItem", "dynamodb:GetItem"], "*"),
        ),
    ),
    Defect(
        id="SEC-14:administrator-by-a-policy-of-aws",
        breaks=attached("ranking", f"{BY_AWS}/AdministratorAccess", allow("*", "*")),
        follows=frozenset({"SEC-12", "SEC-15", "SEC-26"}),
    ),
    Defect(
        id="SEC-14:administrator-and-nothing-else",
        breaks=role_of(
            "auth",
            policies=(PolicyDocument(name="all", document=document(allow("*", "*"))),),
        ),
        follows=frozenset({"SEC-12", "SEC-15", "SEC-16", "SEC-26"}),
    ),
    Defect(
        id="SEC-14:all-but-some-actions",
        breaks=attached("stamps", None, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        follows=frozenset({"SEC-12", "SEC-15", "SEC-26"}),
    ),
    Defect(
        id="SEC-14:all-but-some-resources",
        breaks=attached(
            "gps-verify",
            None,
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": USERS},
        ),
        follows=frozenset({"SEC-12", "SEC-15"}),
    ),
    Defect(
        id="SEC-14:principal-in-a-role-policy",
        breaks=attached("stamps", None, allow("dynamodb:Query", USER_STAMPS, Principal="*")),
        follows=frozenset({"SEC-12"}),
    ),
)
DEFECTS = (
    *(_granted("SEC-12", *one) for one in BEYOND),
    *(_granted("SEC-14", *dangerou) for dangerou in DANGEROUS),
    *(_granted("SEC-15", *one) for one in OUTSIDE),
    *SPECIAL,
)

LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
SAMPLING = (
    *("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"),
    "GetSamplingStatisticSummaries",
)
EVERY_REGION = allow("dynamodb:GetItem", USERS.replace("ap-northeast-1", "*"))


SOUND: Mapping[str, Break] = {
    "logs by the policy of AWS": attached(
        "auth", f"{BY_AWS}/service-role/AWSLambdaBasicExecutionRole", allow(LOGS, "*")
    ),
    "log groups made as the console writes it": attached(
        "award", None, allow("logs:CreateLogGroup", f"arn:aws:logs:{HERE}:*")
    ),
    "indexes of its own table, as CDK writes them": attached(
        "auth", None, allow("dynamodb:Query", f"{USERS}/index/*")
    ),
    "descriptions of what it uses, as SAM writes them": attached(
        "auth",
        None,
        allow("secretsmanager:DescribeSecret", TOKEN_KEY),
        allow("dynamodb:DescribeTable", USERS),
    ),
    "notify invoked without its alias": attached(
        "award", None, allow("lambda:InvokeFunction", NOTIFY_ITSELF)
    ),
    "tracing by the policy of AWS": attached(
        "auth",
        f"{BY_AWS}/AWSXRayDaemonWriteAccess",
        allow([f"xray:{one}" for one in SAMPLING], "*"),
    ),
    "Lambda Insights by the policy of AWS": attached(
        "award",
        f"{BY_AWS}/CloudWatchLambdaInsightsExecutionRolePolicy",
        allow("logs:CreateLogGroup", "*"),
        allow(LOGS[1:], "arn:aws:logs:*:*:log-group:/aws/lambda-insights:*"),
    ),
    "tracing written out": attached(
        "stamps", None, allow([f"xray:{one}" for one in SAMPLING], "*")
    ),
    "notify invoked as CDK grants it": attached(
        "award", None, allow("lambda:InvokeFunction", f"{NOTIFY_ITSELF}:*")
    ),
    "logs as Terraform's module writes them": attached(
        "auth",
        None,
        allow(
            LOGS,
            [f"{GROUPS}/stamp-rally-prod-auth:*", f"{GROUPS}/stamp-rally-prod-auth:*:*"],
        ),
    ),
    "granted and denied": attached("auth", None, SCAN, {**SCAN, "Effect": "Deny"}),
    "granted, and all but its own table denied": attached(
        "gps-verify", None, ANY_ITEM, _denied_but(STAMP_MASTERS)
    ),
    "granted beyond its boundary": both(
        attached("auth", None, SCAN),
        role_of("auth", boundary=PolicyDocument(name="limit", document=document(ALL_BUT_SCAN))),
    ),
    "all that we do not use denied": attached(
        "auth", None, {"Effect": "Deny", "NotAction": ALL_WE_USE, "Resource": "*"}
    ),
    "granted under a key of another service": attached(
        "auth", None, {**SCAN, **_only_if("s3:prefix", "users/")}
    ),
    "granted under a condition that never holds": attached(
        "auth", None, {**SCAN, **_only_if("aws:SourceAccount", "444455556666")}
    ),
    "every Region, narrowed to ours by a condition": attached(
        "auth", None, {**EVERY_REGION, **_only_if("aws:RequestedRegion", "ap-northeast-1")}
    ),
}
