"""IAM, STS, KMS and S3, where what moto answers would mislead a check or a function."""

import re
from dataclasses import replace
from typing import Any

from local.aws.moto import Moto, completing
from local.aws.request import Request, Response, access_denied, refusal


def get_account_authorization_details(request: Request, moto: Moto) -> Response:
    """Answer the policies that are in use, by name: moto lists all 1,500 of AWS's, without names."""
    backend = moto.backend("iam", "aws")
    everything, of_aws = backend.managed_policies, backend.aws_managed_policies
    bearers = (*backend.roles.values(), *backend.users.values(), *backend.groups.values())
    bounds = {getattr(bearer, "permissions_boundary_arn", None) for bearer in bearers}
    used = bounds.union(*(bearer.managed_policies for bearer in bearers))
    unused = {policy.arn for policy in of_aws} - used
    shown = {arn: policy for arn, policy in everything.items() if arn not in unused}
    for policy in shown.values():
        policy.policy_name, policy.policy_id = policy.name, policy.id
    try:
        backend.managed_policies = shown
        backend.aws_managed_policies = [policy for policy in of_aws if policy.arn in shown]
        return moto(request)
    finally:
        backend.managed_policies, backend.aws_managed_policies = everything, of_aws


def assume_role(request: Request, moto: Moto) -> Response:
    """Refuse a role of this account that does not exist; moto hands out credentials for it."""
    arn = request.parameters.get("RoleArn", "")
    roles = moto.backend("iam", "aws").roles.values()
    if f"::{moto.account}:" in arn and not any(role.arn == arn for role in list(roles)):
        message = f"User is not authorized to perform: sts:AssumeRole on resource: {arn}"
        return access_denied(request, message)
    return moto(request)


def get_caller_identity(request: Request, moto: Moto) -> Response:
    """Name the administrator of the stack as an IAM user; moto's ARN is none."""
    response = moto(request)
    arn = f"<Arn>arn:aws:iam::{moto.account}:user/local-admin</Arn>".encode()
    return replace(response, body=re.sub(rb"<Arn>[^<]*:user/moto</Arn>", arn, response.body))


@completing
def describe_key(request: Request, moto: Moto, response: Response) -> Response:
    """Distinguish keys that AWS manages from those of the customer."""
    document = response.document
    key = moto.backend("kms", request.region).keys[document["KeyMetadata"]["KeyId"]]
    if any(alias.startswith("alias/aws/") for alias in key.aliases):
        document["KeyMetadata"]["KeyManager"] = "AWS"
    return response.with_document(document)


_ENCRYPTION = {
    "Rule": {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
    }
}

_PAYER = "payer"
"""Attribute of moto's bucket under which we keep who pays."""


@completing
def create_bucket(request: Request, moto: Moto, response: Response) -> Response:
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
    bucket = _bucket(request, moto)
    if bucket is None:
        return refusal(request, "NoSuchBucket", "The specified bucket does not exist", 404)
    payer = re.search(rb"<Payer>(Requester|BucketOwner)</Payer>", request.body)
    if payer is None:
        return refusal(request, "MalformedXML", "The XML you provided was not well-formed")
    setattr(bucket, _PAYER, payer[1].decode())
    return Response(status=200, headers={}, body=b"")
