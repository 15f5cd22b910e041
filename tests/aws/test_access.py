"""Who may act on what is ours: exact where policies say it, and fast in a large account."""

import json
import time
from dataclasses import replace

import pytest

from aws.access import reach_of
from aws.assuming import takers
from aws.granted import Targets
from aws.reading import Scope
from aws.rest_api import NEVER, RestApi
from aws.role import Details
from aws.targets import ADMINISTRATOR, INVOCATION, targets_of
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
    api="rally-api",
    stage="prod",
    domain="api.rally.example.jp",
    hosted_zone="Z0123",
    keys=(f"arn:aws:kms:{HERE}:key/1a2b",),
    administrators=(f"arn:aws:iam::{OWN}:role/admin*", f"arn:aws:iam::{OWN}:user/boss"),
)


NOBODY = Details([], [], [], {})
APIS = {"rally-api": (RestApi(id="a1b2c3", name="rally-api", created=NEVER),)}


def trusting(name, *trusted, policies=()):
    """Return a RoleDetail whose trust has these statements."""
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", **one} for one in trusted]
    return {
        "Arn": f"arn:aws:iam::{OWN}:role/{name}",
        "RoleName": name,
        "AssumeRolePolicyDocument": document(*statements),
        "AttachedManagedPolicies": [{"PolicyArn": one} for one in policies],
    }


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


ROOT = {"Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
MACHINE = {"Principal": {"Service": "ec2.amazonaws.com"}}


def subject(pattern):
    key = "token.actions.githubusercontent.com:sub"
    return {"Condition": {"StringLike": {key: pattern}}}


OURS = f"arn:aws:iam::{OWN}:policy/rally-award"
PEOPLE = Details(
    roles=[
        trusting("admins", ROOT),
        trusting("admin-machine", MACHINE),
        trusting("rally-award-role", policies=[OURS]),
        trusting("other", ROOT, policies=[f"arn:aws:iam::{OWN}:policy/other"]),
    ],
    users=[{"Arn": f"arn:aws:iam::{OWN}:user/boss"}],
    groups=[],
    documents={},
)
TARGETS = Targets(targets_of(SCOPE, {}, APIS, PEOPLE))


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
    everything |= {"API", "alarm", "key", "policy", ADMINISTRATOR}

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
        (allow("iam:Pass*", f"arn:aws:iam::{OWN}:role/rally-*"), "role"),
        (allow("iam:Pass*", f"arn:aws:iam::{OWN}:role/admin-*"), ADMINISTRATOR),
        (allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/admins"), ADMINISTRATOR),
        (allow("iam:CreateAccessKey"), ADMINISTRATOR),
        (allow("iam:CreatePolicyVersion"), "policy"),
        (allow("apigateway:PATCH", "arn:aws:apigateway:ap-northeast-1::/restapis/a1b2c3/*"), "API"),
        (allow("apigateway:*", "arn:aws:apigateway:*::/domainnames/*"), "API"),
        (allow("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/*"), "API"),
        (allow("cloudwatch:Disable*"), "alarm"),
        (allow("cloudwatch:PutAlarmMuteRule"), "alarm"),
        (allow("kms:ScheduleKeyDeletion"), "key"),
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
        (allow("apigateway:GET"), allow("cloudwatch:Describe*"), allow("kms:Decrypt")),
        (allow("apigateway:*", "arn:aws:apigateway:ap-northeast-1::/restapis/zz99/*"),),
        (allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/other"),),
        (allow("sts:AssumeRole", f"arn:aws:iam::{OWN}:role/admin-machine"),),
        (allow("iam:PassRole", f"arn:aws:iam::{OWN}:role/admins"),),
        (allow("iam:CreatePolicyVersion", f"arn:aws:iam::{OWN}:policy/other"),),
        (allow("s3:PutObject", "arn:aws:s3:::other/*"),),
        (allow("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:dev/*"),),
    ],
)
def test_other_rights_reach_nothing(statements):
    assert kinds(*statements) == set()


@pytest.mark.parametrize(
    ("trusted", "expected"),
    [
        ((ROOT, MACHINE), ()),
        (({"Principal": "*"},), ("*",)),
        (({"Principal": {"AWS": "999988887777"}},), ("999988887777",)),
        (({"NotPrincipal": {"AWS": OWN}},), ("all but a few",)),
        (({"Principal": {"Federated": GITHUB}},), (GITHUB,)),
        (({"Principal": {"Federated": GITHUB}, **subject("repo:rally/*")},), ()),
        (({"Principal": {"Federated": GITHUB}, **subject("*")},), (GITHUB,)),
        (({"Principal": {"Federated": f"arn:aws:iam::{OWN}:saml-provider/office"}},), ()),
        (({**ROOT, "Principal": {"AWS": "999988887777"}, "Effect": "Deny"},), ()),
    ],
)
def test_role_of_people_is_taken_by_whom_its_trust_alone_lets_in(trusted, expected):
    assert takers(trusting("admins", *trusted), OWN) == expected


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
    targets = Targets(targets_of(replace(SCOPE, functions=functions), {}, {}, NOBODY))
    shared = document(allow(["logs:*", "xray:Put*"]), allow("s3:Get*", "arn:aws:s3:::x/*"))

    begun = time.process_time()
    for n in range(500):
        own = document(allow(["dynamodb:GetItem"], f"arn:aws:dynamodb:{HERE}:table/Orders-{n}"))
        policies = [("AWSLambdaBasicExecutionRole", shared), ("own", own)]
        reach_of(f"arn:aws:iam::{OWN}:role/r{n}", policies, None, targets=targets)

    assert time.process_time() - begun < 1
