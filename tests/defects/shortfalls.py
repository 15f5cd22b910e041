"""Defects of what roles lack, and of how they name their secrets: SEC-13 and SEC-16."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aws.kinds.role import PolicyDocument
from aws.kinds.table_backups import ResourcePolicy
from plan import plan_for
from signoff.judge.snapshot import Snapshot
from tests.defects.changes import (
    Statement,
    added,
    attached,
    both,
    rewritten,
    role_of,
    under,
    without,
)
from tests.defects.defect import Break, Defect
from tests.healthy.identity import HERE, allow, document
from tests.second_opinion import STAMP_MASTERS, TOKEN_KEY, USER_STAMPS, USERS

STEM = TOKEN_KEY.removesuffix("-??????")
READ = "secretsmanager:GetSecretValue"
NARROW = PolicyDocument(
    name="limit",
    document=document(allow(["logs:*", "lambda:*", "xray:*"], "*"), allow("dynamodb:*", USERS)),
)
"""A permissions boundary that leaves out the tables of award."""
OWN = "444455556666"
ONLY_LOGS = PolicyDocument(name="limit", document=document(allow(["logs:*", "xray:*"], "*")))
NO_KEYS = {**allow("kms:*", "*"), "Effect": "Deny"}
ELSEWHERE = {"Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}
OUTSIDE = {"Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
UNSECOND = {"Condition": {"Null": {"aws:MultiFactorAuthAge": "True"}}}
TAGGED = {"Condition": {"StringNotEquals": {"aws:PrincipalTag/team": "rally"}}}
MATCHING_LESS = frozenset(
    {"five-characters", "half-a-suffix", "no-suffix", "suffix-of-a-deleted-one"}
)
"""What is wrong with a name by which no more can be read than the secret."""
NO_MORE: frozenset[str] = frozenset()
MISNAMED = (
    ("no-suffix", STEM, "SEC-13"),
    ("five-characters", f"{STEM}-?????", "SEC-13"),
    ("suffix-of-a-deleted-one", f"{STEM}-aB3xYz", "SEC-13"),
    ("half-a-suffix", f"{STEM}-h4K", "SEC-13"),
    ("star-without-hyphen", f"{STEM}*"),
    ("all-of-the-prefix", f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally-prod/*"),
    ("sample-of-the-guide", "arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/*"),
    ("every-region", TOKEN_KEY.replace("ap-northeast-1", "*")),
    ("any-secret", "*"),
)
"""What is wrong, how auth's policy names its secret, and who follows where that fits nothing."""


def _short(what: str, breaks: Break, *follows: str) -> Defect:
    return Defect(id=f"SEC-13:{what}", breaks=breaks, follows=frozenset(follows))


def _naming(resource: str) -> Break:
    """Let auth's policy name its secret in this way."""
    return rewritten(
        "auth",
        lambda entry: [
            {**entry, "Resource": resource} if entry["Resource"] == TOKEN_KEY else entry
        ],
    )


def _without_stamps(statement: Statement) -> Iterable[Statement]:
    return [statement] if statement["Resource"] != USER_STAMPS else []


def _reading_masters(statement: Statement) -> Iterable[Statement]:
    """The guide also lets award put masters, which no code calls."""
    if statement.get("Resource") not in (STAMP_MASTERS, [STAMP_MASTERS]):
        return [statement]
    return [{**statement, "Action": ["dynamodb:GetItem", "dynamodb:Query"]}]


def _in_other_letters(statement: Statement) -> Iterable[Statement]:
    """Actions know no case."""
    actions = [name.replace("Query", "QUERY").replace("Get", "get") for name in statement["Action"]]
    return [{**statement, "Action": actions}]


def of_own_code(snapshot: Snapshot) -> Snapshot:
    """Let the functions be code of the team's own."""
    environment = replace(snapshot.environment, own_code=True)
    plan = replace(snapshot.plan, roles=plan_for(environment).roles)
    return replace(snapshot, environment=environment, plan=plan)


def _granted_by_the_table(action: str) -> Break:
    """Let the policy of the masters' table, and not its own role's, grant the function that checks places something."""
    role = {"AWS": f"arn:aws:iam::{OWN}:role/stamp-rally-prod-gps-verify-role"}
    policy = ResourcePolicy(document=document(allow(action, STAMP_MASTERS, Principal=role)))
    return both(
        without("gps-verify", "dynamodb:GetItem"),
        added("table_policies", "StampMasters-prod", policy),
    )


DEFECTS = (
    _short("table-grants-another-right", _granted_by_the_table("dynamodb:Query")),
    _short(
        "table-grants-it-beyond-the-boundary",
        both(
            _granted_by_the_table("dynamodb:GetItem"),
            role_of("gps-verify", boundary=ONLY_LOGS),
        ),
    ),
    _short("no-update", without("auth", "dynamodb:UpdateItem")),
    _short("no-item", without("gps-verify", "dynamodb:GetItem")),
    _short("no-table-of-stamps", rewritten("award", _without_stamps)),
    _short("no-logs", without("notify", "logs:PutLogEvents")),
    _short("no-names-of-the-winners", without("ranking", "dynamodb:BatchGetItem")),
    _short("no-order", without("ranking", "dynamodb:Query")),
    _short("no-stamps-to-show", without("stamps", "dynamodb:Query")),
    _short(
        "logs-alone-for-code-of-the-team",
        both(of_own_code, without("ranking", "dynamodb:BatchGetItem", "dynamodb:Query")),
    ),
    _short("no-policy-at-all", role_of("gps-verify", policies=())),
    _short("no-policy-at-all-of-a-role-that-the-guide-leaves-out", role_of("ranking", policies=())),
    _short("no-secret", without("richmenu", READ), "SEC-16"),
    _short("denied", attached("auth", None, {**allow("dynamodb:Update*", "*"), "Effect": "Deny"})),
    _short("denied-the-key-that-aws-manages", attached("auth", None, NO_KEYS)),
    _short("winners-are-never-told", without("award", "lambda:InvokeFunction")),
    _short("narrowed-by-a-boundary", role_of("award", boundary=NARROW), "SEC-23"),
    _short("never-holds", under("auth", USERS, "aws:SourceAccount", "444455556666")),
    _short("in-another-region", under("auth", USERS, "aws:RequestedRegion", "us-east-1")),
    Defect(
        id="SEC-13:unclear-condition",
        breaks=under("gps-verify", STAMP_MASTERS, "aws:SourceIp", "203.0.113.0/24", "IpAddress"),
    ),
    _short(
        "denied-without-a-second-factor",
        attached("auth", None, {**allow("dynamodb:*", "*"), "Effect": "Deny", **UNSECOND}),
    ),
    _short("without-a-tag", under("gps-verify", STAMP_MASTERS, "aws:PrincipalTag/team", "rally")),
    _short("denied-keys-without-a-tag", attached("auth", None, {**NO_KEYS, **TAGGED})),
    Defect(
        id="SEC-13:denied-keys-by-an-address",
        breaks=attached("auth", None, {**NO_KEYS, **OUTSIDE}),
    ),
    Defect(
        id="SEC-13:granted-for-a-time",
        breaks=under("ranking", USERS, "aws:CurrentTime", "2027-03-31T00:00:00Z"),
    ),
    _short(
        "over", under("auth", USERS, "aws:TokenIssueTime", "2020-01-01T00:00:00Z", "DateLessThan")
    ),
    _short("through-services-only", under("auth", USERS, "aws:ViaAWSService", "true", "Bool")),
    _short("through-one-network-only", under("auth", USERS, "aws:SourceVpc", "vpc-0a1b2c")),
    *(
        Defect(
            id=f"SEC-16:{what}",
            breaks=_naming(resource),
            follows=frozenset(follows) | (NO_MORE if what in MATCHING_LESS else {"SEC-12"}),
        )
        for what, resource, *follows in MISNAMED
    ),
    Defect(
        id="SEC-16:right-one-and-a-wide-one",
        breaks=attached("auth", None, allow(READ, f"{STEM}*")),
        follows=frozenset({"SEC-12"}),
    ),
)
SOUND: Mapping[str, Break] = {
    "the table's own policy grants what the role's do not": _granted_by_the_table(
        "dynamodb:GetItem"
    ),
    "secret named by its real ARN": _naming(f"{STEM}-h4Kq2Z"),
    "secret named with a star, as no other is so called": _naming(f"{STEM}-*"),
    "denied the keys of another Region": attached("auth", None, {**NO_KEYS, **ELSEWHERE}),
    "code of the team's own of ranking needs less": both(
        of_own_code, without("ranking", "dynamodb:BatchGetItem")
    ),
    "what only the guide reads": without("gps-verify", "dynamodb:Query"),
    "nothing of auth but what its code calls": without(
        "auth", *(f"dynamodb:{one}" for one in ("GetItem", "PutItem", "Query"))
    ),
    "award that may not write masters": rewritten("award", _reading_masters),
    "actions in other letters": rewritten("gps-verify", _in_other_letters),
}
