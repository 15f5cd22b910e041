"""Who may act on what is ours: exact where policies say it, and fast in a large account."""

import json
import time
from dataclasses import replace

import pytest

from aws.access import INVOCATION, reach_of, targets_of
from aws.reading import Scope
from aws.words import SILENCE

OWN = "444455556666"
HERE = f"ap-northeast-1:{OWN}"
USERS = f"arn:aws:dynamodb:{HERE}:table/Users-prod"
WHO = f"arn:aws:iam::{OWN}:role/somebody"
SCOPE = Scope(
    account=OWN,
    region="ap-northeast-1",
    prefix="rally",
    alias="live",
    tables=("Users-prod",),
    secrets=("rally/token",),
    functions=("rally-award",),
    roles=("rally-award-role",),
    topic=f"arn:aws:sns:{HERE}:rally",
    evidence_bucket="rally-evidence",
)


TARGETS = targets_of(SCOPE, {})


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def reached(*statements, limit=None):
    policies = [("rights", document(*statements))]
    boundary = None if limit is None else [("limit", document(limit))]
    return {(one.kind, one.action) for one in reach_of(WHO, policies, boundary, targets=TARGETS)}


def kinds(*statements, limit=None):
    return {kind for kind, _ in reached(*statements, limit=limit)}


def test_administrator_reaches_everything():
    everything = {"table", "secret", "function", INVOCATION, "topic", "role", "evidence"}

    assert kinds(allow("*")) == everything


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (allow("dynamodb:Scan", USERS), "table"),
        (allow("DynamoDB:scan", f"{USERS[:-5]}*"), "table"),
        (allow("dynamodb:Query", f"{USERS}/index/ByDay"), "table"),
        (allow("dynamodb:Query", f"{USERS}/index/*"), "table"),
        (allow("secretsmanager:GetSecretValue"), "secret"),
        (allow("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:rally-award:live"), INVOCATION),
        (allow("lambda:UpdateAlias"), "function"),
        (allow("sns:Publish"), "topic"),
        (allow("iam:Pass*"), "role"),
        (allow("s3:PutObject", "arn:aws:s3:::rally-evidence/*"), "evidence"),
        (allow("dynamodb:Scan", Condition={"StringEquals": {"aws:PrincipalTag/a": "b"}}), "table"),
    ],
)  # fmt: skip
def test_one_right_reaches_what_it_is_for(statement, kind):
    assert kinds(statement) == {kind}


@pytest.mark.parametrize(
    "statements",
    [
        (allow(["dynamodb:Describe*", "dynamodb:List*", "lambda:Get*", "iam:Get*"]),),
        (allow("dynamodb:*", USERS), allow("dynamodb:*", "*", "Deny")),
        (allow("dynamodb:*", USERS.replace(OWN, "111122223333")),),
        (allow("dynamodb:*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),),
        (allow("dynamodb:CreateTable"),),
        (allow("s3:PutObject", "arn:aws:s3:::other/*"),),
        (allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:dev/*"),),
    ],
)
def test_other_rights_reach_nothing(statements):
    assert kinds(*statements) == set()


def test_boundary_takes_away_what_it_does_not_allow():
    assert kinds(allow("*"), limit=allow("dynamodb:*")) == {"table"}


def test_change_is_named_before_a_read():
    found = dict(reached(allow(["dynamodb:GetItem", "dynamodb:PutItem"], USERS)))

    assert found == {"table": "dynamodb:PutItem"}


def test_what_it_depends_on_is_told_unless_another_statement_surely_allows_it():
    tagged = allow("dynamodb:Scan", USERS, Condition={"StringEquals": {"aws:ResourceTag/a": "b"}})

    (perhaps,) = reach_of(WHO, [("rights", document(tagged))], None, targets=TARGETS)
    both = [("rights", document(tagged, allow("dynamodb:GetItem", USERS)))]
    (surely,) = reach_of(WHO, both, None, targets=TARGETS)

    assert perhaps.provided.en == "the value of aws:ResourceTag/a is not known"
    assert (surely.action, surely.provided) == ("dynamodb:GetItem", SILENCE)


def test_two_statements_may_grant_the_same():
    """Neither comes before the other: their words have no order."""
    twice = [allow("dynamodb:PutItem", one) for one in ("*", USERS)]

    assert reached(*twice) == {("table", "dynamodb:PutItem")}


def test_five_hundred_roles_take_less_than_a_second():
    functions = tuple(f"rally-{n}" for n in range(120))
    targets = targets_of(replace(SCOPE, functions=functions), {})
    shared = document(allow(["logs:*", "xray:Put*"]), allow("s3:Get*", "arn:aws:s3:::x/*"))

    begun = time.process_time()
    for n in range(500):
        own = document(allow(["dynamodb:GetItem"], f"arn:aws:dynamodb:{HERE}:table/Orders-{n}"))
        policies = [("AWSLambdaBasicExecutionRole", shared), ("own", own)]
        reach_of(f"arn:aws:iam::{OWN}:role/r{n}", policies, None, targets=targets)

    assert time.process_time() - begun < 1
