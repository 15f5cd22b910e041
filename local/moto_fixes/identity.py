"""IAM, STS, KMS and X-Ray, where what moto answers would mislead a check or a function."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local.aws.errors import access_denied
from local.aws.moto import Fix, Moto
from local.aws.request import Request, Response, json_response


def get_account_authorization_details(request: Request, moto: Moto) -> Response:
    """Answer the policies that are in use, by name: moto lists all 1,500 of AWS's, without names."""
    backend = moto.backend("iam", "aws")
    everything, of_aws = backend.managed_policies, backend.aws_managed_policies
    bearers = (*backend.roles.values(), *backend.users.values(), *backend.groups.values())
    used = {policy for bearer in bearers for policy in _used(bearer)}
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


def _used(bearer: Any) -> set[str]:
    """Return the managed policies of a role, a user or a group."""
    boundary = getattr(bearer, "permissions_boundary_arn", None)
    return set(bearer.managed_policies) | ({boundary} if boundary else set())


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


def describe_key(request: Request, moto: Moto) -> Response:
    """Distinguish keys that AWS manages from those of the customer."""
    response = moto(request)
    if not response.succeeded:
        return response
    document = response.document
    key = moto.backend("kms", request.region).keys[document["KeyMetadata"]["KeyId"]]
    if any(alias.startswith("alias/aws/") for alias in key.aliases):
        document["KeyMetadata"]["KeyManager"] = "AWS"
    return response.with_document(document)


def put_trace_segments(_: Request, __: Moto) -> Response:
    """Take traces and keep none: moto needs another package for X-Ray."""
    return json_response({"UnprocessedTraceSegments": []})


FIXES: Mapping[tuple[str, str], Fix] = {
    ("iam", "GetAccountAuthorizationDetails"): get_account_authorization_details,
    ("kms", "DescribeKey"): describe_key,
    ("sts", "AssumeRole"): assume_role,
    ("sts", "GetCallerIdentity"): get_caller_identity,
    ("xray", "PutTraceSegments"): put_trace_segments,
}
