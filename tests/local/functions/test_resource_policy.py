"""Who may invoke a function, by the policy on exactly that function, version or alias."""

import pytest

from aws.iam.statement import parse
from local.functions.deployed import permits

API = "arn:aws:execute-api:ap-northeast-1:111122223333:abc123"
FUNCTION = "arn:aws:lambda:ap-northeast-1:111122223333:function:award"
GATEWAY = "apigateway.amazonaws.com"


def statement(**changes):
    return {
        "Effect": "Allow",
        "Principal": {"Service": GATEWAY},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{FUNCTION}:live",
        "Condition": {"ArnLike": {"AWS:SourceArn": f"{API}/*/POST/stamps/award"}},
        **changes,
    }


def allows(*statements):
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)})
    return permits(policy, f"{FUNCTION}:live", GATEWAY, f"{API}/prod/POST/stamps/award")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Action": ["lambda:InvokeFunction", "lambda:GetFunction"]},
        {"Action": "lambda:*"},
        {"Principal": {"Service": ["events.amazonaws.com", GATEWAY]}},
        {"Principal": "*"},
        {"Condition": {}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
        {"Condition": {"StringLike": {"AWS:SourceArn": ["arn:aws:s3:::x", f"{API}/*"]}}},
    ],
)
def test_statement_that_covers_the_call_allows_it(changes):
    assert allows(statement(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Deny"},
        {"Action": "lambda:GetFunction"},
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Resource": FUNCTION},
        {"Resource": f"{FUNCTION}:other"},
        {"Condition": {"ArnLike": {"AWS:SourceArn": f"{API}/*/GET/*"}}},
        {"Condition": {"StringEquals": {"AWS:SourceAccount": "999988887777"}}},
        {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01"}}},
        {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
    ],
)
def test_statement_that_covers_another_call_does_not(changes):
    assert not allows(statement(**changes))


def test_no_statement_allows_nothing():
    assert not permits((), FUNCTION, GATEWAY, API)


def test_deny_beats_allow():
    assert not allows(statement(), statement(Effect="Deny"))


def test_permission_on_the_alias_counts_for_the_alias_alone(account, name):
    account.deploy(name, "def handler(event, context): return 1")
    account.publish(name)
    account.lambda_.add_permission(
        FunctionName=name,
        Qualifier="live",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal=GATEWAY,
        SourceArn=f"{API}/*/GET/stamps",
    )
    source = f"{API}/prod/GET/stamps"

    assert account.functions.allowed(account.arn(f"{name}:live"), GATEWAY, source)
    assert not account.functions.allowed(account.arn(name), GATEWAY, source)
    assert not account.functions.allowed(account.arn(f"{name}:live"), GATEWAY, f"{API}/x/POST/y")


def test_permission_that_is_taken_away_no_longer_counts(account, name):
    account.deploy(name, "def handler(event, context): return 1")
    account.lambda_.add_permission(
        FunctionName=name,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal=GATEWAY,
    )
    before = account.functions.allowed(account.arn(name), GATEWAY, API)
    account.lambda_.remove_permission(FunctionName=name, StatementId="api")

    assert (before, account.functions.allowed(account.arn(name), GATEWAY, API)) == (True, False)
