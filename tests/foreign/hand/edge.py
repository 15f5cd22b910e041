"""What stands around the API: usage plan and key, custom domain, the bucket of images."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DOMAIN = "api.rally.example.jp"
BUCKET = "stamp-rally-prod-images"


def usage_plan(gateway: Any, api: str) -> None:
    """Make plan and key (guide step 2-4), after the API that the plan names."""
    plan = gateway.create_usage_plan(
        name="stamp-rally-prod-usage-plan",
        throttle={"rateLimit": 1000.0, "burstLimit": 2000},
        quota={"limit": 100000, "period": "DAY"},
        apiStages=[{"apiId": api, "stage": "prod"}],
    )
    key = gateway.create_api_key(name="stamp-rally-prod-api-key", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")


def domain(gateway: Any, acm: Any, api: str) -> None:
    """Set up the custom domain (guide step 5) with a certificate bought elsewhere."""
    private_key, certificate = _certificate(f"*.{DOMAIN.partition('.')[2]}")
    imported = acm.import_certificate(Certificate=certificate, PrivateKey=private_key)
    gateway.create_domain_name(
        domainName=DOMAIN,
        regionalCertificateArn=imported["CertificateArn"],
        endpointConfiguration={"types": ["REGIONAL"]},
        securityPolicy="TLS_1_2",
    )
    gateway.create_base_path_mapping(domainName=DOMAIN, restApiId=api, stage="prod")


def _certificate(name: str) -> tuple[bytes, bytes]:
    """Return key and certificate, PEM, valid for a year: no literal, since that would expire."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def bucket(s3: Any) -> None:
    """Encrypt by AWS-KMS (guide step 2-3); TLS only, objects and bucket in statements of their own."""
    where = {"LocationConstraint": "ap-northeast-1"}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    statements = [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": ["s3:*"],
            "Resource": resource,
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        }
        for resource in (f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*")
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
