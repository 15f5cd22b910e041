"""Rights that are withheld under a condition, granted to somebody by a detour, or given away by a policy of the resource."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import access
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.changes.makers import (
    ACCOUNT,
    HERE,
    PRINCIPALS,
    ROLES,
    between,
    may,
    more_rights,
    table_policy,
    user,
)
from tests.foreign.hand import identity

POLICIES, CALLED = ["table_policies"], ["function_policies"]
NOTIFY = identity.NOTIFY
OURS = f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod"
LAMBDA = {
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
IN_ORGANIZATION = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
PEOPLE_OF_OTHERS = {
    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}
EVERYBODY = {"AWS": "*"}
Statement = dict[str, Any]


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def only_if(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def denied(function: str, **statement: Any) -> Kept:
    """Deny the role of a function something, in an inline policy of its own."""
    named = {"RoleName": f"stamp-rally-prod-{function}-role", "PolicyName": "for-now"}
    whole = document({"Effect": "Deny", **statement})
    return between(
        lambda c: c("iam").put_role_policy(**named, PolicyDocument=whole),
        lambda c: c("iam").delete_role_policy(**named),
    )


def rewritten(edit: Callable[[list[Statement]], object]) -> Kept:
    """Edit what the policy of award's role says: tables first, then notify."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam, named = (
            client("iam"),
            {"RoleName": "stamp-rally-prod-award-role", "PolicyName": "award"},
        )
        before = iam.get_role_policy(**named)["PolicyDocument"]
        after = json.loads(json.dumps(before))
        edit(after["Statement"])
        iam.put_role_policy(**named, PolicyDocument=json.dumps(after))
        yield
        iam.put_role_policy(**named, PolicyDocument=json.dumps(before))

    return kept


def tables_only(operator: str, key: str, value: Any) -> Kept:
    return rewritten(lambda one: one[0].update(only_if(operator, key, value)))


def tables_named(old: str, new: str) -> Kept:
    return rewritten(
        lambda one: one[0].update(Resource=[arn.replace(old, new) for arn in one[0]["Resource"]])
    )


def trusting(*statements: Statement) -> Kept:
    """Let the trust of award's role be this."""
    named = {"RoleName": "stamp-rally-prod-award-role"}
    return between(
        lambda c: c("iam").update_assume_role_policy(**named, PolicyDocument=document(*statements)),
        lambda c: c("iam").update_assume_role_policy(**named, PolicyDocument=document(LAMBDA)),
    )


def refused_to(**condition: Any) -> Statement:
    """Return what denies the role to everybody who meets a condition."""
    return {**LAMBDA, "Effect": "Deny", "Principal": "*", **condition}


def refusing(function: str, principal: Any, **more: Any) -> Kept:
    """Add a deny to the policy of a function's alias."""
    arn = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-{function}:live"
    deny = {"Effect": "Deny", "Principal": principal, "Action": "lambda:InvokeFunction"}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        functions = client("lambda")
        try:
            before = json.loads(functions.get_policy(FunctionName=arn)["Policy"])["Statement"]
        except functions.exceptions.ResourceNotFoundException:
            before = []  # only award's role calls notify, by its own policies
        whole = document(*before, {**deny, "Resource": arn, **more})
        functions.put_resource_policy(ResourceArn=arn, Policy=whole)
        yield
        functions.put_resource_policy(ResourceArn=arn, Policy=document(*before))

    return kept


def role_of(principal: Any, *rights: Statement, name: str = "other-team", **trust: Any) -> Kept:
    """Let there be a role with these rights, which somebody may assume."""
    named = {"RoleName": name}
    whole = document(
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **trust}
    )

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam, policy = client("iam"), {**named, "PolicyName": "rights"}
        iam.create_role(**named, AssumeRolePolicyDocument=whole)
        iam.put_role_policy(**policy, PolicyDocument=document(*rights))
        yield
        iam.delete_role_policy(**policy)
        iam.delete_role(**named)

    return kept


def administrator(principal: Any, **trust: Any) -> Kept:
    return role_of(principal, may("*", "*"), name="administrator", **trust)


def may_change(*actions: str) -> tuple[tuple[str, str, list[str], Kept], ...]:
    return tuple(
        (f"user has {action}", "SEC-24", PRINCIPALS, user(may(action, "*"))) for action in actions
    )


def writes_stamps(
    name: str, operator: str, key: str, value: Any
) -> tuple[str, str, list[str], Kept]:
    statement = may("dynamodb:PutItem", identity.USER_STAMPS, **only_if(operator, key, value))
    return (f"user writes stamps {name}", "SEC-24", PRINCIPALS, user(statement))


WRITES = may("dynamodb:PutItem", identity.USER_STAMPS)
STARRED = "arn:aws:dynamodb:ap-northeast-?:444455556666:table/U????-prod"
# Of the rows, those behind a ``<`` only follow.
HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("auth may use no key", "SEC-13", ROLES, denied("auth", Action="kms:*", Resource="*")),
    ("auth may use keys for another Region's secrets", "SEC-13", ROLES, denied("auth", Action="kms:Decrypt", Resource="*", **only_if("StringNotEquals", "kms:ViaService", "secretsmanager.us-east-1.amazonaws.com"))),
    ("award may not call notify", "SEC-13", ROLES, denied("award", Action="lambda:InvokeFunction", Resource=f"{NOTIFY}:*")),
    ("award may call another version of notify", "SEC-13", ROLES, rewritten(lambda one: one[1].update(Resource=[NOTIFY]))),
    ("award may do nothing in this Region", "SEC-13", ROLES, denied("award", Action="*", Resource="*", **only_if("StringNotEquals", "aws:RequestedRegion", "us-east-1"))),
    ("award may do nothing but write logs", "SEC-13", ROLES, denied("award", NotAction="logs:*", Resource="*")),
    ("award may use the table of orders alone", "SEC-13", ROLES, denied("award", Action="dynamodb:*", NotResource=f"arn:aws:dynamodb:{HERE}:table/Orders")),
    ("award needs a second factor", "SEC-13", ROLES, denied("award", Action="dynamodb:PutItem", Resource="*", **only_if("BoolIfExists", "aws:MultiFactorAuthPresent", "false"))),
    ("award may need a second factor", "SEC-13", ROLES, denied("award", Action="dynamodb:PutItem", Resource="*", **only_if("Bool", "aws:MultiFactorAuthPresent", "false"))),
    ("award is denied as another function", "SEC-13", ROLES, denied("award", Action="dynamodb:*", Resource="*", **only_if("ArnNotEquals", "lambda:SourceFunctionArn", NOTIFY))),
    ("award writes no logs", "SEC-13", ROLES, denied("award", Action="logs:PutLogEvents", Resource="*")),
    ("auth may read its secret without TLS alone", "SEC-13", ROLES, denied("auth", Action="secretsmanager:GetSecretValue", Resource="*", **only_if("Bool", "aws:SecureTransport", "true"))),
    ("auth may read its secret from a network alone", "SEC-13", ROLES, denied("auth", Action="secretsmanager:*", Resource="*", **only_if("StringNotEquals", "aws:SourceVpce", "vpce-1"))),
    ("award may use tables of another account alone", "SEC-13", ROLES, denied("award", Action="dynamodb:*", Resource="*", **only_if("StringNotEquals", "aws:ResourceAccount", "111122223333"))),
    ("award may use tables from a network alone", "SEC-13", ROLES, tables_only("StringEquals", "aws:SourceVpce", "vpce-1")),
    ("award may use tables with a second factor alone", "SEC-13", ROLES, tables_only("Bool", "aws:MultiFactorAuthPresent", "true")),
    ("award may use tables as notify alone", "SEC-13", ROLES, tables_only("ArnEquals", "lambda:SourceFunctionArn", NOTIFY)),
    ("award may use tables as a service alone", "SEC-13", ROLES, tables_only("Bool", "aws:PrincipalIsAWSService", "true")),
    ("award names its table in small letters", "SEC-13 SEC-15 <SEC-12", ROLES, tables_named("UserStamps", "userstamps")),
    ("award names tables of another partition", "SEC-13 SEC-15 <SEC-12", ROLES, tables_named("arn:aws:", "arn:aws-cn:")),
    ("award names tables of no Region", "SEC-13 SEC-15 <SEC-12", ROLES, tables_named(":ap-northeast-1:", "::")),
    ("award names its tables with a slash at the end", "SEC-12 SEC-13", ROLES, tables_named("-prod", "-prod/")),
    ("award has an action that does not exist", "SEC-12 SEC-13", ROLES, rewritten(lambda one: one[0].update(Action=["dynamodb:Query", "dynamodb:PutItems", "dynamodb:GetItem"]))),
    *(
        (f"award has {action}", "SEC-12", ROLES, more_rights("award", action, "*"))
        for action in ("secretsmanager:BatchGetSecretValue", "secretsmanager:ListSecrets", "ses:SendEmail", "ssm:GetParameter", "appconfig:GetLatestConfiguration", "bedrock:InvokeModel", "execute-api:Invoke", "newservice:DoThing")
    ),
    ("award writes by PartiQL", "SEC-12", ROLES, more_rights("award", "dynamodb:PartiQLInsert", identity.USER_STAMPS)),
    ("role is trusted for another account", "SEC-11", ROLES, trusting({**LAMBDA, **only_if("StringEquals", "aws:SourceAccount", "111122223333")})),
    ("role is trusted for another function", "SEC-11", ROLES, trusting({**LAMBDA, **only_if("ArnLike", "aws:SourceArn", NOTIFY)})),
    ("role is denied to Lambda", "SEC-11", ROLES, trusting(LAMBDA, {**LAMBDA, "Effect": "Deny"})),
    ("role is denied to who is of no organization, as services are", "SEC-11", ROLES, trusting(LAMBDA, refused_to(**only_if("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")))),
    ("award is called by an organization alone", "DEP-16", CALLED, refusing("award", "*", **only_if("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))),
    ("role is trusted at the edge", "SEC-11", ROLES, trusting(LAMBDA, {**LAMBDA, "Principal": {"Service": "edgelambda.amazonaws.com"}})),
    ("role is trusted in China alone", "SEC-11", ROLES, trusting({**LAMBDA, "Principal": {"Service": "lambda.amazonaws.com.cn"}})),
    ("notify refuses award", "DEP-19", CALLED, refusing("notify", {"AWS": f"{OURS}-award-role"})),
    ("notify refuses everybody after the season", "DEP-19 DEP-16", CALLED, refusing("notify", "*", **only_if("DateGreaterThan", "aws:CurrentTime", "2027-01-01T00:00:00Z"))),
    ("award refuses this API", "DEP-16", CALLED, refusing("award", {"Service": "apigateway.amazonaws.com"})),
    ("role takes tags of its session", "SEC-11", ROLES, trusting({**LAMBDA, "Action": ["sts:AssumeRole", "sts:TagSession"]})),
    ("notify becomes administrator by trust", "SEC-24", PRINCIPALS, administrator({"AWS": f"{OURS}-notify-role"})),
    ("everybody of an organization becomes administrator", "SEC-24", PRINCIPALS, administrator(EVERYBODY, Condition=IN_ORGANIZATION)),
    ("pods write stamps", "SEC-24", PRINCIPALS, role_of({"Service": "pods.eks.amazonaws.com"}, WRITES)),
    ("holders of certificates write stamps", "SEC-24", PRINCIPALS, role_of({"Service": "rolesanywhere.amazonaws.com"}, WRITES)),
    ("guests of an identity pool write stamps", "SEC-24", PRINCIPALS, role_of({"Federated": "cognito-identity.amazonaws.com"}, WRITES, Action="sts:AssumeRoleWithWebIdentity")),
    ("a service that nobody knows writes stamps", "SEC-24", PRINCIPALS, role_of({"Service": "newthing.amazonaws.com"}, WRITES)),
    ("schedules call award", "SEC-26", PRINCIPALS, role_of({"Service": "scheduler.amazonaws.com"}, may("lambda:InvokeFunction", access.AWARD))),
    ("other APIs call every function", "SEC-26", PRINCIPALS, role_of({"Service": "apigateway.amazonaws.com"}, may("lambda:InvokeFunction", "*"))),
    *may_change(
        *("dynamodb:PartiQLDelete", "dynamodb:?utItem", "dynamodb:ExportTableToPointInTime", "dynamodb:UpdateContinuousBackups"),
        *("dynamodb:ReadDataForReplication", "lambda:PutFunctionScalingConfig", "lambda:PutFunctionRecursionConfig", "lambda:UpdateFunctionEventInvokeConfig"),
        *("secretsmanager:UpdateSecretVersionStage", "secretsmanager:Get?ecret*", "logs:PutTransformer", "logs:PutBearerTokenAuthentication"),
        *("logs:AssociateKmsKey", "cloudwatch:PutCompositeAlarm", "cloudwatch:SetAlarmState", "sns:PutDataProtectionPolicy"),
        *("sns:SetSubscriptionAttributes", "acm:ExportCertificate", "acm:RevokeCertificate", "s3:PutBucketAbac"),
        *("s3:UpdateObjectEncryption", "s3:ObjectOwnerOverrideToBucketOwner", "iam:SetDefaultPolicyVersion", "apigateway:SetWebACL"),
    ),
    ("user deletes users of every Region and any five letters", "SEC-24", PRINCIPALS, user(may("dynamodb:DeleteItem", STARRED))),
    ("user deletes whom a tag names", "SEC-24", PRINCIPALS, user(may("dynamodb:DeleteItem", identity.USERS.replace("prod", "${aws:PrincipalTag/env}")))),
    ("user writes what is not in two tables", "SEC-24", PRINCIPALS, user({"Effect": "Allow", "Action": "dynamodb:PutItem", "NotResource": [identity.USERS, identity.STAMP_MASTERS]})),
    writes_stamps("of its own name", "ForAllValues:StringEquals", "dynamodb:LeadingKeys", ["${aws:username}"]),
    writes_stamps("from half of the internet, twice", "IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]),
    writes_stamps("from the go-live on", "DateGreaterThan", "aws:CurrentTime", "2026-12-01T00:00:00Z"),
    writes_stamps("by an access key", "Null", "aws:TokenIssueTime", "true"),
    ("user writes stamps in a transaction of PartiQL", "SEC-24", PRINCIPALS, user(may("dynamodb:PartiQLUpdate", identity.USER_STAMPS, **only_if("StringEquals", "dynamodb:EnclosingOperation", "ExecuteTransaction")))),
    writes_stamps("with a tag that may be absent", "StringEqualsIfExists", "aws:ResourceTag/Team", "orders"),
    writes_stamps("by a stack", "ForAnyValue:StringEquals", "aws:CalledVia", ["cloudformation.amazonaws.com"]),
    writes_stamps("under a key that nobody knows", "StringEquals", "aws:SomethingNew", "x"),
    ("every role of the account reads users", "SEC-24", POLICIES, table_policy("Allow", EVERYBODY, "dynamodb:GetItem", **only_if("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"))),
    ("warehouse exports users", "SEC-24", POLICIES, table_policy("Allow", {"Service": "redshift.amazonaws.com"}, "dynamodb:ExportTableToPointInTime", **only_if("StringEquals", "aws:SourceAccount", ACCOUNT))),
    ("an organization reads users", "SEC-19 <SEC-24", POLICIES, table_policy("Allow", EVERYBODY, "dynamodb:Scan", Condition=IN_ORGANIZATION)),
    ("a service reads users for anybody", "SEC-19 <SEC-24", POLICIES, table_policy("Allow", {"Service": "glue.amazonaws.com"}, "dynamodb:Scan")),
    ("accounts that begin alike write users", "SEC-19 <SEC-24", POLICIES, table_policy("Allow", EVERYBODY, "dynamodb:PutItem", **only_if("StringLike", "aws:PrincipalAccount", "4444*"))),
    ("users are read from a network alone", "DEP-08", POLICIES, table_policy("Deny", EVERYBODY, "dynamodb:*", **only_if("StringNotEquals", "aws:SourceVpc", "vpc-1"))),
)  # fmt: skip
SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("award is denied tables of other accounts", "", ROLES, denied("award", Action="dynamodb:*", Resource="*", **only_if("StringNotEquals", "aws:ResourceAccount", ACCOUNT))),
    ("auth may use no key of another service", "", ROLES, denied("auth", Action="kms:Decrypt", Resource="*", **only_if("StringNotEquals", "kms:ViaService", "secretsmanager.ap-northeast-1.amazonaws.com"))),
    ("award may use tables of this account", "", ROLES, tables_only("StringEquals", "aws:ResourceAccount", ACCOUNT)),
    ("winners are told by somebody else", "SEC-13", ROLES, rewritten(lambda one: one.pop(1))),
    ("role is trusted with an external id, if one is sent", "", ROLES, trusting({**LAMBDA, **only_if("StringEqualsIfExists", "sts:ExternalId", "x")})),
    ("award refuses who is not of the organization", "DEP-16", CALLED, refusing("award", "*", **only_if("StringNotEquals", "aws:SourceOrgID", "o-a1b2c3d4e5"))),
    ("notify refuses who is not of the account", "", CALLED, refusing("notify", {"AWS": "*"}, **only_if("StringNotEquals", "aws:PrincipalAccount", ACCOUNT))),
    ("role is trusted for the organization", "SEC-11", ROLES, trusting({**LAMBDA, **only_if("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5")})),
    ("role is denied to other organizations but no service", "", ROLES, trusting(LAMBDA, refused_to(Condition=PEOPLE_OF_OTHERS))),
    ("award refuses other organizations but no service", "", CALLED, refusing("award", "*", Condition=PEOPLE_OF_OTHERS)),
    ("role is trusted for its function", "", ROLES, trusting({**LAMBDA, **only_if("ArnLike", "aws:SourceArn", access.AWARD)})),
    ("administrators are who the account says", "", PRINCIPALS, administrator({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
    ("orders are read as their name says", "", PRINCIPALS, user(may("dynamodb:DeleteItem", f"arn:aws:dynamodb:{HERE}:table/${{aws:username}}"))),
    ("user wrote stamps until a date", "", PRINCIPALS, user(may("dynamodb:PutItem", "*", **only_if("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")))),
    ("user is a service to nobody", "", PRINCIPALS, user(may("dynamodb:PutItem", "*", **only_if("Bool", "aws:PrincipalIsAWSService", "true")))),
    ("user publishes layers and knows telephones", "", PRINCIPALS, user(may(["lambda:PublishLayerVersion", "sns:CreatePlatformEndpoint"], "*"))),
    ("the account reads users as its policies say", "", POLICIES, table_policy("Allow", {"AWS": ACCOUNT}, "dynamodb:PutItem")),
)  # fmt: skip

CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
