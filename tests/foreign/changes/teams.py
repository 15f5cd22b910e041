"""What CDK, SAM, Terraform, the console and security teams write around the same system: harmless, one each."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.foreign.changes import alarms, surplus
from tests.foreign.changes.change import Client, Kept, harmless_ones
from tests.foreign.changes.makers import (
    ACCOUNT,
    AWARD_ROLE,
    FUNCTIONS,
    HERE,
    POLICIES,
    ROLES,
    SECRETS,
    STAGES,
    TABLES,
    TOPICS,
    between,
    may,
    permission,
    released,
    topic,
    with_variable,
)
from tests.foreign.hand import vault, watch

API = ["draft", "rest_apis", "served", "deployments", "stages"]
BUCKETS = ["buckets", "bucket_attachments"]
KEYS = ["keys", "key_attachments"]
HEARD = ["alarms", "alarm_attachments", "topics", "mute_rules"]
USERS = {"TableName": "Users-prod"}
IMAGES = {"Bucket": "stamp-rally-prod-images"}
OWNER = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a"
"""How moto's S3 names the account."""
TOKEN = {"SecretId": vault.LINE_TOKEN}
UNFINISHED = {
    "ID": "unfinished uploads",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
}
REPLACED = {
    "ID": "older versions",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
}
LOG_GROUP = f"arn:aws:logs:{HERE}:log-group:/aws/apigateway/stamp-rally-prod-api"
FIREHOSE = f"arn:aws:firehose:{HERE}:deliverystream/amazon-apigateway-rally"


def _statements(client: Client) -> dict[str, list[dict[str, Any]]]:
    """Return the inline policies of award's role: name -> statements."""
    iam, role = client("iam"), {"RoleName": AWARD_ROLE}
    named = iam.list_role_policies(**role)["PolicyNames"]
    found = {one: iam.get_role_policy(**role, PolicyName=one)["PolicyDocument"] for one in named}
    return {name: list(value["Statement"]) for name, value in found.items()}


def _put(client: Client, name: str, statements: list[dict[str, Any]]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    client("iam").put_role_policy(RoleName=AWARD_ROLE, PolicyName=name, PolicyDocument=document)


def conditional(**condition: dict[str, str]) -> Kept:
    """Put a condition on every statement of award's role."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        before = _statements(client)
        for name, statements in before.items():
            _put(client, name, [{**statement, "Condition": condition} for statement in statements])
        yield
        for name, statements in before.items():
            _put(client, name, statements)

    return kept


def denied(**statement: Any) -> Kept:
    """Deny award's role something, as a security team does for every role."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*", **statement}
    named = {"RoleName": AWARD_ROLE, "PolicyName": "guardrail"}
    return between(
        lambda c: _put(c, "guardrail", [deny]), lambda c: c("iam").delete_role_policy(**named)
    )


@contextmanager
def in_one_managed_policy(client: Client) -> Iterator[None]:
    """Hold what award's role may do in one policy of the customer instead of inline ones."""
    iam, role, before = client("iam"), {"RoleName": AWARD_ROLE}, _statements(client)
    whole = {"Version": "2012-10-17", "Statement": [s for one in before.values() for s in one]}
    made = iam.create_policy(PolicyName="award", PolicyDocument=json.dumps(whole))["Policy"]["Arn"]
    iam.attach_role_policy(**role, PolicyArn=made)
    for name in before:
        iam.delete_role_policy(**role, PolicyName=name)
    yield
    for name, statements in before.items():
        _put(client, name, statements)
    iam.detach_role_policy(**role, PolicyArn=made)
    iam.delete_policy(PolicyArn=made)


@contextmanager
def bounded(client: Client) -> Iterator[None]:
    iam, role = client("iam"), {"RoleName": AWARD_ROLE}
    services = may(["dynamodb:*", "logs:*", "lambda:*", "xray:*", "kms:*"], "*")
    document = json.dumps({"Version": "2012-10-17", "Statement": [services]})
    made = iam.create_policy(PolicyName="developers", PolicyDocument=document)["Policy"]["Arn"]
    iam.put_role_permissions_boundary(**role, PermissionsBoundary=made)
    yield
    iam.delete_role_permissions_boundary(**role)
    iam.delete_policy(PolicyArn=made)


@contextmanager
def layered(client: Client) -> Iterator[None]:
    made = client("lambda").publish_layer_version(LayerName="tools", Content={"ZipFile": b"x"})
    with released(Layers=[made["LayerVersionArn"]])(client):
        yield


@contextmanager
def queried(client: Client) -> Iterator[None]:
    """Define the alarm by a query of one metric, as CDK does where it holds more than a metric."""
    cloudwatch = client("cloudwatch")
    (before,) = cloudwatch.describe_alarms(AlarmNames=[alarms.FAILS])["MetricAlarms"]
    of_metric = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
    kept = {key: before[key] for key in alarms.DEFINITION if key in before.keys() - of_metric}
    metric = {key: before[key] for key in ("Namespace", "MetricName", "Dimensions")}
    stat = {"Metric": metric, "Period": before["Period"], "Stat": "Sum"}
    cloudwatch.delete_alarms(AlarmNames=[alarms.FAILS])
    cloudwatch.put_metric_alarm(**kept, Metrics=[{"Id": "errors", "MetricStat": stat}])
    yield
    cloudwatch.delete_alarms(AlarmNames=[alarms.FAILS])
    watch.alarms(cloudwatch)


@contextmanager
def told_beside(client: Client) -> Iterator[None]:
    """Tell a topic of another team as well."""
    made = client("sns").create_topic(Name="chat")["TopicArn"]
    with alarms.put(client, alarms.FAILS, AlarmActions=[watch.TOPIC, made]):
        yield
    client("sns").delete_topic(TopicArn=made)


@contextmanager
def unknown_path(client: Client) -> Iterator[None]:
    """Answer what is no route with the origin of the front end, and 404."""
    kind = {**surplus.api_of(client), "responseType": "MISSING_AUTHENTICATION_TOKEN"}
    origin = {"gatewayresponse.header.Access-Control-Allow-Origin": "'https://rally.example.jp'"}
    client("apigateway").put_gateway_response(**kind, statusCode="404", responseParameters=origin)
    yield
    client("apigateway").delete_gateway_response(**kind)


def sse(**specification: Any) -> Kept:
    return between(
        lambda c: c("dynamodb").update_table(**USERS, SSESpecification=specification),
        lambda c: c("dynamodb").update_table(**USERS, SSESpecification={"Enabled": False}),
    )


def under_own_key(*readers: str) -> Kept:
    """Encrypt users under a key of our own, which these roles may use by its policy."""
    account = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    named = {
        "AWS": [f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod-{reader}-role" for reader in readers]
    }
    allowed = [(account, "kms:*"), *([(named, "kms:Decrypt")] if readers else [])]
    statements = [{**may(action, "*"), "Principal": who} for who, action in allowed]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        made = client("kms").create_key(Description="tables", Policy=policy)["KeyMetadata"]["Arn"]
        with sse(Enabled=True, SSEType="KMS", KMSMasterKeyId=made)(client):
            yield

    return kept


CLEANED = between(
    lambda c: c("s3").put_bucket_lifecycle_configuration(
        **IMAGES, LifecycleConfiguration={"Rules": [UNFINISHED, REPLACED]}
    ),
    lambda c: c("s3").delete_bucket_lifecycle(**IMAGES),
)
OF_THE_OWNER = between(
    lambda c: c("s3").put_bucket_acl(**IMAGES, GrantRead=f"id={OWNER}", GrantWrite=f"id={OWNER}"),
    lambda c: c("s3").put_bucket_acl(**IMAGES, ACL="private"),
)
LOGGED_TO = between(
    lambda c: c("s3").put_bucket_acl(**IMAGES, ACL="log-delivery-write"),
    lambda c: c("s3").put_bucket_acl(**IMAGES, ACL="private"),
)
COPIED = between(
    lambda c: c("secretsmanager").replicate_secret_to_regions(
        **TOKEN, AddReplicaRegions=[{"Region": "us-east-1"}]
    ),
    lambda c: c("secretsmanager").remove_regions_from_replication(
        **TOKEN, RemoveReplicaRegions=["us-east-1"]
    ),
)
OUTSIDE = {"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}}
OWN = {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
RULE = f"arn:aws:events:{HERE}:rule/warm"
WARM = permission(Principal="events.amazonaws.com", SourceArn=RULE)
HSTS = surplus.refusal("Strict-Transport-Security", "max-age=31536000")
SENT = surplus.staged("/accessLogSettings/destinationArn", FIREHOSE, LOG_GROUP)
QUIET = {"LogFormat": "JSON", "ApplicationLogLevel": "ERROR", "LogGroup": "/aws/lambda/stamp-rally-prod-stamps"}  # fmt: skip

# Name, rows that print a decision, what is read again, the change.
TEAMS: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("uploads that never ended and replaced images are cleared", "", BUCKETS, CLEANED),
    ("ACL of images names their owner in parts", "", BUCKETS, OF_THE_OWNER),
    ("S3 writes its logs beside the images", "SEC-22", BUCKETS, LOGGED_TO),
    ("table is under AWS's managed key", "", TABLES + KEYS, sse(Enabled=True, SSEType="KMS")),
    ("table is under a key of the customer", "SEC-20", TABLES + KEYS, under_own_key("auth", "ranking")),
    ("policies want TLS", "", ROLES, conditional(Bool={"aws:SecureTransport": "true"})),
    ("policies want our own account", "", ROLES, conditional(**OWN)),
    ("nothing may be done elsewhere", "", ROLES, denied(Condition=OUTSIDE)),
    ("nothing may be done to IAM", "", ROLES, denied(Action=["iam:*", "organizations:*"])),
    ("policy is a managed one of the customer", "", ROLES, in_one_managed_policy),
    ("role has a boundary for developers", "", ROLES, bounded),
    ("alarm is a query of one metric", "", HEARD, queried),
    ("alarm tells another team as well", "", HEARD, told_beside),
    ("topic signs as of version 2", "", TOPICS, topic("SignatureVersion", "2", "1")),
    ("refusals ask for TLS", "", API, surplus.live(HSTS)),
    ("unknown paths are answered for the page", "", API, surplus.live(unknown_path)),
    ("stage has a certificate of its own", "", STAGES, surplus.staged("/clientCertificateId", "abc123")),
    ("access log goes to Firehose", "DEP-29", STAGES, SENT),
    ("function starts from a snapshot", "DEP-19", FUNCTIONS, released(SnapStart={"ApplyOn": "PublishedVersions"})),
    ("function logs errors alone", "DEP-19", FUNCTIONS, released(LoggingConfig=QUIET)),
    ("function has a layer of tools", "DEP-17", FUNCTIONS, layered),
    ("function starts under OpenTelemetry", "DEP-17", FUNCTIONS, with_variable(AWS_LAMBDA_EXEC_WRAPPER="/opt/otel-instrument")),
    ("schedule keeps award warm", "SEC-17", POLICIES, WARM),
    ("secret is copied for a disaster", "PREP-06", SECRETS, COPIED),
)  # fmt: skip


HARMLESS = harmless_ones(TEAMS)
