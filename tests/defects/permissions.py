"""Defects of roles and their trust, and of who else may read tables: SEC-10, SEC-11, SEC-19."""

from collections.abc import Mapping
from typing import Any

from aws.kinds.role import PolicyDocument
from aws.kinds.table_backups import ResourcePolicy
from signoff.judge.outcome import Outcome
from tests.defects import access, callers, privileges, shortfalls
from tests.defects.changes import absent, added, answering, both, item, role_of, unread
from tests.defects.defect import Break, Defect
from tests.healthy.identity import allow, document, trust

OTHER = "111122223333"
OWN = "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/stamp-rally-prod"
AUTH = "stamp-rally-prod-auth"
STAMPS, AWARD = "stamp-rally-prod-stamps", "stamp-rally-prod-award"
UNREAD = Outcome.NOT_TESTABLE
BY_ROLE = frozenset(
    {
        "SEC-07",
        "SEC-11",
        "SEC-12",
        "SEC-13",
        "SEC-14",
        "SEC-15",
        "SEC-23",
        "SEC-25",
        "SEC-26",
        "PREP-04",
        "ROLL-06",
    }
)
"""Rows about any role, besides SEC-10."""
BY_READER = BY_ROLE | {"SEC-16"}
"""Rows about a role that reads a secret."""
LAMBDA = {"Principal": {"Service": "lambda.amazonaws.com"}}
GONE = "AROAJ7QZ3F5H2KXWYEXAM"
"""What AWS shows in place of the ARN of a role that is no more."""


def _runs_under(function: str, arn: str) -> Break:
    return item("functions", f"stamp-rally-prod-{function}", role_arn=arn)


def _trust(*statements: dict[str, Any]) -> str:
    return document(
        *({"Effect": "Allow", "Action": "sts:AssumeRole", **statement} for statement in statements)
    )


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def _open(table: str, principal: Any, **more: Any) -> Break:
    statement = allow("dynamodb:GetItem", "*", Principal=principal, **more)
    return added("table_policies", table, ResourcePolicy(document=document(statement)))


ROLES = (
    Defect(
        id="SEC-10:absent",
        breaks=absent("roles", "stamp-rally-prod-auth-role"),
        follows=BY_READER,
    ),
    Defect(
        id="SEC-10:role-of-ranking-absent",
        breaks=absent("roles", "stamp-rally-prod-ranking-role"),
        follows=BY_ROLE,
    ),
    Defect(
        id="SEC-10:nearly-its-name",
        breaks=both(
            absent("roles", "stamp-rally-prod-notify-role"),
            _runs_under("notify", f"{ROLE}-notify"),
        ),
        follows=BY_READER,
    ),
    Defect(id="SEC-10:shared", breaks=_runs_under("stamps", f"{ROLE}-award-role")),
    Defect(
        id="SEC-10:role-of-dev",
        breaks=_runs_under("auth", f"arn:aws:iam::{OWN}:role/stamp-rally-auth-role"),
    ),
    Defect(
        id="SEC-10:role-of-another-account",
        breaks=_runs_under("auth", f"{ROLE}-auth-role".replace(OWN, OTHER)),
    ),
    Defect(
        id="SEC-10:unread",
        breaks=unread("roles", "stamp-rally-prod-richmenu-role"),
        unknown=BY_READER | {"PREP-06"},
        outcome=UNREAD,
    ),
)
TRUSTED = {
    "own-account": _trust(LAMBDA, {"Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}),
    "another-account": _trust(LAMBDA, {"Principal": {"AWS": OTHER}}),
    "everyone": _trust({"Principal": "*"}),
    "all-but-one": _trust(LAMBDA, {"NotPrincipal": {"AWS": OTHER}}),
    "another-service-too": trust(Service=["lambda.amazonaws.com", "ec2.amazonaws.com"]),
    "nearly-lambda": trust(Service="edgelambda.amazonaws.com"),
    "any-action-of-sts": _trust({**LAMBDA, "Action": "sts:*"}),
    "lambda-denied": _trust(LAMBDA, {**LAMBDA, "Effect": "Deny"}),
    "for-another-account": _trust(LAMBDA | _if("StringEquals", "aws:SourceAccount", OTHER)),
    "nobody": document(),
}
"""What is wrong -> the trust policy of award's role."""
TRUST = (
    *(
        Defect(id=f"SEC-11:{what}", breaks=role_of("award", trust=policy))
        for what, policy in TRUSTED.items()
    ),
    Defect(
        id="SEC-11:unclear-condition",
        breaks=role_of("award", trust=_trust(LAMBDA | _if("StringEquals", "sts:ExternalId", "x"))),
    ),
)


def _opened(what: str, breaks: Break) -> Defect:
    return Defect(id=f"SEC-19:{what}", breaks=breaks, follows=frozenset({"SEC-24"}))


TABLES = (
    _opened("everyone", _open("Users-prod", "*")),
    _opened("another-account", _open("UserStamps-prod", {"AWS": OTHER})),
    _opened(
        "whole-organization",
        _open("Users-prod", "*", **_if("StringEquals", "aws:PrincipalOrgID", "o-4fk2m9x1")),
    ),
    _opened(
        "service-for-somebody-else",
        _open(
            "Users-prod",
            {"Service": "glue.amazonaws.com"},
            **_if("ArnLike", "aws:SourceArn", f"arn:aws:glue:ap-northeast-1:{OTHER}:*"),
        ),
    ),
    Defect(
        id="SEC-19:unread",
        breaks=unread("table_policies", "Users-prod"),
        unknown=frozenset({"DEP-08", "SEC-24"}),
        outcome=UNREAD,
    ),
)


def _denied(table: str, action: str, principal: Any, **more: Any) -> Break:
    statement = allow(action, "*", Principal=principal, **more) | {"Effect": "Deny"}
    return added("table_policies", table, ResourcePolicy(document=document(statement)))


def _profile(function: str) -> Break:
    role = f"stamp-rally-prod-{function}-role"
    profiles = [{"InstanceProfileName": "bastion"}]
    answer = {"RoleDetailList": [{"RoleName": role, "InstanceProfileList": profiles}]}
    return answering("role_attachments", role, "iam:GetAccountAuthorizationDetails", answer)


NARROW = PolicyDocument(name="limit", document=document(allow(["logs:*", "xray:*"], "*")))
WIDE = PolicyDocument(
    name="limit", document=document(allow(["dynamodb:*", "logs:*", "xray:*"], "*"))
)
DENIED = (
    Defect(
        id="DEP-08:award-may-not-write",
        breaks=_denied("UserStamps-prod", "dynamodb:PutItem", {"AWS": f"{ROLE}-award-role"}),
    ),
    Defect(id="DEP-08:nobody-may-write", breaks=_denied("Users-prod", "dynamodb:Update*", "*")),
    Defect(
        id="DEP-08:ranking-may-not-query",
        breaks=_denied("UserStamps-prod", "dynamodb:Query", {"AWS": f"{ROLE}-ranking-role"}),
    ),
    Defect(
        id="DEP-08:denied-to-a-session-of-auth",
        breaks=_denied(
            "Users-prod", "*", {"AWS": f"arn:aws:sts::{OWN}:assumed-role/{AUTH}-role/{AUTH}"}
        ),
    ),
)
ATTACHED = (
    Defect(id="SEC-23:in-an-instance-profile", breaks=_profile("auth")),
    Defect(id="SEC-23:unread", breaks=unread("role_attachments", f"{AWARD}-role"), outcome=UNREAD),
    Defect(
        id="SEC-13:boundary-of-stamps",
        breaks=role_of("stamps", boundary=NARROW),
        follows=frozenset({"SEC-23"}),
    ),
    Defect(
        id="SEC-13:boundary-of-ranking",
        breaks=role_of("ranking", boundary=NARROW),
        follows=frozenset({"SEC-23"}),
    ),
)
DEFECTS = (
    ROLES
    + TRUST
    + DENIED
    + ATTACHED
    + privileges.DEFECTS
    + shortfalls.DEFECTS
    + callers.DEFECTS
    + TABLES
    + access.DEFECTS
)

SOUND: Mapping[str, Break] = {
    "boundary that leaves what is needed": role_of("stamps", boundary=WIDE),
    "table denied over plain HTTP": _denied(
        "Users-prod", "*", "*", **_if("Bool", "aws:SecureTransport", "false")
    ),
    "table that nobody may delete": _denied("Users-prod", "dynamodb:DeleteTable", "*"),
    "table denied to a role that does not use it": _denied(
        "Users-prod", "dynamodb:*", {"AWS": f"{ROLE}-notify-role"}
    ),
    **privileges.SOUND,
    **shortfalls.SOUND,
    **callers.SOUND,
    **access.SOUND,
    "trust narrowed to the own account": role_of(
        "auth", trust=_trust(LAMBDA | _if("StringEquals", "aws:SourceAccount", OWN))
    ),
    "trust in a role that was deleted": role_of(
        "auth", trust=_trust(LAMBDA, {"Principal": {"AWS": GONE}})
    ),
    "table open to the account and to a role that was deleted": _open(
        "Users-prod", {"AWS": [OWN, GONE]}
    ),
}
