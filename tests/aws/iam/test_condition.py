"""Conditions hold, fail, or stay unknown."""

import pytest

from aws.iam.condition import Unknown, context, holds
from aws.iam.statement import parse

KNOWN = context(
    {
        "aws:RequestedRegion": "ap-northeast-1",
        "aws:SourceIp": "10.0.3.7",
        "aws:SecureTransport": "true",
        "aws:CurrentTime": "2026-11-25T00:00:00Z",
        "aws:SourceArn": "arn:aws:execute-api:ap-northeast-1:123456789012:abc/prod/GET/stamps",
        "s3:max-keys": "10",
        "aws:TagKeys": ("Environment", "Project"),
        "aws:MultiFactorAuthPresent": (),
    }
)


def condition(operator, key, values):
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {operator: {key: values}},
    }
    return parse({"Statement": statement})[0].conditions[0]


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("StringEquals", "aws:RequestedRegion", "ap-northeast-1", True),
        ("StringEquals", "AWS:requestedregion", ["us-east-1", "ap-northeast-1"], True),
        ("StringEquals", "aws:RequestedRegion", "AP-NORTHEAST-1", False),
        ("StringEqualsIgnoreCase", "aws:RequestedRegion", "AP-NORTHEAST-1", True),
        ("StringNotEquals", "aws:RequestedRegion", ["us-east-1", "ap-northeast-1"], False),
        ("StringNotEquals", "aws:RequestedRegion", ["us-east-1", "us-west-2"], True),
        ("StringNotEqualsIgnoreCase", "aws:RequestedRegion", "AP-northeast-1", False),
        ("StringLike", "aws:RequestedRegion", "ap-*", True),
        ("StringNotLike", "aws:RequestedRegion", "ap-*", False),
        ("NumericLessThanEquals", "s3:max-keys", "10", True),
        ("NumericLessThan", "s3:max-keys", 10, False),
        ("NumericEquals", "s3:max-keys", "10.0", True),
        ("NumericNotEquals", "s3:max-keys", "10", False),
        ("NumericGreaterThan", "s3:max-keys", "9", True),
        ("NumericGreaterThanEquals", "s3:max-keys", "11", False),
        ("DateLessThan", "aws:CurrentTime", "2026-12-31T23:59:59Z", True),
        ("DateGreaterThan", "aws:CurrentTime", "1800000000", False),
        ("DateEquals", "aws:CurrentTime", "2026-11-25T09:00:00+09:00", True),
        ("DateNotEquals", "aws:CurrentTime", "2026-11-25", False),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/16", True),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/16", False),
        ("ArnLike", "aws:SourceArn", "arn:aws:execute-api:*:*:abc/*/GET/*", True),
        ("ArnEquals", "aws:SourceArn", "arn:aws:execute-api:*:*:def/*", False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:execute-api:*:*:def/*", True),
        ("Null", "aws:MultiFactorAuthPresent", "true", True),
        ("Null", "aws:MultiFactorAuthPresent", "false", False),
        ("Null", "aws:SourceIp", "false", True),
        ("Null", "aws:MultiFactorAuthPresent", "True", True),
        ("Null", "aws:SourceIp", "TRUE", False),
        ("Bool", "aws:MultiFactorAuthPresent", "true", False),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", "true", True),
        ("StringNotEquals", "aws:MultiFactorAuthPresent", "true", True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["Environment", "Project", "x"], True),
        ("ForAllValues:StringEquals", "aws:TagKeys", ["Environment"], False),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["Environment"], True),
        ("ForAnyValue:StringEquals", "aws:TagKeys", ["Owner"], False),
        ("ForAnyValue:StringNotEquals", "aws:TagKeys", ["Environment"], True),
        ("ForAllValues:StringNotEquals", "aws:TagKeys", ["Environment"], False),
        ("ForAllValues:StringEquals", "aws:MultiFactorAuthPresent", "x", True),
        ("ForAnyValue:StringEquals", "aws:MultiFactorAuthPresent", "x", False),
    ],
)
def test_condition_is_judged(operator, key, values, expected):
    assert holds(condition(operator, key, values), KNOWN) is expected


@pytest.mark.parametrize(
    ("operator", "key", "values", "why"),
    [
        ("StringEquals", "aws:PrincipalOrgID", "o-1", "the value of aws:PrincipalOrgID"),
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1", "the value of aws:PrincipalOrgID"),
        ("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1", "the value of aws:PrincipalOrgID"),
        ("Null", "aws:PrincipalOrgID", "true", "the value of aws:PrincipalOrgID"),
        ("StringSoundsLike", "aws:SourceIp", "ten", "operator StringSoundsLike"),
        ("NumericLessThan", "aws:RequestedRegion", "5", "cannot compare"),
        ("IpAddress", "aws:RequestedRegion", "10.0.0.0/8", "cannot compare"),
        ("StringEquals", "aws:TagKeys", "Environment", "no quantifier"),
        ("StringEquals", "aws:SourceIp", "${aws:username}", "variable"),
        ("StringEquals", "dynamodb:EnclosingOperation", "ExecuteTransaction", "Enclosing"),
    ],
)
def test_what_cannot_be_judged_is_unknown_with_its_reason(operator, key, values, why):
    answer = holds(condition(operator, key, values), KNOWN)

    assert isinstance(answer, Unknown)
    assert why in answer.reason.en
