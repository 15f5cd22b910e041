"""What an examiner thought of who had seen none of the other lists: one change each, harmful and harmless."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import access, alarms, compute, roles, surplus
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.hand import edge, identity, vault, watch

FUNCTIONS = ["functions", "function_attachments", "aliases", "versions", "function_policies"]
POLICIES = ["function_policies"]
TABLES = ["tables", "table_attachments", "table_policies", "backups", "table_tags"]
MASTERS = ["contents"]
SECRETS = ["secrets", "secret_attachments", "secret_values"]
ROLES = ["roles", "role_attachments"]
PRINCIPALS = ["principals"]
TOPICS = ["topics"]
HEARD = ["alarms", "alarm_attachments", "topics", "mute_rules"]
LOGGED = ["log_groups", "log_group_attachments", "log_policies", "account_log_policies"]
STAGES = ["stages"]
DOMAINS = ["domains", "api_mappings"]

ACCOUNT, HERE = "444455556666", identity.HERE
USERS, AWARD_ROLE = identity.USERS, "stamp-rally-prod-award-role"
GROUP = "/aws/lambda/stamp-rally-prod-auth"
GROUP_ARN = f"arn:aws:logs:{HERE}:log-group:{GROUP}"
FUNCTION = {"FunctionName": "stamp-rally-prod-award"}
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"


def between(do: Callable[[Client], Any], back: Callable[[Client], Any]) -> Kept:
    """Do one thing, and another when it is over."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        do(client)
        yield
        back(client)

    return kept


def released(**configuration: Any) -> Kept:
    return lambda client: compute.released(client, **configuration)


def with_variable(**more: str) -> Kept:
    return released(**compute.variables(**more))


def permission(**more: str) -> Kept:
    """Add a statement to the policy of award's alias."""
    named = {**FUNCTION, "Qualifier": "live", "StatementId": "for-now"}
    return between(
        lambda c: c("lambda").add_permission(**named, Action="lambda:InvokeFunction", **more),
        lambda c: c("lambda").remove_permission(**named),
    )


def table_policy(effect: str, principal: Any, action: str, **more: Any) -> Kept:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return lambda client: access.table_policy(client, USERS, {**statement, **more})


def secret_policy(effect: str, principal: Any, action: str, **more: Any) -> Kept:
    statement = {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*"}
    return lambda client: access.secret_policy(client, vault.LINE_TOKEN, {**statement, **more})


def user(*statements: dict[str, Any]) -> Kept:
    return lambda client: access.user(client, *statements)


def may(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def more_rights(function: str, action: Any, resource: Any) -> Kept:
    return lambda client: roles.added(client, function, action, resource)


def policy_of_aws(name: str) -> Kept:
    named = {"RoleName": AWARD_ROLE, "PolicyArn": f"arn:aws:iam::aws:policy/{name}"}
    return between(
        lambda c: c("iam").attach_role_policy(**named),
        lambda c: c("iam").detach_role_policy(**named),
    )


def topic_policy(**statement: Any) -> Kept:
    whole = {"Effect": "Allow", "Action": "sns:Publish", "Resource": watch.TOPIC, **statement}
    return lambda client: alarms.policy(client, whole)


def none_of(client: Client) -> str:
    """Return the criteria that leave out every log group there is."""
    groups = client("logs").describe_log_groups()["logGroups"]
    return f"LogGroupName NOT IN {json.dumps([one['logGroupName'] for one in groups])}"


def revision(client: Client) -> str:
    """Return the revision of the group's policy, without which AWS deletes none."""
    own = client("logs").describe_resource_policies(policyScope="RESOURCE", resourceArn=GROUP_ARN)
    return str(own["resourcePolicies"][0]["revisionId"])


def group_policy(effect: str, principal: Any, *actions: str) -> Kept:
    """Give one log group a policy of its own."""
    statement = {"Effect": effect, "Principal": principal, "Action": list(actions)}
    document = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    return between(
        lambda c: c("logs").put_resource_policy(resourceArn=GROUP_ARN, policyDocument=document),
        lambda c: c("logs").delete_resource_policy(
            resourceArn=GROUP_ARN, expectedRevisionId=revision(c)
        ),
    )


def account_policy(criteria: str = "") -> Kept:
    """Send lines elsewhere: of the groups that the criteria select, or of none that is there."""
    named = {"policyType": "SUBSCRIPTION_FILTER_POLICY", "policyName": "archive"}
    return between(
        lambda c: c("logs").put_account_policy(
            **named, policyDocument="{}", scope="ALL", selectionCriteria=criteria or none_of(c)
        ),
        lambda c: c("logs").delete_account_policy(**named),
    )


def throttled(rate: int, burst: int) -> Kept:
    """Give award's route limits of its own."""

    def patch(client: Client, *operations: dict[str, str]) -> None:
        stage = {**surplus.api_of(client), "stageName": "prod"}
        client("apigateway").update_stage(**stage, patchOperations=list(operations))

    limits = {"rateLimit": rate, "burstLimit": burst}
    return between(
        lambda c: patch(
            c,
            *(
                {"op": "replace", "path": f"{AWARD_ROUTE}/throttling/{name}", "value": str(value)}
                for name, value in limits.items()
            ),
        ),
        lambda c: patch(c, {"op": "remove", "path": AWARD_ROUTE}),
    )


def mapped_beside(path: str) -> Kept:
    """Let another API answer at a path of our own domain."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        api, name = client("apigatewayv2"), {"DomainName": edge.DOMAIN}
        with surplus.another_api(client) as other:
            made = api.create_api_mapping(
                **name, ApiId=other["restApiId"], Stage="live", ApiMappingKey=path
            )
            yield
            api.delete_api_mapping(**name, ApiMappingId=made["ApiMappingId"])

    return kept


def master(**changed: Any) -> Kept:
    """Change members of the first stamp master."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        table = {"TableName": "StampMasters-prod"}
        first = client("dynamodb").scan(**table)["Items"][0]
        client("dynamodb").put_item(**table, Item={**first, **changed})
        yield
        client("dynamodb").put_item(**table, Item=first)

    return kept


def session_key(**fields: str) -> Kept:
    def put(client: Client, **more: str) -> None:
        whole = json.dumps({"TOKEN_SECRET_KEY": vault.SESSION_KEY, **more})
        client("secretsmanager").put_secret_value(SecretId=vault.TOKEN_KEY, SecretString=whole)

    return between(lambda c: put(c, **fields), put)


def session_key_of(text: str) -> Kept:
    """Sign sessions with something else."""
    return session_key(TOKEN_SECRET_KEY=text)


def rotate(client: Client) -> None:
    client("secretsmanager").rotate_secret(
        SecretId=vault.TOKEN_KEY,
        RotationLambdaARN=access.AWARD,
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )


def stop_rotating(client: Client) -> None:
    secrets, secret = client("secretsmanager"), {"SecretId": vault.TOKEN_KEY}
    secrets.cancel_rotate_secret(**secret)
    for version, labels in secrets.describe_secret(**secret)["VersionIdsToStages"].items():
        if "AWSPENDING" in labels:
            secrets.update_secret_version_stage(
                **secret, VersionStage="AWSPENDING", RemoveFromVersionId=version
            )


def copy_elsewhere(client: Client) -> None:
    client("secretsmanager").replicate_secret_to_regions(
        SecretId=vault.TOKEN_KEY, AddReplicaRegions=[{"Region": "us-east-1"}]
    )


def copy_nowhere(client: Client) -> None:
    client("secretsmanager").remove_regions_from_replication(
        SecretId=vault.TOKEN_KEY, RemoveReplicaRegions=["us-east-1"]
    )


def narrowed(path: str, verb: str, rate: int) -> Kept:
    """Give one route of the usage plan a limit of its own."""

    def patch(client: Client, operation: dict[str, str]) -> None:
        api, plans = client("apigateway"), client("apigateway").get_usage_plans()["items"]
        where = f"/apiStages/{surplus.api_of(client)['restApiId']}:prod/throttle/~1{path}/{verb}"
        one = {**operation, "path": f"{where}{operation['path']}"}
        api.update_usage_plan(usagePlanId=plans[0]["id"], patchOperations=[one])

    return between(
        lambda c: patch(c, {"op": "replace", "path": "/rateLimit", "value": str(rate)}),
        lambda c: patch(c, {"op": "remove", "path": ""}),
    )


def topic(name: str, value: str, back: str = "") -> Kept:
    def put(client: Client, text: str) -> None:
        where = {"TopicArn": watch.TOPIC, "AttributeName": name}
        client("sns").set_topic_attributes(**where, AttributeValue=text)

    return between(lambda c: put(c, value), lambda c: put(c, back))


def alarm(name: str, **settings: Any) -> Kept:
    return lambda client: alarms.put(client, name, **settings)


def listener(protocol: str, endpoint: str) -> Kept:
    return lambda client: alarms.listening(client, protocol, endpoint)


def trusted(principal: Any) -> Kept:
    """Let somebody beside Lambda assume award's role."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam, named = client("iam"), {"RoleName": AWARD_ROLE}
        before = iam.get_role(**named)["Role"]["AssumeRolePolicyDocument"]
        further = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        whole = {**before, "Statement": [*before["Statement"], further]}
        iam.update_assume_role_policy(**named, PolicyDocument=json.dumps(whole))
        yield
        iam.update_assume_role_policy(**named, PolicyDocument=json.dumps(before))

    return kept


def tagged_role(key: str, value: str) -> Kept:
    named = {"RoleName": AWARD_ROLE}
    return between(
        lambda c: c("iam").tag_role(**named, Tags=[{"Key": key, "Value": value}]),
        lambda c: c("iam").untag_role(**named, TagKeys=[key]),
    )


def tagged_secret(key: str, value: str) -> Kept:
    named = {"SecretId": vault.LINE_TOKEN}
    return between(
        lambda c: c("secretsmanager").tag_resource(**named, Tags=[{"Key": key, "Value": value}]),
        lambda c: c("secretsmanager").untag_resource(**named, TagKeys=[key]),
    )


def place(lat: str, lon: str, radius: str) -> dict[str, Any]:
    return {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": radius}}}


EVERYBODY = {"AWS": "*"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
STRANGER = {"AWS": "arn:aws:iam::123456789012:root"}
VISITOR = f"arn:aws:iam::{ACCOUNT}:user/visitor"
AWARD_ROUTE = "/~1stamps~1award/POST"
NO_MFA = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
INSECURE = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
LOGIN_KEY = "arn:aws:kms:ap-northeast-1:444455556666:key/0a1b2c3d-0000-4000-8000-00000000000a"

# Of the rows, those behind a ``<`` only follow.
HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("calls go to endpoints that are not there", "DEP-14", FUNCTIONS, with_variable(AWS_USE_FIPS_ENDPOINT="true")),
    ("calls go over another protocol", "DEP-14", FUNCTIONS, with_variable(AWS_USE_DUALSTACK_ENDPOINT="true")),
    ("service answers elsewhere", "DEP-14", FUNCTIONS, with_variable(AWS_ENDPOINT_URL_DYNAMODB="https://db.example")),
    ("table of staging is named beside", "DEP-14", FUNCTIONS, with_variable(OLD="arn:aws:dynamodb:ap-northeast-1:444455556666:table/Users-stg")),
    ("access key of somebody is carried", "SEC-06", FUNCTIONS, with_variable(UPLOADER="AKIAIOSFODNN7RALLYQ2")),
    ("password is carried", "SEC-06", FUNCTIONS, with_variable(SMTP_PASSWORD="hunter2hunter2")),
    ("every call is tried once", "", FUNCTIONS, with_variable(AWS_MAX_ATTEMPTS="1")),
    ("function gets a second", "DEP-12", FUNCTIONS, released(Timeout=1)),
    ("schedule invokes award", "SEC-17", POLICIES, permission(Principal="events.amazonaws.com", SourceAccount=ACCOUNT)),
    ("every API of the account invokes award", "SEC-17", POLICIES, permission(Principal="apigateway.amazonaws.com", SourceAccount=ACCOUNT)),
    ("stranger invokes award", "SEC-17", POLICIES, permission(Principal="123456789012")),
    ("table wants a second factor", "DEP-08", TABLES, table_policy("Deny", "*", "dynamodb:*", **NO_MFA)),
    ("table is read by a stranger", "SEC-19 <SEC-24", TABLES, table_policy("Allow", STRANGER, "dynamodb:Scan")),
    ("table names a user", "SEC-24", TABLES, table_policy("Allow", {"AWS": ROOT["AWS"].replace("root", "user/auditor")}, "dynamodb:Scan")),
    ("secret wants a second factor", "SEC-09", SECRETS, secret_policy("Deny", "*", "secretsmanager:GetSecretValue", **NO_MFA)),
    ("secret is read by a service", "SEC-08 <SEC-24", SECRETS, secret_policy("Allow", {"Service": "lambda.amazonaws.com"}, "secretsmanager:GetSecretValue")),
    ("session key is tagged on the other secret", "SEC-07 SEC-27", SECRETS, tagged_secret("note", vault.SESSION_KEY)),
    ("role is tagged with the key", "SEC-07 SEC-27", ROLES, tagged_role("note", f"k={vault.SESSION_KEY}")),
    ("session key is the hash of a word", "SEC-03", SECRETS, session_key_of(hashlib.sha256(b"stamp-rally").hexdigest())),
    ("session key is words in base64", "SEC-03", SECRETS, session_key_of(base64.b64encode(b"the signing key of our stamp rally").decode())),
    ("session key is the token of LINE", "SEC-03", SECRETS, session_key_of(vault.CHANNEL_TOKEN)),
    ("secret has a second key", "SEC-02", SECRETS, session_key(OLD_KEY="c" * 40)),
    ("user widens its own rights", "SEC-24", PRINCIPALS, user(may("iam:PutUserPolicy", VISITOR))),
    ("user may all but read", "SEC-24 <SEC-26", PRINCIPALS, user({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})),
    ("user restores a table", "SEC-24", PRINCIPALS, user(may("dynamodb:RestoreTableToPointInTime", "*"))),
    ("user deletes a backup's table", "SEC-24", PRINCIPALS, user(may("dynamodb:Batch*", "*"))),
    ("user reads a secret from an office", "SEC-24", PRINCIPALS, user(may("secretsmanager:GetSecretValue", "*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))),
    ("user invokes functions", "SEC-26", PRINCIPALS, user(may("lambda:InvokeFunction", "*"))),
    ("edge assumes the role", "SEC-11", ROLES, trusted({"Service": "edgelambda.amazonaws.com"})),
    ("account assumes the role", "SEC-11", ROLES, trusted(ROOT)),
    ("award writes users", "SEC-12", ROLES, more_rights("award", "dynamodb:PutItem", identity.USERS)),
    ("award reads every secret", "SEC-12", ROLES, more_rights("award", "secretsmanager:GetSecretValue", "*")),
    ("stamps invokes award", "SEC-12 <SEC-26", ROLES, more_rights("stamps", "lambda:InvokeFunction", access.AWARD)),
    ("award sends mail", "SEC-12", ROLES, more_rights("award", "ses:SendEmail", "*")),
    ("auth uses any key", "SEC-12", ROLES, more_rights("auth", "kms:Decrypt", "*")),
    ("award may everything with tables", "SEC-12 SEC-14 SEC-15", ROLES, policy_of_aws("AmazonDynamoDBFullAccess")),
    ("award reads as an auditor", "SEC-12 SEC-14 <SEC-15", ROLES, policy_of_aws("ReadOnlyAccess")),
    ("everybody publishes", "SEC-24", TOPICS, topic_policy(Principal=EVERYBODY)),
    ("stranger publishes", "SEC-24", TOPICS, topic_policy(Principal=STRANGER)),
    ("everybody subscribes", "SEC-24", TOPICS, topic_policy(Principal=EVERYBODY, Action="sns:Subscribe")),
    ("telephone of somebody listens", "MON-16", TOPICS, listener("sms", "+819012345678")),
    ("group refuses its writer", "MON-15", LOGGED, group_policy("Deny", "*", "logs:PutLogEvents")),
    ("group is read by a stranger", "MON-15", LOGGED, group_policy("Allow", STRANGER, "logs:FilterLogEvents")),
    ("lines of all but one group go elsewhere", "MON-15", LOGGED, account_policy('LogGroupName NOT IN ["/aws/lambda/stamp-rally-prod-auth"]')),
    ("lines go elsewhere by a rule nobody knows", "MON-15", LOGGED, account_policy('LogGroupName LIKE ["x"]')),
    ("award is throttled to one", "DEP-37", STAGES, throttled(1, 1)),
    ("award is open to floods", "SEC-32", STAGES, throttled(5000, 2000)),
    ("stamps of the domain are another API's", "DEP-42", DOMAINS, mapped_beside("stamps")),
    ("one path of the domain is another API's", "DEP-42", DOMAINS, mapped_beside("gps/verify")),
    ("spot is as large as a town", "DATA-01 DATA-02", MASTERS, master(Location=place("35.5555", "139.6540", "20000"))),
    ("spot lies in the sea of nowhere", "DATA-01 DATA-06", MASTERS, master(Location=place("0", "0", "20"))),
    ("alarm counts on Sundays only", "MON-01", HEARD, alarm(alarms.FAILS, EvaluationPeriods=288, DatapointsToAlarm=288)),
    ("alarm waits for the mean", "MON-03", HEARD, alarm(alarms.P5XX, Statistic="Average")),
    ("alarm tells a function alone", "MON-06 MON-08", HEARD, alarm(alarms.FAILS, AlarmActions=[alarms.LAMBDA])),
    ("function writes into the log of another", "MON-12", FUNCTIONS, released(LoggingConfig={"LogFormat": "Text", "LogGroup": "/aws/lambda/other"})),
    ("session key rotates by itself", "SEC-09", SECRETS, between(rotate, stop_rotating)),
    ("session key is copied to another Region", "PREP-06", SECRETS, between(copy_elsewhere, copy_nowhere)),
    ("plan narrows one route", "DEP-37", ["usage_plans"], narrowed("stamps", "GET", 1)),
)  # fmt: skip

SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("release is named", "", FUNCTIONS, with_variable(SENTRY_RELEASE=SHA)),
    ("build is named by its digest", "", FUNCTIONS, with_variable(IMAGE_DIGEST=SHA)),
    ("service is named", "DEP-14", FUNCTIONS, with_variable(POWERTOOLS_SERVICE_NAME="stamp-rally")),
    ("service is named in full", "", FUNCTIONS, with_variable(POWERTOOLS_SERVICE_NAME="stamp-rally-prod")),
    ("log level is set", "", FUNCTIONS, with_variable(POWERTOOLS_LOG_LEVEL="INFO", LOG_LEVEL="INFO")),
    ("key is named by its alias", "", FUNCTIONS, with_variable(ENCRYPTION_KEY_ID="alias/rally-images")),
    ("key is named by its ARN", "", FUNCTIONS, with_variable(SIGNING_KEY=LOGIN_KEY)),
    ("DSN of an error tracker is set", "", FUNCTIONS, with_variable(SENTRY_DSN="https://o0.ingest.example/1")),
    ("retries are the standard ones", "", FUNCTIONS, with_variable(AWS_RETRY_MODE="standard")),
    ("metrics have a namespace", "", FUNCTIONS, with_variable(POWERTOOLS_METRICS_NAMESPACE="Rally")),
    ("time zone is Japan's", "", FUNCTIONS, with_variable(TIMEZONE="Asia/Tokyo")),
    ("feature is switched", "SEC-06", FUNCTIONS, with_variable(FEATURE_TOKEN="off")),
    ("function has more room on disk", "", FUNCTIONS, released(EphemeralStorage={"Size": 2048})),
    ("function is traced", "", FUNCTIONS, released(TracingConfig={"Mode": "Active"})),
    ("function is described", "", FUNCTIONS, released(Description="award, 2026-11-26")),
    ("function has more memory", "", FUNCTIONS, released(MemorySize=1769)),
    ("lines are JSON", "", FUNCTIONS, released(LoggingConfig={"LogFormat": "JSON", "LogGroup": f"/aws/lambda/{compute.STAMPS}"})),
    ("table refuses what is not encrypted", "", TABLES, table_policy("Deny", "*", "dynamodb:*", **INSECURE)),
    ("secret refuses what is not encrypted", "", SECRETS, secret_policy("Deny", "*", "secretsmanager:*", **INSECURE)),
    ("secret is opened to the account", "", SECRETS, secret_policy("Allow", ROOT, "secretsmanager:GetSecretValue")),
    ("secret has a note", "SEC-02", SECRETS, session_key(note="rotated in November")),
    ("secret names its issuer", "SEC-02", SECRETS, session_key(issuer="stamp-rally-prod")),
    ("secret is tagged with its team", "", SECRETS, tagged_secret("Team", "rally")),
    ("role is tagged with its cost centre", "", ROLES, tagged_role("CostCenter", "4711")),
    ("award is traced by AWS's policy", "", ROLES, policy_of_aws("AWSXRayDaemonWriteAccess")),
    ("award is watched by Insights", "", ROLES, policy_of_aws("CloudWatchLambdaInsightsExecutionRolePolicy")),
    ("award logs by AWS's policy", "", ROLES, policy_of_aws("service-role/AWSLambdaBasicExecutionRole")),
    ("award invokes as CDK grants", "", ROLES, more_rights("award", "lambda:InvokeFunction", identity.NOTIFY + ":*")),
    ("auth describes its table", "", ROLES, more_rights("auth", "dynamodb:DescribeTable", identity.USERS)),
    ("award scans its table", "SEC-12", ROLES, more_rights("award", "dynamodb:Scan", identity.USER_STAMPS)),
    ("user lists what there is", "", PRINCIPALS, user(may(["dynamodb:ListTables", "dynamodb:DescribeTable", "lambda:List*"], "*"))),
    ("user changes its own password", "", PRINCIPALS, user(may(["iam:ChangePassword", "iam:CreateAccessKey"], VISITOR))),
    ("user writes a table of others", "", PRINCIPALS, user(may("dynamodb:*", f"arn:aws:dynamodb:{HERE}:table/Other"))),
    ("pipeline reads all", "SEC-24", PRINCIPALS, user(may("dynamodb:Scan", "*"))),
    ("topic's policy is SNS's own", "", TOPICS, topic_policy(Principal=EVERYBODY, Condition={"StringEquals": {"AWS:SourceOwner": ACCOUNT}})),
    ("topic has a name for people", "", TOPICS, topic("DisplayName", "rally")),
    ("colleague listens, too", "MON-16", TOPICS, listener("sms", "+819087654321")),
    ("lines of other groups go elsewhere", "", LOGGED, account_policy()),
    ("service delivers into the group", "", LOGGED, group_policy("Allow", {"Service": "delivery.logs.amazonaws.com"}, "logs:CreateLogStream", "logs:PutLogEvents")),
    ("documents of the domain are another API's", "", DOMAINS, mapped_beside("docs")),
    ("alarm looks every minute", "", HEARD, alarm(alarms.P5XX, Period=60, Threshold=1)),
    ("alarm is described", "", HEARD, alarm(alarms.P5XX, AlarmDescription="call the office")),
    ("alarm looks at a day", "MON-01", HEARD, alarm(alarms.FAILS, Period=86400)),
    ("execution is logged", "", STAGES, surplus.staged("/*/*/logging/loglevel", "INFO", "ERROR")),
    ("metrics are counted by method", "", STAGES, surplus.staged("/*/*/metrics/enabled", "true", "false")),
)  # fmt: skip


CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
