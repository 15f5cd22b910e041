"""Loopholes: members that were read in part, policies of resources, answers of the API itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.stack import confirmation_token
from tests.foreign.changes import access, makers, surplus, tables
from tests.foreign.changes.change import Client, Kept, harmful_ones, harmless_ones
from tests.foreign.changes.gateway import API, OTHER_RELEASE, api_of
from tests.foreign.changes.makers import (
    ACCOUNT,
    PRINCIPALS,
    ROOT,
    between,
    may,
    place,
    secret_policy,
    user,
)
from tests.foreign.hand import edge, identity, vault, watch

INDEXES, MASTERS, PLANS = ["tables", "table_attachments"], ["contents"], ["usage_plans", "api_keys"]
SECRETS, TABLES, BUCKETS = ["secrets"], ["table_policies"], ["buckets"]
OBJECTS = f"arn:aws:s3:::{edge.BUCKET}/*"
ORIGIN = {"gatewayresponse.header.Access-Control-Allow-Origin": "'https://rally.example.jp'"}
OURS = f"arn:aws:iam::{ACCOUNT}:role/stamp-rally-prod"
ALL_BUT_AUTH = {
    "Condition": {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT},
        "ArnNotEquals": {"aws:PrincipalArn": f"{OURS}-auth-role"},
    }
}


def ranked_by(*keys: tuple[str, str]) -> Kept:
    """Make the ranking's index by these attributes."""
    schema = [{"AttributeName": name, "KeyType": kind} for name, kind in keys]
    return lambda client: tables.ranked(client, {**tables.RANKING, "KeySchema": schema})


def refused(kind: str, status: str, headers: dict[str, str] | None = None, **more: Any) -> Kept:
    """Answer one of API Gateway's own errors otherwise, live."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        api, which = client("apigateway"), {**api_of(client), "responseType": kind}
        before = api.get_gateway_response(**which)
        named = {f"gatewayresponse.header.{name}": text for name, text in (headers or {}).items()}
        api.put_gateway_response(
            **which, statusCode=status, responseParameters=ORIGIN | named, **more
        )
        yield
        if before["defaultResponse"]:
            api.delete_gateway_response(**which)
        else:
            known = {
                key: before[key] for key in ("statusCode", "responseParameters") if key in before
            }
            api.put_gateway_response(**which, **known)

    return surplus.live(kept)


@contextmanager
def key_of_a_partner(client: Client) -> Iterator[None]:
    api = client("apigateway")
    plans = {item["name"]: item["id"] for item in api.get_usage_plans()["items"]}
    made = api.create_api_key(name="partner", enabled=True)["id"]
    where = {"usagePlanId": plans["stamp-rally-prod-usage-plan"], "keyId": made}
    api.create_usage_plan_key(**where, keyType="API_KEY")
    yield
    api.delete_usage_plan_key(**where)
    api.delete_api_key(apiKey=made)


def bucket_policy(**statement: Any) -> Kept:
    """Add a statement about the images to the bucket's policy."""
    named = {"Bucket": edge.BUCKET}
    action = {} if "NotAction" in statement else {"Action": "s3:GetObject"}
    one = {"Effect": "Allow", "Resource": OBJECTS, **action, **statement}

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        before = client("s3").get_bucket_policy(**named)["Policy"]
        whole = json.loads(before)
        whole["Statement"].append(one)
        client("s3").put_bucket_policy(**named, Policy=json.dumps(whole))
        yield
        client("s3").put_bucket_policy(**named, Policy=before)

    return kept


def token_key_policy(who: str) -> Kept:
    read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return lambda client: access.secret_policy(
        client, vault.TOKEN_KEY, {**read, "Principal": {"AWS": who}}
    )


def users_policy(action: str, **more: Any) -> Kept:
    one = {"Effect": "Allow", "Action": action, "Resource": "*", **more}
    return lambda client: access.table_policy(client, identity.USERS, one)


def stamp(name: str, lat: str, lon: str, kind: str = "GPS") -> Kept:
    """Load one more master."""
    table, key = {"TableName": "StampMasters-prod"}, {"StampId": {"S": name}}
    more = {"Name": {"S": "new"}, "Type": {"S": kind}, "Location": place(lat, lon, "20")}
    return between(
        lambda c: c("dynamodb").put_item(**table, Item=key | more),
        lambda c: c("dynamodb").delete_item(**table, Key=key),
    )


def administrator(*rights: dict[str, Any], **trust: Any) -> Kept:
    """Let there be the named administrator, with this trust, and a user with these rights."""
    named, policy = {"RoleName": "administrator"}, {"PolicyName": "all"}
    trusting = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ROOT, **trust}
    everything = json.dumps({"Version": "2012-10-17", "Statement": [may("*", "*")]})

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        iam, whole = client("iam"), {"Version": "2012-10-17", "Statement": [trusting]}
        iam.create_role(**named, AssumeRolePolicyDocument=json.dumps(whole))
        iam.put_role_policy(**named, **policy, PolicyDocument=everything)
        with access.user(client, *(rights or [may("s3:ListAllMyBuckets", "*")])):
            yield
        iam.delete_role_policy(**named, **policy)
        iam.delete_role(**named)

    return kept


@contextmanager
def scaled_by_aws(client: Client) -> Iterator[None]:
    """Let a service of AWS have its role, as soon as somebody uses it."""
    iam, service = client("iam"), "dynamodb.application-autoscaling.amazonaws.com"
    name = iam.create_service_linked_role(AWSServiceName=service)["Role"]["RoleName"]
    own = "aws-service-role/AWSApplicationAutoscalingDynamoDBTablePolicy"
    policy = {"PolicyArn": f"arn:aws:iam::aws:policy/{own}"}
    iam.attach_role_policy(RoleName=name, **policy)
    yield
    iam.detach_role_policy(RoleName=name, **policy)
    iam.delete_role(RoleName=name)


def keyed(use: Callable[[str], Kept], *, off: bool = False) -> Kept:
    """Encrypt something under a key of our own, which may be switched off afterwards."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        made = client("kms").create_key(Description="ours")["KeyMetadata"]
        with use(made["Arn"])(client):
            if off:
                client("kms").disable_key(KeyId=made["KeyId"])
            yield

    return kept


def variables_under(key: str) -> Kept:
    return makers.released(KMSKeyArn=key)


@contextmanager
def stranger_in_our_place(client: Client) -> Iterator[None]:
    """Let somebody else be told of alarms, and the address that was decided no more."""
    sns, stranger = client("sns"), "stranger@example.com"
    (person,) = sns.list_subscriptions_by_topic(TopicArn=watch.TOPIC)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=person["SubscriptionArn"])
    made = sns.subscribe(
        TopicArn=watch.TOPIC, Protocol="email", Endpoint=stranger, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    sns.confirm_subscription(TopicArn=watch.TOPIC, Token=confirmation_token(watch.TOPIC, stranger))
    yield
    sns.unsubscribe(SubscriptionArn=made)
    sns.subscribe(TopicArn=watch.TOPIC, Protocol="email", Endpoint=watch.PERSON)
    again = confirmation_token(watch.TOPIC, watch.PERSON)
    sns.confirm_subscription(TopicArn=watch.TOPIC, Token=again)


KEYS = ["keys", "key_attachments"]
KEYED = [*makers.FUNCTIONS, *KEYS]
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
OF_RALLY = {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:example/rally:*"}}
BECOME = f"arn:aws:iam::{ACCOUNT}:role/administrator"
RALLY_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/rally-stamps"
REST_APIS = "arn:aws:apigateway:ap-northeast-1::/restapis/*"
STRANGER = {"AWS": "arn:aws:iam::999988887777:root"}
CDN = {"Service": "cloudfront.amazonaws.com"}
OUR_CDN = {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"}}
HERE = identity.HERE
RELEASE = " ".join(OTHER_RELEASE)


TABLE_PARTS = ["tables", "table_attachments"]
READS_STREAMS = may(["dynamodb:GetRecords", "dynamodb:GetShardIterator"], "*")


@contextmanager
def stream_read_by_a_user(client: Client) -> Iterator[None]:
    """Stream what is written into a table, and let a user read it as other teams read their own streams."""
    with tables.streaming(client, "UserStamps-prod", "NEW_IMAGE"), user(READS_STREAMS)(client):
        yield


def switched_off_by_a_user(key: str) -> Kept:
    """Encrypt award's variables under the key, which a user may switch off."""

    @contextmanager
    def kept(client: Client) -> Iterator[None]:
        with variables_under(key)(client), user(may("kms:DisableKey", "*"))(client):
            yield

    return kept


HARM: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("index asks for a user first", "DEP-02", INDEXES, ranked_by(("UserId", "HASH"), ("PeriodShard", "HASH"), ("Rank", "RANGE"))),
    ("index sorts by user first", "DEP-02", INDEXES, ranked_by(("PeriodShard", "HASH"), ("UserId", "RANGE"), ("Rank", "RANGE"))),
    ("throttled callers are told all is well", f"DEP-26 {RELEASE}", API, refused("THROTTLED", "200")),
    ("faults are told as success", f"DEP-26 {RELEASE}", API, refused("INTEGRATION_FAILURE", "200")),
    ("fault of the authorizer is told as a bad session", f"DEP-26 {RELEASE}", API, refused("AUTHORIZER_FAILURE", "401")),
    ("refusal is kept by browsers", f"DEP-34 {RELEASE}", API, refused("ACCESS_DENIED", "401", {"Cache-Control": "'public, max-age=86400'"})),
    ("refusal repeats the session", f"DEP-34 {RELEASE}", API, refused("THROTTLED", "429", {"Vary": "method.request.header.Authorization"})),
    ("refusal tells the API key", f"DEP-34 {RELEASE}", API, refused("QUOTA_EXCEEDED", "429", responseTemplates={"application/json": '{"key": "$context.identity.apiKey"}'})),
    ("partner has a key of our plan", "DEP-36", PLANS, key_of_a_partner),
    ("stranger deletes images", "SEC-22", BUCKETS, bucket_policy(Principal=STRANGER, Action="s3:DeleteObject")),
    ("every distribution reads images", "SEC-21 SEC-22", BUCKETS, bucket_policy(Principal=CDN)),
    ("award replaces images", "SEC-22", BUCKETS, bucket_policy(Principal={"AWS": f"{OURS}-award-role"}, Action="s3:PutObject")),
    ("somebody of the account replaces images", "SEC-22", BUCKETS, bucket_policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/uploader"}, Action="s3:Put*")),
    ("nobody but the account reads images", "SEC-22", BUCKETS, bucket_policy(Effect="Deny", NotPrincipal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, NotAction="s3:List*")),
    ("everybody without an owner publishes", "SEC-24", ["topics"], makers.topic_policy(Principal="*", Condition={"ForAllValues:StringEquals": {"AWS:SourceOwner": ACCOUNT}})),
    ("nobody reads images", "SEC-22", BUCKETS, bucket_policy(Effect="Deny", Principal="*")),
    ("all but auth read the LINE token", "SEC-24", SECRETS, secret_policy("Allow", "*", "secretsmanager:GetSecretValue", **ALL_BUT_AUTH)),
    ("notify reads the session key", "SEC-24", SECRETS, token_key_policy(f"{OURS}-notify-role")),
    ("all but auth may everything with users", "SEC-24", TABLES, users_policy("dynamodb:*", Principal="*", **ALL_BUT_AUTH)),
    ("award may delete users", "SEC-24", TABLES, users_policy("dynamodb:*", Principal={"AWS": f"{OURS}-award-role"})),
    ("auth may delete its table", "SEC-24", TABLES, users_policy("dynamodb:*", Principal={"AWS": f"{OURS}-auth-role"})),
    ("user opens routes", "SEC-24", PRINCIPALS, user(may("apigateway:PATCH", REST_APIS))),
    ("user maps the domain", "SEC-24", PRINCIPALS, user(may("apigateway:*", "arn:aws:apigateway:*::/domainnames/*"))),
    ("user deletes alarms", "SEC-24", PRINCIPALS, user(may("cloudwatch:DeleteAlarms", "*"))),
    ("user mutes alarms", "SEC-24", PRINCIPALS, user(may("cloudwatch:PutAlarmMuteRule", "*"))),
    ("user rewrites a policy of our role", "SEC-24", PRINCIPALS, user(may("iam:CreatePolicyVersion", RALLY_POLICY))),
    ("user becomes administrator", "SEC-24", PRINCIPALS, administrator(may("sts:AssumeRole", BECOME))),
    ("user lets itself become administrator", "SEC-24", PRINCIPALS, administrator(may("iam:UpdateAssumeRolePolicy", BECOME))),
    ("stranger becomes administrator", "SEC-24", PRINCIPALS, administrator(Principal=STRANGER)),
    ("every repository becomes administrator", "SEC-24", PRINCIPALS, administrator(Principal={"Federated": GITHUB}, Action="sts:AssumeRoleWithWebIdentity")),
    ("key of the variables is off", "DEP-10", KEYED, keyed(variables_under, off=True)),
    ("user reads the stream of a table", "DEP-08 SEC-24", [*TABLE_PARTS, "principals"], stream_read_by_a_user),
    ("user switches the key of the variables off", "SEC-24", [*KEYED, "principals"], keyed(switched_off_by_a_user)),
    ("stranger hears in the place of whom we named", "MON-06 MON-16", ["topics"], stranger_in_our_place),
    ("stamp is called like a counter", "DATA-01 DATA-02 DATA-06", MASTERS, stamp("#W2026-W49", "35.5562", "139.6541")),
    ("stamp lies where another one does", "DATA-01 DATA-06", MASTERS, stamp("COPY-001", "35.5561", "139.6540")),
    ("stamp lies in another prefecture", "DATA-01 DATA-06", MASTERS, stamp("EXTRA-001", "38.2600", "140.8700")),
)  # fmt: skip
SOUND: tuple[tuple[str, str, list[str], Kept], ...] = (
    ("user reads the streams of others", "", PRINCIPALS, user(READS_STREAMS)),
    ("unknown path is 404 and kept by nobody", "", API, refused("MISSING_AUTHENTICATION_TOKEN", "404", {"Cache-Control": "'no-store'"})),
    ("account leaves images to IAM", "", BUCKETS, bucket_policy(Principal={"AWS": ACCOUNT}, Action="s3:*")),
    ("administrator replaces images", "", BUCKETS, bucket_policy(Principal={"AWS": BECOME}, Action="s3:PutObject")),
    ("load balancer writes its logs", "SEC-22", BUCKETS, bucket_policy(Principal={"Service": "delivery.logs.amazonaws.com"}, Action="s3:PutObject", Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})),
    ("our distribution reads images", "SEC-21", BUCKETS, bucket_policy(Principal=CDN, Condition=OUR_CDN)),
    ("images are refused outside a network", "SEC-22", BUCKETS, bucket_policy(Effect="Deny", Principal="*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})),
    ("images are refused before TLS 1.2", "", BUCKETS, bucket_policy(Effect="Deny", Principal="*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})),
    ("images are refused to one role", "", BUCKETS, bucket_policy(Effect="Deny", Principal={"AWS": f"{OURS}-award-role"})),
    ("another account's pages read images", "SEC-22", BUCKETS, bucket_policy(Principal=STRANGER)),
    ("user looks at APIs and alarms", "", PRINCIPALS, user(may(["apigateway:GET", "cloudwatch:Describe*", "cloudwatch:PutMetricData"], "*"))),
    ("user edits another API", "", PRINCIPALS, user(may("apigateway:*", "arn:aws:apigateway:ap-northeast-1::/restapis/zz99xx/*"))),
    ("user takes a role of its own", "", PRINCIPALS, administrator(may("sts:AssumeRole", BECOME.replace("administrator", "reader")))),
    ("another team's alarms are set", "", PRINCIPALS, user(may("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:{HERE}:alarm:orders-*"))),
    ("alarms of all teams are set", "SEC-24", PRINCIPALS, user(may("cloudwatch:PutMetricAlarm", "*"))),
    ("our repository becomes administrator", "", PRINCIPALS, administrator(Principal={"Federated": GITHUB}, Action="sts:AssumeRoleWithWebIdentity", Condition=OF_RALLY)),
    ("security's account becomes administrator", "SEC-24", PRINCIPALS, administrator(Principal=STRANGER)),
    ("service scales by its alarms", "", PRINCIPALS, scaled_by_aws),
    ("variables are under our own key", "", KEYED, keyed(variables_under)),
    ("auth is named by its key", "", SECRETS, token_key_policy(f"{OURS}-auth-role")),
    ("auth is named by its table", "", TABLES, users_policy("dynamodb:GetItem", Principal={"AWS": f"{OURS}-auth-role"})),
)  # fmt: skip


CHANGES = harmful_ones(HARM)
HARMLESS = harmless_ones(SOUND)
