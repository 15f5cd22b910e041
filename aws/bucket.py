"""S3: how the optional bucket of images is encrypted and protected from public access."""

from dataclasses import dataclass

from aws.bounds import one_of
from aws.iam import Statement, context, covers, parse
from aws.iam.condition import holds
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section

OF_OLD = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""What S3 answers as the location of buckets in its two oldest Regions -> the Region."""


BY_KMS = one_of("aws:kms", "aws:kms:dsse")
"""Encryption with a KMS key, in one layer or two."""
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

    @property
    def refuses_http(self) -> bool:
        """Whether the policy denies every action, on the bucket and its objects, to plain HTTP."""
        denies = [one for one in parse(self.policy or '{"Statement": []}') if _denies_http(one)]
        arns = (f"arn:aws:s3:::{self.name}", f"arn:aws:s3:::{self.name}/*")
        return all(any(covers(r, arn) for one in denies for r in one.resources) for arn in arns)


def _denies_http(one: Statement) -> bool:
    """Whether a statement denies all HTTP. A further condition may fail, and then HTTP would pass."""
    http = context({"aws:SecureTransport": "false"})
    return (
        one.effect == "Deny"
        and bool({"*", "s3:*"} & set(one.actions))
        and any(who == "*" for _, who in one.principals)
        and all(holds(condition, http) is True for condition in one.conditions)
    )


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
    )
    policy = call("s3", "get_bucket_policy", **asked, empty_on={"NoSuchBucketPolicy"})
    return decode(name, location=location, encryption=encryption, block=block, policy=policy)


def decode(name: str, *, location: Raw, encryption: Raw, block: Raw, policy: Raw) -> Bucket:
    """Return the facts of a bucket from the answers about it, of which each may be empty."""
    rules = encryption.get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    there = location.get("LocationConstraint")
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return Bucket(
        name=name,
        encryption=default.get("SSEAlgorithm"),
        kms_key=default.get("KMSMasterKeyID"),
        public_access_blocked=all(
            block.get("PublicAccessBlockConfiguration", {}).get(switch, False)
            for switch in SWITCHES
        ),
        policy=policy.get("Policy"),
        region=OF_OLD.get(there) or str(there),
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
