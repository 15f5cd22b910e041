"""IAM: each planned role with every document that applies to it, in one pass."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aws.door.failures import ReadFailure
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words

PAGE = 1_000
"""Principals and policies a page, which AWS makes a hundred unless it is asked."""


@dataclass(frozen=True, slots=True)
class Details:
    """Every principal of the account, and ARN -> document of the managed policies in use."""

    roles: list[Raw]
    users: list[Raw]
    groups: list[Raw]
    documents: Mapping[str, str]


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
    last_used_in: str | None = None
    """Region in which it was used last, as far as AWS tells."""
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)


def details(reading: Reading) -> Details:
    """One listing instead of five calls a role."""
    kinds = ["Role", "User", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    pages = reading.aws.pages(
        "iam", "get_account_authorization_details", Filter=kinds, MaxItems=PAGE
    )
    documents: dict[str, str] = {}
    found = Details([], [], [], documents)
    for page in pages:
        found.roles.extend(page["RoleDetailList"])
        found.users.extend(page.get("UserDetailList", ()))
        found.groups.extend(page.get("GroupDetailList", ()))
        documents |= {one["Arn"]: _default(one) for one in page["Policies"]}
    return found


def policy_documents(reading: Reading) -> Mapping[str, str | Unreadable]:
    """Return ARN -> document of every managed policy that anybody has, those the listing left out read singly."""
    found = reading.source(details)
    everybody = (*found.roles, *found.users, *found.groups)
    in_use = {arn for one in everybody for arn in attached(one)}
    absent = sorted(in_use - found.documents.keys())
    return {**found.documents, **reading.each(absent, lambda arn: _managed(reading, arn))}


def names(reading: Reading) -> list[str]:
    return [role["RoleName"] for role in reading.source(details).roles]


def roles(reading: Reading) -> Section[Role]:
    found, documents = reading.source(details), reading.source(policy_documents)
    kept = {one["RoleName"]: one for one in found.roles if one["RoleName"] in reading.scope.roles}
    return reading.each(kept, lambda name: _role(reading, kept[name], documents))


def _role(reading: Reading, raw: Raw, documents: Raw) -> Role:
    tags = reading.scope.described({tag["Key"]: tag["Value"] for tag in raw.get("Tags", ())})
    return replace(decode(raw, documents), tags=tags)


def decode(raw: Raw, documents: Raw) -> Role:
    """Return the facts of a RoleDetail, but for its tags, whose values may be secrets.

    ``documents``: ARN of a managed policy -> JSON text, or why it is not known.
    """
    inline = tuple(
        PolicyDocument(name=one["PolicyName"], document=document_text(one["PolicyDocument"]))
        for one in raw.get("RolePolicyList", ())
    )
    managed = tuple(
        _named(one["PolicyArn"], documents) for one in raw.get("AttachedManagedPolicies", ())
    )
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return Role(
        name=raw["RoleName"],
        arn=raw["Arn"],
        trust=document_text(raw["AssumeRolePolicyDocument"]),
        policies=inline + managed,
        boundary=_named(boundary, documents) if boundary else None,
        last_used_in=raw.get("RoleLastUsed", {}).get("Region"),
    )


def attached(raw: Raw) -> list[str]:
    """Return the ARNs of the managed policies of a principal, its boundary included."""
    boundary = raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    attached = [one["PolicyArn"] for one in raw.get("AttachedManagedPolicies", ())]
    return attached + [boundary] * bool(boundary)


ABSENT = Unreadable(Words(en="it does not exist", ja="存在しません"))
"""Of a managed policy that is attached."""


def _named(arn: str, documents: Raw) -> PolicyDocument:
    document = documents.get(arn)
    if not isinstance(document, str):
        why = ABSENT if document is None else document
        raise ReadFailure(why.behind(f"policy {arn}"))
    return PolicyDocument(name=arn.rpartition("/")[2], document=document, arn=arn)


def _managed(reading: Reading, arn: str) -> str:
    """Read the document of a policy that AWS manages."""
    version = reading.aws.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = reading.aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])


def _default(policy: Raw) -> str:
    return next(
        document_text(one["Document"])
        for one in policy["PolicyVersionList"]
        if one["IsDefaultVersion"]
    )


def document_text(document: object) -> str:
    """Botocore hands documents out decoded; one spelling of them is kept."""
    return document if isinstance(document, str) else json.dumps(document, sort_keys=True)


READERS = {
    "roles": Reader(
        roles, ("iam:GetAccountAuthorizationDetails", "iam:GetPolicy", "iam:GetPolicyVersion")
    ),
}
