"""What is known of any call that a function's role makes: the values of its condition keys."""

from aws import desired
from aws.iam import (
    Context,
    context,
)
from aws.kinds.role import Role

SECRETS, TABLES = "secretsmanager", "dynamodb"
"""Services that use a KMS key on behalf of their callers."""
NOT_CARRIED = (
    *("aws:SourceAccount", "aws:SourceArn"),
    *("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge", "aws:username"),
)
"""Condition keys that no call of a function has: a condition that requires one never holds."""
OF_A_NETWORK = ("aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp")
"""Condition keys that only calls through a VPC endpoint have: a permission that requires one is not there for all calls."""
NO_NETWORK = context(dict.fromkeys(OF_A_NETWORK, ()))


def known_of(want: desired.Role, role: Role | None = None, *, via: str = SECRETS) -> Context:
    """Return what is known of any call that the role makes. An existing ``role`` may have a path in its ARN.

    ``via`` is the service that uses a KMS key for it.
    """
    region, account = place_of(want)
    return context(
        {
            "aws:RequestedRegion": region,
            "aws:ResourceAccount": account,
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": role.arn if role else want.arn,
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": "AssumedRole",
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
            "kms:CallerAccount": account,
            "kms:ViaService": f"{via}.{region}.amazonaws.com",
            "lambda:SourceFunctionArn": want.function_arn,
            **dict.fromkeys(NOT_CARRIED, ()),
        }
    )


def needed_of(want: desired.Role, role: Role | None = None, *, via: str = SECRETS) -> Context:
    """Return the same of the calls that the function needs: it runs in no network, so that none goes through an endpoint."""
    return {**known_of(want, role, via=via), **NO_NETWORK}


def place_of(want: desired.Role) -> tuple[str, str]:
    """Return Region and account, as the function's ARN has them."""
    _, _, _, region, account, *_ = want.function_arn.split(":")
    return region, account
