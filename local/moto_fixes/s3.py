"""S3: a bucket of today is born encrypted and closed to the public, and tells who pays; moto's does none of it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.aws.errors import refusal
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response

_ENCRYPTION = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
    }
}

_PAYER = "payer"
"""Attribute of moto's bucket under which we keep who pays."""


def create_bucket(request: Request, moto: Moto) -> Response:
    response = moto(request)
    if response.succeeded:
        backend, name = moto.backend("s3", "aws"), request.labels["Bucket"]
        bucket = backend.get_bucket(name)
        bucket.get_permission = _undecided
        if bucket.encryption is None:
            bucket.encryption = _ENCRYPTION
        if bucket.public_access_block is None:
            backend.put_public_access_block(
                name,
                {
                    "BlockPublicAcls": "True",
                    "IgnorePublicAcls": "True",
                    "BlockPublicPolicy": "True",
                    "RestrictPublicBuckets": "True",
                },
            )
    return response


def _undecided(action: str, resource: str) -> Any:  # noqa: ARG001 - as moto calls it
    """Refuse nothing by a bucket's policy: moto reads a Deny without its conditions, that of plain HTTP too."""
    from moto.iam.access_control import PermissionResult  # noqa: PLC0415  # a second of imports

    return PermissionResult.NEUTRAL


def _bucket(request: Request, moto: Moto) -> Any:
    return moto.backend("s3", "aws").buckets.get(request.labels["Bucket"])


def get_bucket_versioning(request: Request, moto: Moto) -> Response:
    """Name the element as S3 does where versioning was never set; moto calls it a response."""
    response = moto(request)
    body = response.body.replace(b"GetBucketVersioningResponse", b"VersioningConfiguration")
    return replace(response, body=body)


def get_bucket_request_payment(request: Request, moto: Moto) -> Response:
    """Tell who pays; moto would list the objects."""
    bucket = _bucket(request, moto)
    if bucket is None:
        return moto(request)
    payer = getattr(bucket, _PAYER, "BucketOwner")
    body = (
        '<RequestPaymentConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Payer>{payer}</Payer></RequestPaymentConfiguration>"
    )
    return Response(status=200, headers={"Content-Type": "application/xml"}, body=body.encode())


def put_bucket_request_payment(request: Request, moto: Moto) -> Response:
    """Keep who pays."""
    bucket = _bucket(request, moto)
    if bucket is None:
        return refusal(request, "NoSuchBucket", "The specified bucket does not exist", 404)
    payer = re.search(rb"<Payer>(Requester|BucketOwner)</Payer>", request.body)
    if payer is None:
        return refusal(request, "MalformedXML", "The XML you provided was not well-formed")
    setattr(bucket, _PAYER, payer[1].decode())
    return Response(status=200, headers={}, body=b"")


FIXES: Mapping[tuple[str, str], Fix] = {
    ("s3", "CreateBucket"): create_bucket,
    ("s3", "GetBucketVersioning"): get_bucket_versioning,
    ("s3", "GetBucketRequestPayment"): get_bucket_request_payment,
    ("s3", "PutBucketRequestPayment"): put_bucket_request_payment,
}
