"""IAM: each planned role with every document that applies to it, in one pass."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aws.door import ReadFailure
from aws.reading import Reader, Reading
from aws.secret import described
from aws.secret_text import MaskedValue
from aws.section import Section

Details = tuple[list[Mapping[str, Any]], Mapping[str, str]]
"""Every role of the account, and ARN -> document of the account's own managed policies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """``arn`` is None for an inline policy; ``document`` is JSON text."""

    name: str
    document: str
    arn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    name: str
    arn: str
    trust: str
    """The assume-role policy, JSON text."""
    policies: tuple[PolicyDocument, ...]
    boundary: PolicyDocument | None = None
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)


def details(reading: Reading) -> Details:
    """One listing instead of five calls a role."""
    pages = reading.aws.pages(
        "iam", "get_account_authorization_details", Filter=["Role", "LocalManagedPolicy"]
    )
    roles: list[Mapping[str, Any]] = []
    documents: dict[str, str] = {}
    for page in pages:
        roles += page["RoleDetailList"]
        documents |= {one["Arn"]: _default(one) for one in page["Policies"]}
    return roles, documents


def names(reading: Reading) -> list[str]:
    return [role["RoleName"] for role in reading.source(details)[0]]


def roles(reading: Reading) -> Section[Role]:
    found, documents = reading.source(details)
    kept = {one["RoleName"]: one for one in found if one["RoleName"] in reading.scope.roles}
    attached = {arn for role in kept.values() for arn in _attached(role)}
    aws_managed = reading.each(attached - documents.keys(), lambda arn: _managed(reading, arn))
    known = {**documents, **aws_managed}
    return reading.each(kept, lambda name: _role(reading, kept[name], known))


def _role(reading: Reading, raw: Mapping[str, Any], documents: Mapping[str, Any]) -> Role:
    inline = tuple(
        PolicyDocument(name=one["PolicyName"], document=_text(one["PolicyDocument"]))
        for one in raw.get("RolePolicyList", ())
    )
    managed = tuple(
        _named(one["PolicyArn"], documents) for one in raw.get("AttachedManagedPolicies", ())
    )
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Role(
        name=raw["RoleName"],
        arn=raw["Arn"],
        trust=_text(raw["AssumeRolePolicyDocument"]),
        policies=inline + managed,
        boundary=_named(boundary, documents) if boundary else None,
        tags=described(reading, {tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())}),
    )


def _attached(raw: Mapping[str, Any]) -> list[str]:
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    attached = [one["PolicyArn"] for one in raw.get("AttachedManagedPolicies", ())]
    return attached + [boundary] * bool(boundary)


def _named(arn: str, documents: Mapping[str, Any]) -> PolicyDocument:
    document = documents.get(arn)
    if not isinstance(document, str):
        reason = "it does not exist" if document is None else document.unreadable
        raise ReadFailure(f"policy {arn}: {reason}")
    return PolicyDocument(name=arn.rpartition("/")[2], document=document, arn=arn)


def _managed(reading: Reading, arn: str) -> str:
    """Read the document of a policy that AWS manages."""
    version = reading.aws.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = reading.aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return _text(answer["PolicyVersion"]["Document"])


def _default(policy: Mapping[str, Any]) -> str:
    return next(
        _text(one["Document"]) for one in policy["PolicyVersionList"] if one["IsDefaultVersion"]
    )


def _text(document: object) -> str:
    """Botocore hands documents out decoded; one spelling of them is kept."""
    return document if isinstance(document, str) else json.dumps(document, sort_keys=True)


READERS = {
    "roles": Reader(
        roles, ("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion")
    ),
}
