"""Who may act on what is ours: exact where policies say it, and fast in a large account."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
from policy_sentry.querying.arns import does_arn_match

from aws.access.assuming import PRINCIPAL, trusted_to_assume
from aws.access.callers import shows_images
from aws.access.principals import principals
from aws.access.reach import Targets, is_about, reach_of
from aws.access.targets import (
    BY_MEMBER,
    HARMLESS,
    INVOCATION,
    READS,
    changes,
    giving,
    members,
    stopping,
    targets_of,
)
from aws.iam.actions import actions_for, operation_names
from aws.kinds.key import Key
from aws.kinds.rest_api import NEVER, STAGE, WEB_ACL, RestApi, Stage
from aws.kinds.role import Details, PolicyDocument
from aws.ledger import Unplanned
from aws.reading import Scope
from aws.words import SILENCE
from tests.runbook.test_policy_sentry import formats

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
    bucket="rally-images",
    log_groups=("/aws/lambda/rally-award",),
)


APIS = {"rally-api": (RestApi(id="a1b2c3", name="rally-api", created=NEVER),)}
CERTIFICATE = f"arn:aws:acm:{HERE}:certificate/5e6f"


NOBODY = Details([], [], [], {})
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Read:
    """What the reading pass has of an account, as far as access asks."""

    found: Details = NOBODY
    functions: tuple[dict[str, str], ...] = ()
    scope: Scope = SCOPE
    now: datetime = NOW

    more: Mapping[str, Any] = field(default_factory=dict)

    def section(self, name):
        known = {"rest_apis": APIS, "certificates": {CERTIFICATE: None}, **self.more}
        return known.get(name, {})

    def source(self, read):
        return {
            "details": self.found,
            "policy_documents": self.found.documents,
            "listed": self.functions,
        }[read.__name__]


def trusting(name, *trusted, rights=(), policies=()):
    """Return a RoleDetail whose trust has these statements, with these rights."""
    statements = [{"Effect": "Allow", "Action": "sts:AssumeRole", **one} for one in trusted]
    inline = [{"PolicyName": "rights", "PolicyDocument": document(*rights)}] if rights else []
    return {
        "Arn": f"arn:aws:iam::{OWN}:role/{name}",
        "RoleName": name.rpartition("/")[2],
        "AssumeRolePolicyDocument": document(*statements),
        "AttachedManagedPolicies": [{"PolicyArn": policy} for policy in policies],
        "RolePolicyList": inline,
    }


def visitor(*rights, groups=()):
    """Return a UserDetail with these rights."""
    return {
        "Arn": f"arn:aws:iam::{OWN}:user/visitor",
        "GroupList": list(groups),
        "UserPolicyList": [{"PolicyName": "rights", "PolicyDocument": document(*rights)}],
    }


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def policy(name, *statements):
    return PolicyDocument(name=name, document=document(*statements))


ROOT = {"Principal": {"AWS": f"arn:aws:iam::{OWN}:root"}}
GITHUB = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
MACHINE = {"Principal": {"Service": "ec2.amazonaws.com"}}


def subject(pattern, operator="StringLike"):
    key = "token.actions.githubusercontent.com:sub"
    return {"Condition": {operator: {key: pattern}}}


@cache
def all_targets():
    return Targets((*targets_of(Read()), *giving(SCOPE)), NOW)


def allow(action, resource="*", effect="Allow", **more):
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def reached(*statements, limit=None):
    policies = [policy("rights", *statements)]
    boundary = None if limit is None else policy("limit", limit)
    return {
        (reach.kind, reach.action)
        for reach in reach_of(WHO, policies, boundary, targets=all_targets())
    }


def kinds(*statements, limit=None):
    return {kind for kind, _ in reached(*statements, limit=limit)}


def test_administrator_reaches_everything():
    everything = {"table", "secret", "function", INVOCATION, "topic", "role", "evidence"}
    everything |= {"API", "alarm", "log", "key", "bucket"}
    everything |= {"rights of roles", "rights of users", "rights of groups"}

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
        (allow("iam:AttachRolePolicy", f"arn:aws:iam::{OWN}:role/new-*"), "rights of roles"),
        (allow("iam:PutUserPolicy", f"arn:aws:iam::{OWN}:user/*"), "rights of users"),
        (allow("iam:PutGroupPolicy", f"arn:aws:iam::{OWN}:group/new"), "rights of groups"),
        (allow("apigateway:PATCH", "arn:aws:apigateway:ap-northeast-1::/restapis/a1b2c3/*"), "API"),
        (allow("apigateway:*", "arn:aws:apigateway:*::/domainnames/*"), "API"),
        (allow("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/*"), "API"),
        (allow("apigateway:PUT", "arn:aws:apigateway:*::/restapis/*/resources/*/methods/*/integration"), "API"),
        (allow("acm:ImportCertificate"), "API"),
        (allow("route53domains:UpdateDomainNameservers"), "API"),
        (allow("cloudwatch:PutMetricAlarm"), "alarm"),
        (allow("logs:PutRetentionPolicy", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/*"), "log"),
        (allow("logs:Delete*", "arn:aws:logs:*:*:log-group:*:*"), "log"),
        (allow("dynamodb:DeleteBackup", f"arn:aws:dynamodb:{HERE}:table/*/backup/*"), "table"),
        (allow("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:*:1"), INVOCATION),
        (allow("sns:Unsubscribe", f"arn:aws:sns:{HERE}:rally:*"), "topic"),
        (allow("s3:PutObject", "arn:aws:s3:::rally-im*/stamps/*"), "bucket"),
        (allow("cloudwatch:Disable*"), "alarm"),
        (allow("cloudwatch:PutAlarmMuteRule"), "alarm"),
        (allow("kms:ScheduleKeyDeletion"), "key"),
        (allow("s3:PutObject", "arn:aws:s3:::rally-evidence/*"), "evidence"),
        (allow("dynamodb:Scan", Condition={"StringEquals": {"aws:PrincipalTag/a": "b"}}), "table"),
        (allow("dynamodb:Scan", Condition={"Bool": {"aws:SecureTransport": "false"}}), "table"),
        (allow("dynamodb:Scan", Condition={"Null": {"aws:SecureTransport": "false"}}), "table"),
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
        (allow("dynamodb:*", Condition={"Null": {"aws:SecureTransport": "true"}}),),
        (allow("dynamodb:CreateTable"),),
        (allow("apigateway:GET"), allow("cloudwatch:Describe*"), allow("kms:Decrypt")),
        (allow("apigateway:*", "arn:aws:apigateway:ap-northeast-1::/restapis/zz99/*"),),
        (allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),),
        (allow("logs:DeleteLogGroup", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/orders:*"),),
        (allow("iam:*"), allow("iam:*", "*", "Deny")),
        (allow("iam:CreateRole", f"arn:aws:iam::{OWN}:role/new-*"),),
        (
            allow(
                "iam:PassRole",
                Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            ),
        ),
        (allow("s3:PutObject", "arn:aws:s3:::other/*"),),
        (allow("s3:PutBucket*", "arn:aws:s3:::rally-images/*"),),
        (allow("s3:PutObject", "arn:aws:s3:::rally-images"),),
        (allow("dynamodb:PutItem", f"{USERS}/*"),),
        (allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:rally-award:*"),),
        (allow("logs:PutAccountPolicy", f"arn:aws:logs:{HERE}:log-group:*"),),
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
        (({"NotPrincipal": {"AWS": OWN}},), ("everyone except a few",)),
        (({"Principal": {"Federated": GITHUB}},), (GITHUB,)),
        (({"Principal": {"Federated": GITHUB}, **subject("repo:rally/*")},), ()),
        (({"Principal": {"Federated": GITHUB}, **subject("*")},), (GITHUB,)),
        (({"Principal": {"Federated": GITHUB}, **subject("repo:*/rally:*")},), (GITHUB,)),
        (({"Principal": {"Federated": GITHUB}, **subject("repo:rally*")},), (GITHUB,)),
        (({"Principal": {"Federated": GITHUB}, **subject("x", "StringNotLike")},), (GITHUB,)),
        (
            ({"Principal": {"Federated": GITHUB}, **subject("x", "ForAllValues:StringLike")},),
            (GITHUB,),
        ),
        (
            ({"Principal": {"Federated": GITHUB}, **subject("x", "StringEqualsIfExists")},),
            (GITHUB,),
        ),
        (
            ({"Principal": {"AWS": f"arn:aws:sts::{OWN}:assumed-role/ci/run"}},),
            (f"arn:aws:iam::{OWN}:role/ci",),
        ),
        (({"Principal": {"Federated": f"arn:aws:iam::{OWN}:saml-provider/office"}},), ()),
        (({**ROOT, "Principal": {"AWS": "999988887777"}, "Effect": "Deny"},), ()),
    ],
)
def test_role_of_people_is_taken_by_whom_its_trust_alone_lets_in(trusted, expected):
    assert tuple(who for who, _ in trusted_to_assume(trusting("admins", *trusted), OWN)) == expected


def test_boundary_takes_away_what_it_does_not_allow():
    assert kinds(allow("*"), limit=allow("dynamodb:*")) == {"table"}


@pytest.mark.parametrize(("hours", "found"), [(-1, 1), (1, 0)])
def test_right_ends_by_the_clock_of_the_reading_not_the_machines(hours, found):
    until = {"DateLessThan": {"aws:CurrentTime": NOW.isoformat()}}
    rights = [policy("rights", allow("dynamodb:PutItem", USERS, Condition=until))]
    targets = Targets(targets_of(Read()), NOW + timedelta(hours=hours))

    assert len(reach_of(WHO, rights, None, targets=targets)) == found


IMAGES = "arn:aws:s3:::rally-images/"


@pytest.mark.parametrize(
    ("excepted", "found"),
    [
        ([USERS, f"{IMAGES}*"], set()),
        (["arn:aws:*"], set()),
        ([f"{USERS}-old", f"{IMAGES}*"], {"table"}),
        ([USERS, IMAGES, f"{IMAGES}?"], {"bucket"}),
    ],
)
def test_statement_about_all_but_some_reaches_the_rest(excepted, found):
    actions = ["dynamodb:PutItem", "s3:PutObject"]

    assert (
        kinds({"Effect": "Allow", "Action": actions, "NotResource": excepted}) - {"evidence"}
        == found
    )


def test_change_is_named_before_a_read():
    found = dict(reached(allow(["dynamodb:GetItem", "dynamodb:PutItem"], USERS)))

    assert found == {"table": "dynamodb:PutItem"}


@pytest.mark.parametrize(
    ("action", "resource", "named"),
    [
        ("s3:*", "arn:aws:s3:::*-images/*", "s3:DeleteObject"),
        ("dynamodb:*", f"{USERS}/backup/*", "dynamodb:DeleteBackup"),
        ("dynamodb:Q*", f"{USERS}/index/*", "dynamodb:Query"),
        ("logs:DeleteLog*", f"arn:aws:logs:{HERE}:log-group:*:log-stream:*", "logs:DeleteLogGroup"),
        ("cloudwatch:*", f"arn:aws:cloudwatch:{HERE}:alarm-mute-rule:*", "cloudwatch:PutAlarmMuteRule"),
    ],
)  # fmt: skip
def test_action_is_named_that_aws_asks_for_with_such_an_arn(action, resource, named):
    assert named in {named for _, named in reached(allow(action, resource))}


def test_what_is_about_a_part_is_as_aws_documents_it():
    documented = {
        (action, part): {does_arn_match(part, arn) for arn in formats(action) if arn != "*"}
        for target in all_targets().all
        if target.kind in {"bucket", "table"}
        for action in target.actions
        for part in target.arns
    }

    known = {pair: True in matches for pair, matches in documented.items() if matches}
    assert {pair: is_about(*pair) for pair in known} == known


def test_what_it_depends_on_is_told_unless_another_statement_surely_allows_it():
    tagged = allow("dynamodb:Scan", USERS, Condition={"StringEquals": {"aws:ResourceTag/a": "b"}})

    (perhaps,) = reach_of(WHO, [policy("rights", tagged)], None, targets=all_targets())
    both = [policy("rights", tagged, allow("dynamodb:GetItem", USERS))]
    (surely,) = reach_of(WHO, both, None, targets=all_targets())

    assert perhaps.provided.en == (
        "the value of aws:ResourceTag/a is not known (condition: StringEquals aws:ResourceTag/a = b)"
    )
    assert (surely.action, surely.provided) == ("dynamodb:GetItem", SILENCE)


def test_two_statements_may_grant_the_same():
    """Neither comes before the other: their words have no order."""
    twice = [allow("dynamodb:PutItem", one) for one in ("*", USERS)]

    assert reached(*twice) == {("table", "dynamodb:PutItem")}


SCAN = allow("dynamodb:Scan", USERS)
ROLE = f"arn:aws:iam::{OWN}:role"
SAML = {"Principal": {"Federated": f"arn:aws:iam::{OWN}:saml-provider/office"}}


def acting_beside(powerful, *others, groups=(), functions=(), documents=()):
    """Return who acts, and by what, where somebody else may scan a table."""
    roles = [other for other in (powerful, *others) if "RoleName" in other]
    users = [other for other in (powerful, *others) if "RoleName" not in other]
    found = Details(roles, users, list(groups), dict(documents))
    acting = principals(Read(found, functions))
    return {
        arn.rpartition("/")[2]: {(r.kind, r.action) for r in principal.reach}
        for arn, principal in acting.items()
    }


@pytest.mark.parametrize(
    ("trusted", "taken"),
    [
        (ROOT, allow("sts:AssumeRole", f"{ROLE}/analyst")),
        (MACHINE, allow("iam:PassRole", f"{ROLE}/analyst")),
        (MACHINE, allow("ssm:SendCommand", f"arn:aws:ec2:{HERE}:instance/*")),
        (MACHINE, allow("ssm:CreateAssociation", f"arn:aws:ec2:{HERE}:instance/*")),
        (MACHINE, allow("ec2:ModifyInstanceAttribute", f"arn:aws:ec2:{HERE}:instance/*")),
        (MACHINE, allow("codedeploy:CreateDeployment")),
        ({"Principal": {"Service": "ecs-tasks.amazonaws.com"}}, allow("batch:SubmitJob")),
        ({"Principal": {"Service": "glue.amazonaws.com"}}, allow("glue:RunStatement")),
        ({"Principal": {"Service": "cloudformation.amazonaws.com"}}, allow("cloudformation:CreateStackInstances")),
        (ROOT, allow("iam:UpdateAssumeRolePolicy", f"{ROLE}/ana*")),
        ({"Principal": {"Service": "cloudformation.amazonaws.com"}}, allow("cloudformation:UpdateStack")),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:ana*")),
        (SAML, allow("iam:UpdateSAMLProvider")),
    ],
)  # fmt: skip
def test_whoever_takes_the_rights_of_somebody_that_acts_acts_as_well(trusted, taken):
    under = {"FunctionArn": f"arn:aws:lambda:{HERE}:function:analysis:7", "Role": f"{ROLE}/analyst"}
    analyst = trusting("analyst", trusted, rights=[SCAN])

    acting = acting_beside(analyst, visitor(taken), functions=(under,))

    assert acting == {
        "analyst": {("table", "dynamodb:Scan")},
        "visitor": {(PRINCIPAL, taken["Action"])},
    }


@pytest.mark.parametrize(
    ("trusted", "other"),
    [
        (MACHINE, allow("sts:AssumeRole", f"{ROLE}/analyst")),
        (ROOT, allow("iam:PassRole", f"{ROLE}/analyst")),
        (MACHINE, allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}})),
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:orders")),
        (ROOT, allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], f"arn:aws:iam::{OWN}:user/${{aws:username}}")),
    ],
)  # fmt: skip
def test_whoever_does_not_take_them_does_not(trusted, other):
    assert [*acting_beside(trusting("analyst", trusted, rights=[SCAN]), visitor(other))] == [
        "analyst"
    ]


def test_chain_is_followed_to_its_beginning():
    first = allow("sts:AssumeRole", f"{ROLE}/second")
    second = trusting("second", ROOT, rights=[allow("sts:AssumeRole", f"{ROLE}/analyst")])

    acting = acting_beside(trusting("analyst", ROOT, rights=[SCAN]), second, visitor(first))

    assert {*acting} == {"analyst", "second", "visitor"}


@pytest.mark.parametrize(
    ("condition", "taken"),
    [
        ({}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:user/another"}}, False),
    ],
)
def test_role_that_names_somebody_in_its_trust_is_taken_by_that_one(condition, taken):
    named = {"Principal": {"AWS": f"arn:aws:iam::{OWN}:user/visitor"}, "Condition": condition}

    acting = acting_beside(trusting("analyst", named, rights=[SCAN]), visitor(allow("s3:List*")))

    assert acting.get("visitor") == ({(PRINCIPAL, "sts:AssumeRole")} if taken else None)


def test_whoever_puts_somebody_into_a_group_takes_its_rights():
    rights = [{"PolicyName": "rights", "PolicyDocument": document(SCAN)}]
    group = {
        "Arn": f"arn:aws:iam::{OWN}:group/analysts",
        "GroupName": "analysts",
        "GroupPolicyList": rights,
    }
    joins = visitor(allow("iam:AddUserToGroup", f"arn:aws:iam::{OWN}:group/*"))

    assert acting_beside(joins, groups=[group]) == {"visitor": {(PRINCIPAL, "iam:AddUserToGroup")}}


def test_whoever_rewrites_a_policy_that_somebody_has_acts():
    policy = f"arn:aws:iam::{OWN}:policy/orders"
    orders = trusting("orders", MACHINE, policies=[policy])
    rewrites = visitor(allow("iam:CreatePolicyVersion", policy))

    acting = acting_beside(orders, rewrites, documents=[(policy, document(allow("s3:List*")))])

    assert acting == {"visitor": {("rights of policies", "iam:CreatePolicyVersion")}}


def test_role_that_a_service_made_for_itself_is_no_other_hand_with_its_own_policy_alone():
    own = "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"
    name, documents = (
        "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
        [(own, document(SCAN))],
    )

    linked = acting_beside(trusting(name, MACHINE, policies=[own]), documents=documents)
    widened = acting_beside(
        trusting(name, MACHINE, rights=[SCAN], policies=[own]), documents=documents
    )

    assert (linked, [*widened]) == ({}, ["AWSServiceRoleForBackup"])


def test_deny_of_one_part_leaves_the_others():
    everything_else = allow("s3:PutObject", "arn:aws:s3:::rally-images/a*", "Deny")

    assert kinds(allow("s3:PutObject"), everything_else) == {"bucket", "evidence"}


def test_boundary_of_a_part_leaves_that_part():
    limit = allow("s3:*", "arn:aws:s3:::rally-images/stamps/*")

    assert kinds(allow("s3:PutObject"), limit=limit) == {"bucket"}


@pytest.mark.parametrize("service", BY_MEMBER)
def test_what_is_called_harmless_is_an_action_that_names_such_a_resource(service):
    named = {
        action
        for operation in operation_names(service)
        if not operation.startswith(READS) and BY_MEMBER[service] & members(service, operation)
        for action in actions_for(service, operation)
    }
    harmless = {
        name
        for some in HARMLESS.values()
        for name in some.split()
        if name.startswith(f"{actions_for(service, 'x')[0][:-1]}")
    }

    assert harmless <= named
    assert {*changes(service)} >= named - harmless


def test_a_policy_that_many_principals_share_is_worked_out_once():
    """A managed policy hangs on hundreds of roles of an account."""
    targets = Targets(targets_of(Read(scope=SCOPE)), NOW)
    rights = allow(["logs:*", "xray:Put*"]), allow("s3:Get*", "arn:aws:s3:::x/*")
    first = targets.granted(policy("AWSLambdaBasicExecutionRole", *rights))

    assert first
    assert targets.granted(policy("AWSLambdaBasicExecutionRole", *rights)) is first


ACL = f"arn:aws:wafv2:{HERE}:regional/webacl/geo/1a2b"
BEHIND = Stage(
    name="prod",
    deployment_id="d1",
    unplanned=(
        Unplanned(
            kind=STAGE.words,
            name="prod",
            fact=WEB_ACL,
            found=ACL,
            call="apigateway:GetStages",
            values=(ACL,),
        ),
    ),
)


def stopped(statement, **more):
    """Return what a policy of one statement lets somebody stop: (kind, name, action)."""
    targets = Targets(stopping(Read(more=more)), NOW)
    found = reach_of(WHO, [policy("rights", statement)], None, targets=targets)
    return [(reach.kind, reach.name, reach.action) for reach in found]


def scaled(billing):
    return {"tables": {"Users-prod": SimpleNamespace(billing_mode=billing, indexes=())}}


def test_scaling_stops_a_table_that_is_not_on_demand():
    rights = allow("application-autoscaling:Put*")
    found = stopped(rights, **scaled("PROVISIONED"))

    assert [one[:2] for one in found] == [("table", "Users-prod")]
    assert stopped(rights, **scaled("PAY_PER_REQUEST")) == []
    assert stopped(allow("application-autoscaling:Describe*"), **scaled("PROVISIONED")) == []


@pytest.mark.parametrize(
    "statement",
    [
        allow("wafv2:*"),
        allow("wafv2:UpdateWebACL", ACL),
        allow("wafv2:UpdateIPSet", f"arn:aws:wafv2:{HERE}:regional/ipset/*"),
    ],
)
def test_rules_of_the_web_acl_in_front_of_the_stage_stop_the_api(statement):
    assert [one[:2] for one in stopped(statement, stages={"prod": BEHIND})] == [
        ("API", "rally-api")
    ]


@pytest.mark.parametrize(
    "statement",
    [
        allow("wafv2:GetWebACL"),
        allow("wafv2:UpdateWebACL", f"arn:aws:wafv2:{HERE}:regional/webacl/other/9"),
    ],
)
def test_reading_it_or_changing_another_web_acl_stops_nobody(statement):
    assert stopped(statement, stages={"prod": BEHIND}) == []


def test_web_acls_of_others_are_nothing_to_a_stage_without_one():
    bare = replace(BEHIND, unplanned=())

    assert stopped(allow("wafv2:*"), stages={"prod": bare}) == []


COPIED = {
    "secrets": {
        "rally/token": SimpleNamespace(
            arn=f"arn:aws:secretsmanager:{HERE}:secret:rally/token-AbCdEf", replicas=("eu-west-1",)
        )
    },
    "tables": {
        "Users-prod": SimpleNamespace(
            billing_mode="PAY_PER_REQUEST", indexes=(), replicas=("ap-northeast-1", "eu-west-1")
        )
    },
}


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (
            allow(
                "secretsmanager:GetSecretValue",
                f"arn:aws:secretsmanager:eu-west-1:{OWN}:secret:rally/token-*",
            ),
            "secret",
        ),
        (allow("dynamodb:Scan", f"arn:aws:dynamodb:eu-west-1:{OWN}:table/Users-prod"), "table"),
    ],
)
def test_whoever_reads_a_copy_in_another_region_reads_ours(statement, kind):
    targets = Targets(targets_of(Read(more=COPIED)), NOW)
    found = reach_of(WHO, [policy("rights", statement)], None, targets=targets)

    assert [difference.kind for difference in found] == [kind]
    assert reached(statement) == set()  # without a copy there is nothing to read


@pytest.mark.parametrize("action", ["UpdateAssumeRolePolicy", "DetachRolePolicy", "PassRole"])
def test_a_role_of_ours_is_reached_by_the_path_that_it_has(action):
    own = f"arn:aws:iam::{OWN}:role/service-role/rally-award-role"
    made_by_the_console = {"roles": {"rally-award-role": SimpleNamespace(arn=own)}}
    rights = allow(f"iam:{action}", f"arn:aws:iam::{OWN}:role/service-role/*")
    targets = Targets(targets_of(Read(more=made_by_the_console)), NOW)
    (found,) = reach_of(WHO, [policy("rights", rights)], None, targets=targets)

    assert (found.kind, found.name) == ("role", "rally-award-role")
    assert reached(rights) == set()  # a role without a path is another one to IAM


IMAGES_KEY = f"arn:aws:kms:{HERE}:key/images"
CDN = {"Service": "cloudfront.amazonaws.com"}
IDENTITY = {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL"}
DISTRIBUTION = f"arn:aws:cloudfront::{OWN}:distribution/"


def for_cdn(action, principal, source=""):
    about = {"Condition": {"ArnLike": {"aws:SourceArn": source}}} if source else {}
    allow = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **about}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


@pytest.mark.parametrize(
    ("reads", "decrypts", "shown"),
    [
        ((CDN, f"{DISTRIBUTION}E1"), (CDN, f"{DISTRIBUTION}E1"), True),
        ((CDN, f"{DISTRIBUTION}E1"), (CDN, f"{DISTRIBUTION}*"), True),
        ((CDN, f"{DISTRIBUTION}E1"), (CDN,), True),
        ((CDN, f"{DISTRIBUTION}*"), (CDN, f"{DISTRIBUTION}E1"), True),
        ((CDN,), (CDN, f"{DISTRIBUTION}E1"), True),
        ((CDN, [f"{DISTRIBUTION}E1", f"{DISTRIBUTION}E2"]), (CDN, f"{DISTRIBUTION}E1"), False),
        ((CDN, "E1"), (CDN, f"{DISTRIBUTION}E1"), True),
        ((IDENTITY,), (IDENTITY,), False),
        ((IDENTITY,), (CDN,), False),
    ],
)
def test_cdn_shows_images_under_a_key_that_allows_each_distribution_and_to_no_identity(
    reads, decrypts, shown
):
    policy = for_cdn("kms:Decrypt", *decrypts)
    key = Key(arn=IMAGES_KEY, state="Enabled", manager="CUSTOMER", policy=policy)

    assert shows_images(key, for_cdn("s3:GetObject", *reads), datetime.now(UTC)) is shown
