"""API Gateway, ACM, DNS and S3 as they would answer for a healthy production: literals, no plan."""

from datetime import UTC, datetime

from aws.api.document import ApiDocument
from aws.dns import Resolution
from aws.kinds.bucket import Bucket
from aws.kinds.certificate import Certificate
from aws.kinds.domain import BasePath, CustomDomain
from aws.kinds.rest_api import Deployment, MethodSetting, RestApi, Stage
from aws.kinds.usage_plan import ApiKey, GatewayAccount, UsagePlan
from aws.way_back import DeploymentBack
from tests.healthy.api_document import document
from tests.healthy.compute import clear

API = "stamp-rally-prod-api"
API_ID = "k3v9x0q2ma"
DEPLOYMENT = "7hq2ze"
DOMAIN = "api.rally.example.jp"
CERTIFICATE = (
    "arn:aws:acm:ap-northeast-1:444455556666:certificate/5d0f8a72-3c41-4e9b-9d57-1b6a2f7c88e0"
)
TAGS = {"Environment": clear("prod"), "Project": clear("CC")}
IMAGES_POLICY = """{"Version": "2012-10-17", "Statement": [{"Sid": "TlsOnly", "Effect": "Deny",
 "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::stamp-rally-prod-images",
 "arn:aws:s3:::stamp-rally-prod-images/*"],
 "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"""


def rest_apis() -> dict[str, tuple[RestApi, ...]]:
    api = RestApi(
        id=API_ID,
        name=API,
        created=datetime(2026, 11, 16, 3, 2, 41, tzinfo=UTC),
        endpoint_types=("REGIONAL",),
        tags=TAGS,
    )
    return {API: (api,)}


def stages() -> dict[str, Stage]:
    stage = Stage(
        updated=datetime(2026, 11, 24, 1, 31, tzinfo=UTC),
        name="prod",
        deployment_id=DEPLOYMENT,
        description="本番環境",
        settings={"*/*": MethodSetting(rate=1000.0, burst=2000, logging_level="ERROR")},
        access_log_arn=f"arn:aws:logs:ap-northeast-1:444455556666:log-group:/aws/apigateway/{API}",
        access_log_format='{"requestId":"$context.requestId","ip":"$context.identity.sourceIp",'
        '"method":"$context.httpMethod","path":"$context.resourcePath","status":"$context.status"}',
        tracing=True,
        tags=TAGS,
    )
    return {"prod": stage}


def deployments() -> dict[str, tuple[Deployment, ...]]:
    newest = Deployment(id=DEPLOYMENT, created=datetime(2026, 11, 24, 1, 30, tzinfo=UTC))
    older = Deployment(id="m4x8c1", created=datetime(2026, 11, 16, 3, 10, tzinfo=UTC))
    return {API: (newest, older)}


def deployments_back() -> dict[str, DeploymentBack]:
    """Return the deployment before, which asked for the same authorization."""
    older = deployments()[API][1]
    kinds = {
        id_: "CUSTOM" if method.authorizer else "NONE"
        for id_, method in document(None).methods.items()
    }
    keys = {id_: method.api_key_required for id_, method in document(None).methods.items()}
    back = DeploymentBack(
        deployment=older,
        authorization=kinds,
        keys=keys,
        document=document(None),
        policies={},
    )
    return {API: back}


def draft() -> dict[str, ApiDocument]:
    return {API: document(authorizer_id="8dk2mz")}


def served() -> dict[str, ApiDocument]:
    return {"prod": document(authorizer_id=None)}


def usage_plans() -> dict[str, UsagePlan]:
    name = "stamp-rally-prod-usage-plan"
    plan = UsagePlan(
        id="q81vdu",
        name=name,
        rate=1000.0,
        burst=2000,
        quota=100_000,
        period="DAY",
        stages=(f"{API_ID}:prod",),
        keys=("w5k0s2h7ne",),
    )
    return {name: plan}


def api_keys() -> dict[str, ApiKey]:
    name = "stamp-rally-prod-api-key"
    return {name: ApiKey(id="w5k0s2h7ne", name=name, enabled=True)}


def gateway_account() -> dict[str, GatewayAccount]:
    role = "arn:aws:iam::444455556666:role/stamp-rally-prod-apigateway-logs-role"
    return {"account": GatewayAccount(log_role_arn=role, rate=10_000.0, burst=5_000)}


def domains() -> dict[str, CustomDomain]:
    domain = CustomDomain(
        name=DOMAIN,
        status="AVAILABLE",
        endpoint_types=("REGIONAL",),
        security_policy="TLS_1_2",
        certificate_arn=CERTIFICATE,
        target="d-9s2k4m7qzb.execute-api.ap-northeast-1.amazonaws.com",
        mappings=(BasePath(path="", api_id=API_ID, stage="prod"),),
    )
    return {DOMAIN: domain}


def certificates() -> dict[str, Certificate]:
    certificate = Certificate(
        arn=CERTIFICATE,
        status="ISSUED",
        names=("rally.example.jp", "*.rally.example.jp"),
        not_before=datetime(2026, 11, 16, tzinfo=UTC),
        not_after=datetime(2027, 12, 15, 23, 59, 59, tzinfo=UTC),
    )
    return {CERTIFICATE: certificate}


def resolutions() -> dict[str, Resolution]:
    addresses = ("52.192.71.14", "54.238.10.201")
    return {DOMAIN: Resolution(addresses=addresses, target_addresses=addresses)}


def buckets() -> dict[str, Bucket]:
    name = "stamp-rally-prod-images"
    bucket = Bucket(
        name=name,
        encryption="aws:kms",
        kms_key=None,
        public_access_blocked=True,
        policy=IMAGES_POLICY,
        region="ap-northeast-1",
    )
    return {name: bucket}
