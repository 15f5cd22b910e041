"""The bucket of the images, where the environment names one: encrypted, closed, TLS only (step 2-3)."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from aws.bounds import exactly
from aws.bucket import BY_KMS, SWITCHES, decode
from aws.bucket import Bucket as Found
from aws.change.gate import ChangeContext, Changes, repairs
from aws.desired import Bucket

ENCRYPTION, PUBLIC, TLS = "encryption", "public access", "policy TlsOnly"
NOTHING_SET = frozenset(
    {
        "ServerSideEncryptionConfigurationNotFoundError",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchBucketPolicy",
    }
)
ABSENT = frozenset({"404", "NoSuchBucket"})
CLOSED = dict.fromkeys(SWITCHES, True)


def converge(context: ChangeContext, bucket: Bucket) -> Changes:
    """Create the bucket, or encrypt it and block public access; other statements of its policy stay."""
    absent = not _exists(context, bucket.name)
    found = None if absent else _found(context, bucket.name)
    have = (
        {
            ENCRYPTION: found.encryption,
            PUBLIC: CLOSED if found.public_access_blocked else None,
            TLS: _tls_only(bucket.name) if found.refuses_http else None,
        }
        if found
        else None
    )
    bounds = {
        ENCRYPTION: BY_KMS,
        PUBLIC: exactly(CLOSED),
        TLS: exactly(_tls_only(bucket.name)),
    }
    changes = repairs(f"bucket {bucket.name}", have, bounds)
    policy = found.policy if found else None
    return context.settle(changes, lambda: _apply(context, bucket, changes, policy, absent=absent))


def _exists(context: ChangeContext, bucket: str) -> bool:
    return bool(_set(context.client("s3").head_bucket, ABSENT, Bucket=bucket))


def _set(call: Callable[..., Any], empty_on: frozenset[str], **which: str) -> dict[str, Any]:
    """Make a call; an error code in ``empty_on`` is the answer "nothing set"."""
    try:
        answer: dict[str, Any] = call(**which)
    except ClientError as error:
        if error.response["Error"].get("Code") not in empty_on:
            raise
        return {}
    return answer


def _found(context: ChangeContext, bucket: str) -> Found:
    s3, which = context.client("s3"), {"Bucket": bucket}
    return decode(
        bucket,
        location={},
        encryption=_set(s3.get_bucket_encryption, NOTHING_SET, **which),
        block=_set(s3.get_public_access_block, NOTHING_SET, **which),
        policy=_set(s3.get_bucket_policy, NOTHING_SET, **which),
    )


def _tls_only(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _apply(
    context: ChangeContext, bucket: Bucket, changes: Changes, policy: str | None, *, absent: bool
) -> None:
    s3, fields = context.client("s3"), {one.field for one in changes}
    if absent:
        region = bucket.region
        # us-east-1 is the one Region that must not be named.
        where = {"LocationConstraint": region} if region != "us-east-1" else None
        s3.create_bucket(
            Bucket=bucket.name, **({"CreateBucketConfiguration": where} if where else {})
        )
    if ENCRYPTION in fields:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        s3.put_bucket_encryption(
            Bucket=bucket.name, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
    if PUBLIC in fields:
        s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=CLOSED)
    if TLS in fields:
        said = json.loads(policy or "{}").get("Statement", [])
        others = [one for one in said if one.get("Sid") != "TlsOnly"]
        whole = {"Version": "2012-10-17", "Statement": [*others, _tls_only(bucket.name)]}
        s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(whole))
