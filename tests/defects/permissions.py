"""Defects of roles and their trust, and of who else may call or read: SEC-10, SEC-11, SEC-17 to SEC-19."""

from collections.abc import Mapping
from typing import Any

from signoff.inventory.functions import FunctionPolicy, FunctionUrl
from signoff.inventory.tables import ResourcePolicy
from signoff.outcome import Outcome
from tests.defects import privileges, shortfalls
from tests.defects.changes import absent, added, both, edited, item, unread
from tests.defects.defect import Break, Defect
from tests.defects.roles import role_of
from tests.healthy.compute import CALLS, PREFIX
from tests.healthy.identity import allow, document, trust

OTHER = "111122223333"
OWN = "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/stamp-rally-prod"
STAMPS, AWARD = "stamp-rally-prod-stamps", "stamp-rally-prod-award"
UNREAD = Outcome.NOT_TESTABLE
BY_ROLE = frozenset({"SEC-11", "SEC-12", "SEC-14", "SEC-15", "PREP-04"})
"""Rows about any role, besides SEC-10."""
BY_READER = BY_ROLE | {"SEC-13", "SEC-16"}
"""Rows about a role that reads a secret."""
LAMBDA = {"Principal": {"Service": "lambda.amazonaws.com"}}
GATEWAY = {"Principal": {"Service": "apigateway.amazonaws.com"}}


def _runs_under(function: str, arn: str) -> Break:
    return item("functions", f"stamp-rally-prod-{function}", role_arn=arn)


def _trust(*statements: dict[str, Any]) -> str:
    return document(*({"Effect": "Allow", "Action": "sts:AssumeRole", **one} for one in statements))


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def _calling(function: str, *, qualifier: str | None = "live", **statement: Any) -> Break:
    """Add a policy with one statement, on the alias or on the function itself."""
    name = f"stamp-rally-prod-{function}"
    where = f"{PREFIX}{name}:{qualifier}" if qualifier else f"{PREFIX}{name}"
    whole = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": where, **statement}
    policy = FunctionPolicy(qualifier=qualifier, document=document(whole))
    return edited("function_policies", name, lambda found: (*found, policy))


def _callable(what: str, function: str, **statement: Any) -> Defect:
    return Defect(id=f"SEC-17:{what}", breaks=_calling(function, **statement))


def _from(arn: str) -> dict[str, Any]:
    return GATEWAY | _if("ArnLike", "AWS:SourceArn", arn)


def _url(what: str, auth_type: str) -> Defect:
    url = "https://x7q2mk.lambda-url.ap-northeast-1.on.aws/"
    found = FunctionUrl(arn=f"{PREFIX}{AWARD}", url=url, auth_type=auth_type)
    return Defect(id=f"SEC-18:{what}", breaks=added("function_urls", AWARD, (found,)))


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
        outcome=UNREAD,
    ),
)
CALLERS = (
    _callable("everyone", "stamps", Principal="*"),
    _callable("everyone-on-the-function-itself", "stamps", qualifier=None, Principal="*"),
    _callable("own-account", "stamps", Principal={"AWS": f"arn:aws:iam::{OWN}:root"}),
    _callable("another-account", "stamps", Principal={"AWS": OTHER}),
    _callable("another-service", "notify", Principal={"Service": "events.amazonaws.com"}),
    _callable("all-but-one", "stamps", NotPrincipal={"AWS": OTHER}),
    _callable("award-calls-stamps", "stamps", Principal={"AWS": f"{ROLE}-award-role"}),
    _callable("any-api-of-aws", "auth", **GATEWAY),
    _callable(
        "any-api-of-the-account",
        "auth",
        **GATEWAY,
        **_if("StringEquals", "AWS:SourceAccount", OWN),
    ),
    _callable("every-api-by-arn", "auth", **_from(CALLS.replace("k3v9x0q2ma", "*") + "/*")),
    _callable("api-that-begins-so", "auth", **_from(f"{CALLS}*")),
    _callable("another-api", "award", **_from(CALLS.replace("k3v9x0q2ma", "zz81xkq0pd") + "/*")),
    _callable(
        "api-of-dev-on-the-function-itself",
        "award",
        qualifier=None,
        **_from(f"arn:aws:execute-api:us-east-1:{OWN}:d1e2v3a4p5/*"),
    ),
    _callable(
        "this-api-if-known",
        "award",
        **GATEWAY,
        **_if("ArnLikeIfExists", "AWS:SourceArn", f"{CALLS}/*"),
    ),
    _callable("more-than-invoke", "award", Action="lambda:*", **_from(f"{CALLS}/*")),
    _callable(
        "url-for-everyone",
        "gps-verify",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        **_if("StringEquals", "lambda:FunctionUrlAuthType", "NONE"),
    ),
    Defect(
        id="SEC-17:unread",
        breaks=unread("function_policies", STAMPS),
        unknown=frozenset({"DEP-16"}),
        outcome=UNREAD,
    ),
)
URLS = (
    _url("for-everyone", "NONE"),
    _url("for-iam", "AWS_IAM"),
    Defect(id="SEC-18:unread", breaks=unread("function_urls", AWARD), outcome=UNREAD),
)
TABLES = (
    Defect(id="SEC-19:everyone", breaks=_open("Users-prod", "*")),
    Defect(id="SEC-19:another-account", breaks=_open("UserStamps-prod", {"AWS": OTHER})),
    Defect(
        id="SEC-19:whole-organization",
        breaks=_open("Users-prod", "*", **_if("StringEquals", "aws:PrincipalOrgID", "o-4fk2m9x1")),
    ),
    Defect(id="SEC-19:unread", breaks=unread("table_policies", "Users-prod"), outcome=UNREAD),
)
DEFECTS = ROLES + TRUST + privileges.DEFECTS + shortfalls.DEFECTS + CALLERS + URLS + TABLES

SOUND: Mapping[str, Break] = {
    **privileges.SOUND,
    **shortfalls.SOUND,
    "trust narrowed to the own account": role_of(
        "auth", trust=_trust(LAMBDA | _if("StringEquals", "aws:SourceAccount", OWN))
    ),
    "all that this API sends, in one statement": _calling("auth", **_from(f"{CALLS}/*")),
    "award invokes notify": _calling("notify", Principal={"AWS": f"{ROLE}-award-role"}),
    "table open to a role of ours": _open("Users-prod", {"AWS": f"arn:aws:iam::{OWN}:role/b"}),
}
