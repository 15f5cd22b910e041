"""Least privilege has two sides, and neither is guessed."""

import pytest

from aws.iam.condition import context
from aws.iam.evaluation import evaluate
from aws.iam.permissions import (
    escalations,
    excess,
    grants,
    is_admin,
    missing,
)
from aws.iam.statement import parse
from aws.words import SILENCE

HERE = "ap-northeast-1:123456789012"
USERS = f"arn:aws:dynamodb:{HERE}:table/Users-prod"
SECRET = f"arn:aws:secretsmanager:{HERE}:secret:stamp-rally-prod/token-secret-key"
REAL_SECRET = f"{SECRET}-aB3xYz"
KNOWN = context({"aws:RequestedRegion": "ap-northeast-1"})

PLAN = (
    ("dynamodb:GetItem", USERS),
    ("dynamodb:Query", USERS),
    ("dynamodb:Query", f"{USERS}/index/*"),
    ("secretsmanager:GetSecretValue", f"{SECRET}-??????"),
    ("xray:Put*", "*"),
)


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {**allow(action, resource, **more), "Effect": "Deny"}


def of_role(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, "role")


def held(*statements, boundary=None):
    own = of_role(*statements)
    limit = None if boundary is None else parse({"Statement": list(boundary)}, "boundary")
    return grants(own, KNOWN, boundary=limit)


def asked(*statements):
    """Answer as IAM does for a role with these statements."""
    own = of_role(*statements)
    return lambda action, resource: evaluate(own, action, resource, KNOWN)


@pytest.mark.parametrize(
    "statement",
    [
        allow("dynamodb:GetItem", USERS),
        allow("DynamoDB:getItem", USERS),
        allow(["dynamodb:GetItem", "dynamodb:Query"], USERS),
        allow("dynamodb:Query", f"{USERS}/index/ByName"),
        allow("secretsmanager:GetSecretValue", f"{SECRET}-??????"),
        allow("secretsmanager:GetSecretValue", REAL_SECRET),
        allow("xray:PutTraceSegments"),
        allow("xray:Put*"),
        allow("dynamodb:GetItem", "arn:aws:dynamodb:*:123456789012:table/Users-prod",
              Condition={"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}}),
        deny("*"),
    ],
)  # fmt: skip
def test_what_is_planned_is_no_excess(statement):
    assert excess(held(statement), PLAN) == ()


@pytest.mark.parametrize(
    ("statement", "action"),
    [
        (allow("dynamodb:PutItem", USERS), "dynamodb:PutItem"),
        (allow("dynamodb:Get*", USERS), "dynamodb:GetResourcePolicy"),
        (allow("dynamodb:GetItem", f"{USERS}*"), "dynamodb:GetItem"),
        (allow("dynamodb:GetItem", f"{USERS}/index/*"), "dynamodb:GetItem"),
        (allow("dynamodb:GetItem", USERS.replace("ap-northeast-1", "*")), "dynamodb:GetItem"),
        (allow("dynamodb:GetItem", USERS.replace("123456789012", "*")), "dynamodb:GetItem"),
        (allow("dynamodb:GetItem", USERS.replace("-prod", "")), "dynamodb:GetItem"),
        (allow("dynamodb:GetItem", USERS.replace("ap-northeast-1", "us-east-1")),
         "dynamodb:GetItem"),
        (allow("dynamodb:GetItem"), "dynamodb:GetItem"),
        (allow("secretsmanager:GetSecretValue", f"{SECRET}-*"), "secretsmanager:GetSecretValue"),
        (allow("secretsmanager:GetSecretValue", f"{SECRET}*"), "secretsmanager:GetSecretValue"),
        (allow("secretsmanager:GetSecretValue",
               "arn:aws:secretsmanager:*:*:secret:stamp-rally-prod/*"),
         "secretsmanager:GetSecretValue"),
        (allow("lambda:Invoke*", "*"), "lambda:InvokeFunctionUrl"),
        (allow("*", USERS), "*"),
        (allow("*"), "*"),
        (allow("nosuchservice:*"), "nosuchservice:*"),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, "*"),
        ({"Effect": "Allow", "Action": "dynamodb:GetItem", "NotResource": USERS},
         "dynamodb:GetItem"),
        (allow("xray:*"), "xray:GetTraceGraph"),
    ],
)  # fmt: skip
def test_what_reaches_beyond_the_plan_is_excess(statement, action):
    found = excess(held(statement), PLAN)

    assert action in {finding.action for finding in found}
    assert not any(row.unknown for row in found)


def test_excess_names_the_statement_that_reaches_beyond():
    (found,) = excess(held(allow("dynamodb:GetItem", f"{USERS}*")), PLAN)

    assert found.resource == f"{USERS}*"
    assert found.statement.words.en == "policy `role`, statement 1"


def test_a_deny_takes_the_excess_away():
    too_much = allow("dynamodb:Query", [USERS, f"{USERS}/stream/*"])
    statements = (too_much, deny("dynamodb:*", f"{USERS}/s*"))

    assert excess(held(too_much), PLAN) != ()
    assert excess(held(*statements), PLAN) == ()


def test_a_deny_under_a_condition_that_cannot_be_judged_takes_nothing_away():
    condition = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    statements = (allow("dynamodb:PutItem", USERS), deny("*", Condition=condition))

    assert [finding.action for finding in excess(held(*statements), PLAN)] == ["dynamodb:PutItem"]


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals"])
@pytest.mark.parametrize("region", ["us-east-1", "ap-northeast-1"])
def test_a_deny_in_some_regions_takes_nothing_away_from_a_grant_in_all(operator, region):
    condition = {operator: {"aws:RequestedRegion": region}}
    wide = allow("dynamodb:PutItem", "arn:aws:dynamodb:*:123456789012:table/Users-prod")

    assert len(excess(held(wide, deny("*", Condition=condition)), PLAN)) == 1


def test_a_deny_in_the_region_of_the_resource_takes_it_away():
    condition = {"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}}
    statements = (allow("dynamodb:PutItem", USERS), deny("*", USERS, Condition=condition))

    assert excess(held(*statements), PLAN) == ()


def test_a_condition_against_a_region_leaves_the_others_open():
    condition = {"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}}

    found = excess(held(allow("dynamodb:PutItem", Condition=condition)), PLAN)

    assert found[0].unknown.en.startswith(
        "the value of aws:RequestedRegion is not known (condition: "
    )


def test_a_boundary_takes_the_excess_away():
    own = allow("dynamodb:*", f"arn:aws:dynamodb:{HERE}:table/*")
    boundary = [allow("dynamodb:GetItem", USERS)]

    assert excess(held(own, boundary=boundary), PLAN) == ()
    assert excess(held(own), PLAN) != ()


def test_a_boundary_that_is_wider_takes_nothing_away():
    own = allow("dynamodb:PutItem", USERS)

    assert len(excess(held(own, boundary=[allow("dynamodb:*")]), PLAN)) == 1


def test_a_condition_on_another_region_is_no_help():
    statement = allow("dynamodb:GetItem", "arn:aws:dynamodb:*:123456789012:table/Users-prod",
                      Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}})  # fmt: skip

    assert "us-east-1" in excess(held(statement), PLAN)[0].resource


def test_a_condition_on_the_region_says_nothing_of_a_service_without_regions():
    statement = allow("s3:GetObject", "arn:aws:s3:::images/*",
                      Condition={"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}})  # fmt: skip

    assert excess(held(statement), [("s3:GetObject", "arn:aws:s3:::images/*")]) == ()
    assert len(excess(held(statement), PLAN)) == 1


def test_excess_under_an_unjudgeable_condition_is_not_testable():
    statement = allow("dynamodb:PutItem", USERS,
                      Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})  # fmt: skip

    found = excess(held(statement), PLAN)

    assert found[0].unknown.en == (
        "the value of aws:PrincipalOrgID is not known"
        " (condition: StringEquals aws:PrincipalOrgID = o-1)"
    )


def test_a_condition_that_surely_fails_grants_nothing():
    statement = allow("dynamodb:PutItem", USERS,
                      Condition={"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}})  # fmt: skip

    assert excess(held(statement), PLAN) == ()


def test_nothing_is_missing_where_the_real_secret_is_readable():
    role = asked(allow("secretsmanager:GetSecretValue", f"{SECRET}-??????"))

    assert (
        missing(role, [("secretsmanager:GetSecretValue", f"{SECRET}-??????")], [REAL_SECRET]) == ()
    )


@pytest.mark.parametrize("resource", [SECRET, f"{SECRET}-?????", SECRET.replace("prod", "dev")])
def test_a_secret_pattern_that_fits_no_real_secret_is_missing(resource):
    role = asked(allow("secretsmanager:GetSecretValue", resource))
    required = [("secretsmanager:GetSecretValue", f"{SECRET}-??????")]

    found = missing(role, required, [REAL_SECRET])

    assert [(one.resource, one.unknown) for one in found] == [(REAL_SECRET, SILENCE)]


def test_a_required_pattern_without_any_real_resource_is_not_testable():
    found = missing(asked(allow("*")), [("secretsmanager:GetSecretValue", f"{SECRET}-??????")], [])

    assert "no resource that exists fits" in found[0].unknown.en


def test_a_denied_permission_is_missing():
    role = asked(allow("dynamodb:*", USERS), deny("dynamodb:GetItem"))

    found = missing(role, [("dynamodb:GetItem", USERS)], [])

    assert "explicit deny" in found[0].reason.en


def test_a_permission_under_an_unjudgeable_condition_is_not_testable():
    role = asked(
        allow("dynamodb:GetItem", USERS, Condition={"Bool": {"aws:ViaAWSService": "true"}})
    )

    assert missing(role, [("dynamodb:GetItem", USERS)], [])[0].unknown


@pytest.mark.parametrize(
    ("statement", "everything"),
    [
        (allow("*"), True),
        (allow("*:*"), True),
        (allow("iam:*"), True),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, True),
        (allow("*", "arn:aws:iam::*:role/*"), True),
        (allow("*", USERS), False),
        (allow("dynamodb:*"), False),
    ],
)
def test_admin_is_recognised(statement, everything):
    assert is_admin(*of_role(statement)) is everything


@pytest.mark.parametrize(
    ("action", "escalates"),
    [
        ("iam:PassRole", True),
        ("iam:Pass*", True),
        ("lambda:*", True),
        ("lambda:UpdateFunctionCode", True),
        ("sts:AssumeRole", True),
        ("*", True),
        ("lambda:InvokeFunction", False),
        ("iam:Get*", False),
        ("dynamodb:*Item", False),
    ],
)
def test_escalation_is_recognised(action, escalates):
    assert bool(escalations(held(allow(action)))) is escalates


def test_missing_permissions_come_in_one_order_whatever_order_they_are_asked_in():
    required = [("dynamodb:Query", USERS), ("dynamodb:GetItem", USERS), ("dynamodb:GetItem", "a")]
    found = missing(asked(), required, [])

    assert [(one.action, one.resource) for one in found] == sorted(required)
