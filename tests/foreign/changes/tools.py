"""What deployment tools and landing zones write by default, where it has to stay green or be answered by what is printed."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from tests.foreign.changes import access, surplus, teams
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.changes.gateway import API, api_of
from tests.foreign.changes.makers import (
    ACCOUNT,
    FUNCTIONS,
    HERE,
    PRINCIPALS,
    ROLES,
    SECRETS,
    between,
    may,
    permission,
    with_variable,
)
from tests.foreign.changes.makers import TABLES as STORED
from tests.foreign.changes.teams import denied
from tests.foreign.hand import identity, vault, watch

AWARD_ROLE = {"RoleName": "stamp-rally-prod-award-role"}
CRUD = [
    *("dynamodb:GetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan"),
    *("dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:BatchGetItem"),
    *("dynamodb:DescribeTable", "dynamodb:ConditionCheckItem"),
]
"""SAM's DynamoDBCrudPolicy."""
AWARD = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-award"
OWN_LINES = f"arn:aws:logs:{HERE}:log-group:/aws/lambda/stamp-rally-prod-award"
TABLES = [identity.USER_STAMPS, identity.STAMP_MASTERS]
NOTIFY = f"arn:aws:lambda:{HERE}:function:stamp-rally-prod-notify*"
EVERYWHERE = [
    may("dynamodb:*", "arn:aws:dynamodb:*:*:table/Orders*"),
    may("lambda:*", "arn:aws:lambda:*:*:function:orders-*"),
    may("logs:*", "arn:aws:logs:*:*:log-group:/aws/lambda/orders-*:*"),
    may("sns:Publish", f"arn:aws:sns:*:{ACCOUNT}:orders"),
    may("secretsmanager:*", f"arn:aws:secretsmanager:*:{ACCOUNT}:secret:orders/*"),
]
LINES = "arn:aws:logs:*:*:log-group:/aws/lambda/stamp-rally-prod-{}:log-stream:*"
OTHERS = {
    "StringNotEqualsIfExists": {"aws:PrincipalAccount": ACCOUNT},
    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
}


def role(*statements: dict[str, Any]) -> Kept:
    return lambda client: access.role(client, *statements, service="lambda")


def granted_by_sam(*statements: dict[str, Any]) -> Kept:
    """Let award have what SAM's templates grant, in one policy."""
    named = {**AWARD_ROLE, "PolicyName": "AwardRolePolicy0"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return between(
        lambda c: c("iam").put_role_policy(**named, PolicyDocument=document),
        lambda c: c("iam").delete_role_policy(**named),
    )


def under_key_for_the_account(service: str, use: Callable[[str], Kept]) -> Kept:
    """Encrypt something under a key that everybody of the account may use, through one service."""
    through = f"{service}.ap-northeast-1.amazonaws.com"
    ours = {"StringEquals": {"kms:CallerAccount": ACCOUNT, "kms:ViaService": through}}
    everybody = {**may(["kms:Decrypt", "kms:DescribeKey"], "*"), "Principal": {"AWS": "*"}}
    owner = {**may("kms:*", "*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    statements = [owner, {**everybody, "Condition": ours}]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        made = client("kms").create_key(Description=service, Policy=policy)["KeyMetadata"]["Arn"]
        with use(made)(client):
            yield

    return kept


def secret_under(key: str) -> Kept:
    named = {"SecretId": vault.TOKEN_KEY}
    return between(
        lambda c: c("secretsmanager").update_secret(**named, KmsKeyId=key),
        lambda c: c("secretsmanager").update_secret(**named, KmsKeyId="alias/aws/secretsmanager"),
    )


def users_under(key: str) -> Kept:
    return teams.sse(Enabled=True, SSEType="KMS", KMSMasterKeyId=key)


def described(text: str) -> Kept:
    """Describe the stage in other words."""

    def describe(client: Client, words: str) -> None:
        patch = [{"op": "replace", "path": "/description", "value": words}]
        client("apigateway").update_stage(**api_of(client), stageName="prod", patchOperations=patch)

    return between(lambda c: describe(c, text), lambda c: describe(c, "本番環境"))


def another_rally(client: Client) -> None:
    """Watch another rally, whose prefix begins with ours and whose topic nobody hears."""
    name, cloudwatch = "stamp-rally-prod-2", client("cloudwatch")
    topic = client("sns").create_topic(Name=f"{name}-alerts")["TopicArn"]
    function = {"FunctionName": f"{name}-auth"}
    watch.alarm(cloudwatch, f"{name}-auth-errors-alarm", "AWS/Lambda", "Errors", function, 9)
    rule = f'ALARM("{name}-auth-errors-alarm")'
    cloudwatch.put_composite_alarm(AlarmName=f"{name}-any", AlarmRule=rule, AlarmActions=[topic])


def without_another_rally(client: Client) -> None:
    names = ["stamp-rally-prod-2-any", "stamp-rally-prod-2-auth-errors-alarm"]
    for name in names:
        client("cloudwatch").delete_alarms(AlarmNames=[name])
    topic = watch.TOPIC.replace("rally-on-call", "stamp-rally-prod-2-alerts")
    client("sns").delete_topic(TopicArn=topic)


def credentialed(text: str) -> Kept:
    """Say on a refusal whether pages may send cookies along, live."""
    return surplus.live(surplus.refusal("Access-Control-Allow-Credentials", text))


def tagged(service: str, arn: str, **tags: str) -> Kept:
    """Let a tool write its own tags on a function or a table beside the planned ones."""
    if service == "lambda":
        named: dict[str, Any] = {"Resource": arn}
        given: Any = tags
    else:
        named, given = {"ResourceArn": arn}, [{"Key": k, "Value": v} for k, v in tags.items()]
    return between(
        lambda c: c(service).tag_resource(**named, Tags=given),
        lambda c: c(service).untag_resource(**named, TagKeys=[*tags]),
    )


def invoked_by(route: str) -> Kept:
    """Allow calls of this part of the API."""

    def keep(client: Client) -> AbstractContextManager[None]:
        source = f"arn:aws:execute-api:{HERE}:{api_of(client)['restApiId']}{route}"
        return permission(Principal="apigateway.amazonaws.com", SourceArn=source)(client)

    return keep


SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("role is about others in every Region", "", PRINCIPALS, role(*EVERYWHERE)),
    ("landing zone forwards its findings", "", PRINCIPALS, role(may("sns:Publish", f"arn:aws:sns:*:{ACCOUNT}:aws-controltower-SecurityNotifications"))),
    ("SAM grants all of two tables", "SEC-12 <SEC-26", ROLES, granted_by_sam(may(CRUD, TABLES), may("lambda:InvokeFunction", NOTIFY))),
    ("CDK grants what is planned on every index, too", "", ROLES, granted_by_sam(may(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"], [table + index for table in TABLES for index in ("", "/index/*")]))),
    ("Serverless tags the function's log group", "", ROLES, granted_by_sam(may(["logs:CreateLogStream", "logs:CreateLogGroup", "logs:TagResource"], [f"{OWN_LINES}:*", OWN_LINES]), may("logs:PutLogEvents", f"{OWN_LINES}:*:*"))),
    ("monitoring knows the service by the name of the product", "", FUNCTIONS, with_variable(DD_SERVICE="stamp-rally", OTEL_SERVICE_NAME="stamp-rally")),
    ("monitoring knows production as prd", "", FUNCTIONS, with_variable(DD_ENV="prd", SENTRY_ENVIRONMENT="production")),
    ("another rally's prefix begins with ours", "", ["alarms", "topics", "names"], between(another_rally, without_another_rally)),
    ("stage is described by Terraform", "", ["stages"], described("Stamp rally, prod (Terraform)")),
    ("strangers are denied, services are not", "", ROLES, denied(Condition=OTHERS)),
    ("FIPS is switched off", "", FUNCTIONS, with_variable(AWS_USE_FIPS_ENDPOINT="false", AWS_USE_DUALSTACK_ENDPOINT="False")),
    ("tables are named by their ARNs", "", FUNCTIONS, with_variable(TABLE_USERSTAMPS=identity.USER_STAMPS, TABLE_STAMPMASTERS=identity.STAMP_MASTERS)),
    ("function knows the LIFF app", "", FUNCTIONS, with_variable(LIFF_ID="2001234567-AbCdEfGh")),
    ("secret is under a key of the account", "SEC-05", [*SECRETS, *teams.KEYS], under_key_for_the_account("secretsmanager", secret_under)),
    ("table is under a key of the account", "SEC-20", [*STORED, *teams.KEYS], under_key_for_the_account("dynamodb", users_under)),
    ("refusals allow no cookies", "", API, credentialed("false")),
    ("SAM tags the function it made", "", FUNCTIONS, tagged("lambda", AWARD, **{"lambda:createdBy": "SAM", "stack": "rally-prod"})),
    ("Terraform tags the table it manages", "", STORED, tagged("dynamodb", identity.USER_STAMPS, ManagedBy="terraform", Workspace="prod", Module="rally/tables v2.3.1")),
    ("SAM lets the route call award at every stage", "", ["function_policies"], invoked_by("/*/POST/stamps/award")),
    ("CDK lets the console's test call award", "", ["function_policies"], invoked_by("/test-invoke-stage/POST/stamps/award")),
    ("Terraform names the API without a route", "", ["function_policies"], invoked_by("")),
)  # fmt: skip
HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("role deletes lines of ours in every Region", "SEC-24", PRINCIPALS, role(may("logs:DeleteLogStream", LINES.format("auth")))),
    ("SAM lets award read the LINE token", "SEC-12", ROLES, granted_by_sam(may("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:{vault.LINE_TOKEN}-??????"))),
    ("role publishes to every topic that begins like ours", "SEC-24", PRINCIPALS, role(may("sns:Publish", f"arn:aws:sns:*:{ACCOUNT}:rally-*"))),
)  # fmt: skip


CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
