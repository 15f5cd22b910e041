"""Defects of who else may invoke a function: SEC-17 and SEC-18."""

from collections.abc import Mapping
from typing import Any

from aws.kinds.function_invocation import FunctionPolicy, FunctionUrl, Version
from signoff.judge.outcome import Outcome
from tests.defects.changes import added, both, edited, unread
from tests.defects.defect import Break, Defect
from tests.healthy.compute import CALLS, PREFIX
from tests.healthy.identity import document

OTHER, OWN = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/stamp-rally-prod"
STAMPS, AWARD = "stamp-rally-prod-stamps", "stamp-rally-prod-award"
GATEWAY = {"Principal": {"Service": "apigateway.amazonaws.com"}}
GONE = "AROAJ7QZ3F5H2KXWYEXAM"
"""What AWS shows in place of the ARN of a role that is no more."""
UNREAD = Outcome.NOT_TESTABLE


def _if(operator: str, key: str, value: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def _calling(function: str, *, qualifier: str | None = "live", **statement: Any) -> Break:
    """Let a policy of one statement stand on an alias, a version, or the function itself."""
    name = f"stamp-rally-prod-{function}"
    where = f"{PREFIX}{name}:{qualifier}" if qualifier else f"{PREFIX}{name}"
    whole = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": where, **statement}
    policy = FunctionPolicy(qualifier=qualifier, document=document(whole))
    return edited("function_policies", name, lambda found: (*found, policy))


def _callable(what: str, function: str, **statement: Any) -> Defect:
    return Defect(id=f"SEC-17:{what}", breaks=_calling(function, **statement))


def _from(arn: str) -> dict[str, Any]:
    return GATEWAY | _if("ArnLike", "AWS:SourceArn", arn)


def _published(function: str, *numbers: int) -> Break:
    """Let further versions stand behind the alias's, without a look at their policies."""
    more = tuple(Version(number=str(number), code_sha256=f"sha-{number}") for number in numbers)
    return edited("versions", f"stamp-rally-prod-{function}", lambda found: (*found, *more))


def _read(function: str, *numbers: int) -> Break:
    """Let the policies of these versions be read, and none stand there."""
    places = tuple(FunctionPolicy(qualifier=str(number), document=None) for number in numbers)
    return edited(
        "function_policies", f"stamp-rally-prod-{function}", lambda found: (*found, *places)
    )


def _url(what: str, auth_type: str) -> Defect:
    url = "https://x7q2mk.lambda-url.ap-northeast-1.on.aws/"
    found = FunctionUrl(arn=f"{PREFIX}{AWARD}", url=url, auth_type=auth_type)
    return Defect(id=f"SEC-18:{what}", breaks=added("function_urls", AWARD, (found,)))


CALLERS = (
    _callable("everyone", "stamps", Principal="*"),
    _callable("everyone-on-the-function-itself", "stamps", qualifier=None, Principal="*"),
    _callable("everyone-on-the-live-version", "stamps", qualifier="2", Principal="*"),
    _callable("everyone-on-an-old-version", "stamps", qualifier="1", Principal="*"),
    _callable("everyone-on-a-forgotten-alias", "auth", qualifier="trial", Principal="*"),
    _callable("one-of-a-list", "notify", Principal={"AWS": [f"{ROLE}-award-role", GONE, OTHER]}),
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
        unknown=frozenset({"DEP-16", "DEP-19", "SEC-28"}),
        outcome=UNREAD,
    ),
)
URLS = (
    _url("for-everyone", "NONE"),
    _url("for-iam", "AWS_IAM"),
    Defect(id="SEC-18:unread", breaks=unread("function_urls", AWARD), outcome=UNREAD),
)
VERSIONS = (
    Defect(
        id="SEC-28:hundreds-of-versions",
        grade="minor",
        breaks=both(_published("stamps", *range(3, 301)), _read("stamps", *range(291, 301))),
        follows=frozenset({"SEC-17"}),
    ),
    Defect(
        id="SEC-28:one-that-was-not-read",
        breaks=_published("auth", 3),
        follows=frozenset({"SEC-17"}),
    ),
)
DEFECTS = CALLERS + URLS + VERSIONS

SOUND: Mapping[str, Break] = {
    "all that this API sends, in one statement": _calling("auth", **_from(f"{CALLS}/*")),
    "award invokes notify": _calling("notify", Principal={"AWS": f"{ROLE}-award-role"}),
    "award, and a role that was deleted, invoke notify": _calling(
        "notify", Principal={"AWS": [f"{ROLE}-award-role", GONE]}
    ),
    "versions that nothing serves, all of them read": both(
        _published("auth", 3, 4), _read("auth", 3, 4)
    ),
    "this API invokes a version, too": _calling("auth", qualifier="2", **_from(f"{CALLS}/*")),
}
