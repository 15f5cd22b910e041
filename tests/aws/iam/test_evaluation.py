"""A request is allowed, refused or unknown, as IAM's evaluation logic has it."""

from datetime import UTC, datetime

import pytest

from aws.iam.condition import context, over_time
from aws.iam.evaluation import EvalDecision, evaluate, evaluate_from, is_same
from aws.iam.statement import parse

TABLE = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/Users-prod"
OTHER = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/StampMasters-prod"
SECRET = "arn:aws:secretsmanager:ap-northeast-1:123456789012:secret:rally/key-aB3xYz"
KNOWN = context({"aws:RequestedRegion": "ap-northeast-1", "aws:username": "mika"})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {**allow(action, resource, **more), "Effect": "Deny"}


def policy(*statements, version="2012-10-17"):
    return parse({"Version": version, "Statement": list(statements)}, "p")


IN_TOKYO = {"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}}
IN_VIRGINIA = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
IN_ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


@pytest.mark.parametrize(
    ("statements", "action", "resource", "outcome"),
    [
        ([], "dynamodb:GetItem", TABLE, EvalDecision.NOT_ALLOWED),
        ([allow("dynamodb:GetItem", TABLE)], "dynamodb:GetItem", TABLE, EvalDecision.ALLOWED),
        ([allow("DYNAMODB:getitem", TABLE)], "dynamodb:GetItem", TABLE, EvalDecision.ALLOWED),
        ([allow("dynamodb:GetItem", TABLE)], "dynamodb:PutItem", TABLE, EvalDecision.NOT_ALLOWED),
        ([allow("dynamodb:GetItem", TABLE)], "dynamodb:GetItem", OTHER, EvalDecision.NOT_ALLOWED),
        ([allow("dynamodb:*", TABLE)], "dynamodb:GetItem", TABLE, EvalDecision.ALLOWED),
        ([allow("*"), deny("dynamod?:*")], "dynamodb:GetItem", TABLE, EvalDecision.EXPLICITLY_DENIED),
        ([allow("s3:*"), deny("s3:Delete*")], "s3:DeleteObject", "*", EvalDecision.EXPLICITLY_DENIED),
        ([deny("s3:Delete*"), allow("s3:*")], "s3:DeleteObject", "*", EvalDecision.EXPLICITLY_DENIED),
        ([allow("s3:*"), deny("s3:Delete*")], "s3:GetObject", "*", EvalDecision.ALLOWED),
        ([deny("s3:*")], "s3:GetObject", "*", EvalDecision.EXPLICITLY_DENIED),
        ([allow("*"), deny("*", Condition=IN_TOKYO)], "s3:X", "*", EvalDecision.EXPLICITLY_DENIED),
        ([allow("*"), deny("*", Condition=IN_VIRGINIA)], "s3:X", "*", EvalDecision.ALLOWED),
        ([allow("*"), deny("*", Condition=IN_ORG)], "s3:X", "*", EvalDecision.UNKNOWN),
        ([deny("*", Condition=IN_ORG)], "s3:X", "*", EvalDecision.NOT_ALLOWED),
        ([allow("*", Condition=IN_TOKYO)], "s3:X", "*", EvalDecision.ALLOWED),
        ([allow("*", Condition=IN_VIRGINIA)], "s3:X", "*", EvalDecision.NOT_ALLOWED),
        ([allow("*", Condition=IN_ORG)], "s3:X", "*", EvalDecision.UNKNOWN),
        ([allow("*", Condition=IN_ORG), allow("s3:X")], "s3:X", "*", EvalDecision.ALLOWED),
        ([allow("*", Condition=IN_TOKYO | IN_ORG)], "s3:X", "*", EvalDecision.UNKNOWN),
        ([allow("s3:*", "arn:aws:s3:::${aws:username}/*")], "s3:GetObject",
         "arn:aws:s3:::mika/a", EvalDecision.ALLOWED),
        ([allow("s3:*", "arn:aws:s3:::${aws:username}/*")], "s3:GetObject",
         "arn:aws:s3:::toru/a", EvalDecision.NOT_ALLOWED),
        ([allow("s3:*", "arn:aws:s3:::${aws:userid}/*")], "s3:GetObject",
         "arn:aws:s3:::mika/a", EvalDecision.UNKNOWN),
        ([allow("s3:*", "arn:aws:s3:::${aws:userid, 'all'}/*")], "s3:GetObject",
         "arn:aws:s3:::all/a", EvalDecision.ALLOWED),
        ([allow("s3:*", "arn:aws:s3:::mik${*}/a")], "s3:GetObject",
         "arn:aws:s3:::mika/a", EvalDecision.NOT_ALLOWED),
        ([allow("s3:*", "arn:aws:s3:::mik${?}/${$}*")], "s3:GetObject",
         "arn:aws:s3:::mika/$1", EvalDecision.NOT_ALLOWED),
        ([allow("s3:*", "arn:aws:s3:::mika/${$}*")], "s3:GetObject",
         "arn:aws:s3:::mika/$1", EvalDecision.ALLOWED),
        ([allow("secretsmanager:GetSecretValue", SECRET[:-7])], "secretsmanager:GetSecretValue",
         SECRET, EvalDecision.NOT_ALLOWED),
        ([allow("secretsmanager:GetSecretValue", SECRET[:-6] + "??????")],
         "secretsmanager:GetSecretValue", SECRET, EvalDecision.ALLOWED),
    ],
)  # fmt: skip
def test_request_is_decided(statements, action, resource, outcome):
    assert evaluate(policy(*statements), action, resource, KNOWN).outcome is outcome


@pytest.mark.parametrize(
    ("action", "resource", "outcome"),
    [
        ("s3:GetObject", "*", EvalDecision.ALLOWED),
        ("IAM:CreateUser", "*", EvalDecision.NOT_ALLOWED),
        ("iam:PassRole", "*", EvalDecision.NOT_ALLOWED),
    ],
)
def test_not_action_allows_all_but_what_it_names(action, resource, outcome):
    statements = policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})

    assert evaluate(statements, action, resource, KNOWN).outcome is outcome


def test_not_resource_allows_all_but_what_it_names():
    statements = policy({"Effect": "Allow", "Action": "dynamodb:*", "NotResource": TABLE})

    assert not evaluate(statements, "dynamodb:GetItem", TABLE, KNOWN).allowed
    assert evaluate(statements, "dynamodb:GetItem", OTHER, KNOWN).allowed


def test_a_deny_of_not_action_leaves_only_what_it_names():
    statements = policy(allow("*"), {"Effect": "Deny", "NotAction": "dynamodb:*", "Resource": "*"})

    assert evaluate(statements, "dynamodb:GetItem", TABLE, KNOWN).allowed
    assert (
        evaluate(statements, "iam:PassRole", "*", KNOWN).outcome is EvalDecision.EXPLICITLY_DENIED
    )


def test_a_boundary_narrows_and_never_widens():
    boundary = policy(allow("dynamodb:GetItem", TABLE), allow("iam:*"))
    own = policy(allow("dynamodb:*", TABLE))

    def outcome(action):
        return evaluate(own, action, TABLE, KNOWN, limits=(boundary,)).outcome

    assert outcome("dynamodb:GetItem") is EvalDecision.ALLOWED
    assert outcome("dynamodb:PutItem") is EvalDecision.NOT_ALLOWED
    assert outcome("iam:GetRole") is EvalDecision.NOT_ALLOWED


@pytest.mark.parametrize(
    ("session", "outcome"),
    [
        (allow("dynamodb:GetItem"), EvalDecision.ALLOWED),
        (allow("iam:*"), EvalDecision.NOT_ALLOWED),
        (deny("dynamodb:GetItem"), EvalDecision.EXPLICITLY_DENIED),
    ],
)
def test_a_second_limit_narrows_like_the_first(session, outcome):
    boundary, own = policy(allow("*")), policy(allow("*"))
    limits = (boundary, policy(session))

    assert evaluate(own, "dynamodb:GetItem", TABLE, KNOWN, limits=limits).outcome is outcome


def test_the_reason_tells_a_boundary_from_a_missing_permission():
    boundary = policy(allow("s3:*"))

    narrowed = evaluate(policy(allow("dynamodb:*")), "dynamodb:GetItem", TABLE, KNOWN,
                        limits=(boundary,))  # fmt: skip
    absent = evaluate(policy(allow("s3:*")), "dynamodb:GetItem", TABLE, KNOWN)

    assert "boundary" in narrowed.reason.en
    assert "no statement allows the action" in absent.reason.en


def test_the_reason_names_the_limit_that_does_not_allow_it():
    limits = policy(allow("*")), parse({"Statement": allow("s3:*")}, "session")

    decided = evaluate(policy(allow("*")), "dynamodb:GetItem", TABLE, KNOWN, limits=limits)

    assert "session policy `session` does not" in decided.reason.en


@pytest.mark.parametrize(
    ("operator", "outcome"),
    [("DateGreaterThan", EvalDecision.NOT_ALLOWED), ("DateLessThan", EvalDecision.UNKNOWN)],
    ids=["not yet", "not for ever"],
)
def test_what_is_refused_now_is_refused_and_what_will_be_is_unknown(operator, outcome):
    new_year = {operator: {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    times = over_time({}, datetime(2026, 11, 25, tzinfo=UTC))

    decided = evaluate_from(policy(allow("s3:*", Condition=new_year)), "s3:GetObject", "*", times)

    assert decided.outcome is outcome


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("arn:aws:iam::123456789012:role/service-role/award", True),
        ("arn:aws:iam::123456789012:user/award", False),
        ("arn:aws:iam::210987654321:role/award", False),
        ("lambda.amazonaws.com", False),
    ],
)
def test_a_path_makes_no_other_role(other, same):
    assert is_same("arn:aws:iam::123456789012:role/award", other) is same
    assert not is_same("edgelambda.amazonaws.com", other)


def test_a_deny_in_a_session_policy_is_explicit_too():
    session = policy(allow("*"), deny("dynamodb:PutItem"))

    decision = evaluate(policy(allow("*")), "dynamodb:PutItem", TABLE, KNOWN, limits=(session,))

    assert decision.outcome is EvalDecision.EXPLICITLY_DENIED


def test_variables_are_literal_in_the_old_policy_version():
    old = policy(allow("s3:*", "arn:aws:s3:::${aws:username}/*"), version="2008-10-17")

    assert not evaluate(old, "s3:GetObject", "arn:aws:s3:::mika/a", KNOWN).allowed
    assert evaluate(old, "s3:GetObject", "arn:aws:s3:::${aws:username}/a", KNOWN).allowed
