"""S3: how the optional bucket of images is encrypted and closed."""

from dataclasses import dataclass

from aws.reading import Reader, Reading
from aws.section import Section

FIRST_REGION = "us-east-1"
"""What S3 means where it answers no location."""


SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """``encryption`` is AES256 or aws:kms; ``public_access_blocked`` only if all four are on."""

    name: str
    encryption: str | None
    kms_key: str | None
    public_access_blocked: bool
    policy: str | None
    region: str


def buckets(reading: Reading) -> Section[Bucket]:
    configured = [reading.scope.bucket] if reading.scope.bucket else []
    return reading.each(configured, lambda name: _bucket(reading, name))


def _bucket(reading: Reading, name: str) -> Bucket:
    call, asked = reading.aws.call, {"Bucket": name, "ExpectedBucketOwner": reading.scope.account}
    location = call("s3", "get_bucket_location", **asked)
    encryption = call(
        "s3",
        "get_bucket_encryption",
        **asked,
        empty_on={"ServerSideEncryptionConfigurationNotFoundError"},
    )
    block = call(
        "s3", "get_public_access_block", **asked, empty_on={"NoSuchPublicAccessBlockConfiguration"}
    ).get("PublicAccessBlockConfiguration", {})
    policy = call("s3", "get_bucket_policy", **asked, empty_on={"NoSuchBucketPolicy"})
    rules = encryption.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return Bucket(
        name=name,
        encryption=default.get("SSEAlgorithm"),
        kms_key=default.get("KMSMasterKeyID"),
        public_access_blocked=all(block.get(switch, False) for switch in SWITCHES),
        policy=policy.get("Policy"),
        region=location.get("LocationConstraint") or FIRST_REGION,
    )


READERS = {
    "buckets": Reader(
        buckets,
        (
            "s3:GetBucketLocation",
            "s3:GetBucketPolicy",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetEncryptionConfiguration",
        ),
    ),
}
