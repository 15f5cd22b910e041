"""A private bucket: encrypted, closed to the public, TLS only (step 2-3)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aws.bounds import exactly
from aws.change.gate import ChangeContext, Changes, empty_if, repairs
from aws.converge.policy_document import POLICY
from aws.desired import Bucket
from aws.iam.statement import listed, policy_of
from aws.kinds.bucket import BUCKET, BY_KMS, ENCRYPTION, SWITCHES, cdns
from aws.kinds.bucket import Bucket as CurrentBucket
from aws.words import Named, Words

PUBLIC = BUCKET.facts["public_access_blocked"].words
TLS = POLICY.named("TlsOnly")
VERSIONS = Words(en="versioning", ja="バージョニング")
BY_S3 = exactly("AES256")
AWS_KEY = ("alias/aws/s3", "")
"""How a bucket names the key that AWS manages for S3, which no other account can use."""
ABSENT = frozenset({"404", "NoSuchBucket"})
CLOSED = dict.fromkeys(SWITCHES, True)


def converge(
    context: ChangeContext,
    bucket: Bucket,
    *,
    shared: bool = False,
    allowed: Sequence[Mapping[str, Any]] = (),
) -> Changes:
    """Create the bucket, or encrypt it and block public access; other statements of its policy stay.

    ``shared``: it keeps every version, and other accounts are to read it, which can use what S3 encrypts, or a key of your
    own, but never AWS's own key ``aws/s3``. ``allowed``: statements, by Sid, that let them.
    """
    absent = not empty_if(ABSENT, context.client("s3").head_bucket, Bucket=bucket.name)
    current = None if absent else _current(context, bucket.name)
    own_key = current and (current.kms_key or "") not in AWS_KEY
    policy, tls = current.policy if current else None, _tls_only(bucket.name)
    before = listed(json.loads(policy or "{}").get("Statement", []))
    by = BY_S3 if shared and not own_key else BY_KMS
    if current and cdns(policy, "s3:GetObject"):  # it would show no image that comes under aws/s3
        by = exactly(current.encryption)
    compared = {
        ENCRYPTION: (current and current.encryption, by),
        PUBLIC: (CLOSED if current and current.public_access_blocked else None, exactly(CLOSED)),
        # A Deny of plain HTTP counts however it is written.
        TLS: (tls if current and current.refuses_http else None, exactly(tls)),
        **{
            POLICY.named(each["Sid"]): (as_written(each, before), exactly(each)) for each in allowed
        },
    }
    if shared:
        ask = context.client("s3").get_bucket_versioning
        status = ask(Bucket=bucket.name).get("Status") if current else None
        compared[VERSIONS] = status, exactly("Enabled")
    changes = repairs(BUCKET.resource(bucket.name), compared, absent=absent)
    if not absent and not shared:  # phones get no image at S3's own address any more
        changes = tuple(replace(each, destroys=each.field == PUBLIC) for each in changes)
    return context.settle(changes, lambda: _apply(context, bucket, changes, before, absent=absent))


def as_written(desired: Mapping[str, Any], before: Iterable[Mapping[str, Any]]) -> Any:
    """Return the statement of that Sid; where it says the same, in the spelling that is wanted."""
    current = next((entry for entry in before if entry.get("Sid") == desired["Sid"]), None)
    return desired if current and _sorted(current) == _sorted(desired) else current


def _sorted(value: Any) -> Any:
    """Return a policy's value regardless of the order of its lists; AWS writes a list of one as that one value."""
    if isinstance(value, Mapping):
        return {name: _sorted(entry) for name, entry in value.items()}
    return sorted(value) if isinstance(value, list) else [value]


def _current(context: ChangeContext, bucket: str) -> CurrentBucket:
    """Return what is read of it; where it stands is not asked for, since nothing changes that."""
    place = {"name": bucket}
    read = {key: BUCKET.answer(context, key, place) for key in ("encryption", "block", "policy")}
    return BUCKET.decode({"location": {}, **read}, bucket)


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
    context: ChangeContext,
    bucket: Bucket,
    changes: Changes,
    before: Iterable[Mapping[str, Any]],
    *,
    absent: bool,
) -> None:
    s3, fields = context.client("s3"), {change.field: change.after for change in changes}
    if absent:
        at = {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}}
        # us-east-1 is the one Region that must not be named.
        s3.create_bucket(Bucket=bucket.name, **(at if bucket.region != "us-east-1" else {}))
    if ENCRYPTION in fields:
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": fields[ENCRYPTION]}}
        s3.put_bucket_encryption(
            Bucket=bucket.name, ServerSideEncryptionConfiguration={"Rules": [rule]}
        )
    if PUBLIC in fields:
        s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=CLOSED)
    if VERSIONS in fields:
        versioning = {"Status": fields[VERSIONS]}
        s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration=versioning)
    if by_sid := {
        field.name: statement for field, statement in fields.items() if isinstance(field, Named)
    }:
        others = [entry for entry in before if entry.get("Sid") not in by_sid]
        whole = json.dumps(policy_of([*others, *by_sid.values()]))
        s3.put_bucket_policy(Bucket=bucket.name, Policy=whole)
