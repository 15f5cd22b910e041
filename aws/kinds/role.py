"""IAM: each planned role with every document that applies to it, in one pass."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws.change.undo import EACH, THIS, by_call, calling
from aws.door.failures import ReadFailure
from aws.iam.statement import Statement, parse
from aws.kind.description import (
    ARN,
    IDENTITY,
    JUDGED_EACH_RUN,
    NAME,
    PLANNED_BY,
    Part,
    ReadCall,
    fact,
    tags_at,
)
from aws.kind.engine import Kind
from aws.ledger import LABELS, NAMES, WHEN, Closed, Harmless, Ledger, by_member, operation
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.redaction.secret_text import MaskedValue
from aws.section import Section, Unreadable
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

    @property
    def in_use(self) -> frozenset[str]:
        """The ARNs of the managed policies that a principal has."""
        bearers = (*self.roles, *self.users, *self.groups)
        return frozenset(arn for bearer in bearers for arn in attached(bearer))


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDocument:
    """``arn`` is None for an inline policy; ``document`` is JSON text."""

    name: str
    document: str
    arn: str | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        return parse(self.document, self.name)


ABSENT = Unreadable(Words(en="it does not exist", ja="存在しません"))
"""Of a managed policy that is attached."""
Documents = Mapping[str, str | Unreadable]
"""ARN of a managed policy -> its document, JSON text, or why it is not known."""
INLINE = ("RolePolicyList", "UserPolicyList", "GroupPolicyList")
PATH = Harmless("a part of the ARN, by which everything refers to it")


def policies_of(documents: Documents, *bearers: Raw) -> tuple[PolicyDocument, ...]:
    """Return the policies of a role, or of a user and its groups: the inline ones, then the managed ones."""
    inline = (
        PolicyDocument(name=entry["PolicyName"], document=document_text(entry["PolicyDocument"]))
        for raw in bearers
        for key in INLINE
        for entry in raw.get(key, ())
    )
    managed = (each for raw in bearers for each in raw.get("AttachedManagedPolicies", ()))
    return (*inline, *(managed_policy(documents, each["PolicyArn"]) for each in managed))


def managed_policy(documents: Documents, arn: str) -> PolicyDocument:
    document = documents.get(arn)
    if not isinstance(document, str):
        why = ABSENT if document is None else document
        raise ReadFailure(why.behind(f"policy {arn}"))
    return PolicyDocument(name=arn.rpartition("/")[2], document=document, arn=arn)


def document_text(document: object) -> str:
    """Botocore hands documents out decoded; one spelling of them is kept."""
    return document if isinstance(document, str) else json.dumps(document, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    name: str = fact(NAME, "RoleName", part=PLANNED_BY)
    arn: str = fact(ARN, "Arn", part=IDENTITY)
    unique_id: str = fact(Words(en="unique id", ja="一意のID"), "RoleId", part=IDENTITY)
    """``AROA…``: another one when the role is created anew."""
    trust: str = fact(
        Words(en="trust policy", ja="信頼ポリシー"), "AssumeRolePolicyDocument", read=document_text
    )
    """The assume-role policy, JSON text."""
    policies: tuple[PolicyDocument, ...] = fact(
        Words(en="policies", ja="ポリシー"),
        "",
        read_in=lambda raw, place: policies_of(place["documents"], raw),
        covers="RolePolicyList AttachedManagedPolicies",
    )
    boundary: PolicyDocument | None = fact(
        Words(en="permissions boundary", ja="アクセス許可の境界"),
        "PermissionsBoundary.PermissionsBoundaryArn",
        absent=None,
        read_in=lambda arn, place: managed_policy(place["documents"], arn),
        covers="PermissionsBoundary",
    )
    last_used_in: str | None = fact(
        Words(en="last used in", ja="最後に使われたリージョン"),
        "RoleLastUsed.Region",
        absent=None,
        part=JUDGED_EACH_RUN,
    )
    """Region in which it was used last, as far as AWS tells."""
    tags: Mapping[str, MaskedValue] = tags_at("Tags")


PROFILE = Words(en="instance profile", ja="インスタンスプロファイル")
OF_AWS = Harmless("about a policy of AWS")
ROLE = Kind[Role](
    words=Words(en="role", ja="ロール"),
    service="iam",
    section="roles",
    attached_section="role_attachments",
    type=Role,
    part=Part.PERMISSIONS,
    calls={
        "role": ReadCall(
            operation="GetAccountAuthorizationDetails",
            under="RoleDetailList",
            pages="RoleDetailList",
            named=by_member("RoleName"),
            needs=frozenset({"RoleDetailList", "Policies"}),
            members={
                "InstanceProfileList": Closed(PROFILE, shows="InstanceProfileName", loosens=True)
            },
            harmless={
                PATH: "Path",
                WHEN: "CreateDate RoleLastUsed.LastUsedDate",
            },
            outside=operation(
                judged=(
                    "UserDetailList.Arn Policies.Arn Policies.DefaultVersionId"
                    " Policies.PolicyVersionList UserDetailList.UserPolicyList"
                    " UserDetailList.GroupList UserDetailList.AttachedManagedPolicies"
                    " UserDetailList.PermissionsBoundary GroupDetailList.GroupName"
                    " GroupDetailList.GroupPolicyList GroupDetailList.AttachedManagedPolicies"
                ),
                harmless={
                    PATH: "UserDetailList.Path GroupDetailList.Path Policies.Path",
                    NAMES: "UserDetailList.UserName UserDetailList.UserId GroupDetailList.GroupId GroupDetailList.Arn Policies.PolicyName Policies.PolicyId",
                    WHEN: "UserDetailList.CreateDate GroupDetailList.CreateDate Policies.CreateDate Policies.UpdateDate",
                    "a condition on them is taken to hold: what may be allowed counts as allowed": "UserDetailList.Tags",
                    "how often it is used; by whom is judged": "Policies.AttachmentCount Policies.PermissionsBoundaryUsageCount Policies.IsAttachable",
                    LABELS: "Policies.Description",
                },
            ).members,
        )
    },
    undo={
        PROFILE: by_call(
            calling(
                "iam", "remove_role_from_instance_profile", InstanceProfileName=EACH, RoleName=THIS
            ),
            en="servers that run with that profile lose the rights of the role",
            ja="このプロファイルで動くサーバーは、ロールの権限を失います",
        )
    },
)
LEDGER: Ledger = {
    "iam:GetPolicy": operation(judged="Policy.DefaultVersionId", harmless={OF_AWS: "Policy"}),
    "iam:GetPolicyVersion": operation(
        judged="PolicyVersion.Document", harmless={OF_AWS: "PolicyVersion"}
    ),
}


def details(reading: Reading) -> Details:
    """One listing instead of five calls a role."""
    kinds = ["Role", "User", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    pages = reading.aws.pages(
        "iam", "get_account_authorization_details", Filter=kinds, MaxItems=PAGE
    )
    documents: dict[str, str] = {}
    result = Details([], [], [], documents)
    for page in pages:
        result.roles.extend(page["RoleDetailList"])
        result.users.extend(page.get("UserDetailList", ()))
        result.groups.extend(page.get("GroupDetailList", ()))
        documents |= {
            policy["Arn"]: document_text(version["Document"])
            for policy in page["Policies"]
            for version in policy["PolicyVersionList"]
            if version["IsDefaultVersion"]
        }
    return result


def policy_documents(reading: Reading) -> Documents:
    """Read every managed policy in use, those the listing left out read singly."""
    iam = reading.source(details)
    absent = sorted(iam.in_use - iam.documents.keys())
    return {**iam.documents, **reading.each(absent, lambda arn: _managed(reading, arn))}


def names(reading: Reading) -> list[str]:
    return [role["RoleName"] for role in reading.source(details).roles]


def roles(reading: Reading) -> Section[Role]:
    iam, documents = reading.source(details), reading.source(policy_documents)
    ours = {role["RoleName"]: role for role in iam.roles if role["RoleName"] in reading.scope.roles}
    place: Any = {"documents": documents, "scope": reading.scope}
    return reading.each(ours, lambda name: ROLE.of(ours[name], **place))


def attached(raw: Raw) -> list[str]:
    """Return the ARNs of the managed policies of a principal, its boundary included."""
    boundary = boundary_arn(raw)
    attached = [policy["PolicyArn"] for policy in raw.get("AttachedManagedPolicies", ())]
    return attached + [boundary] * bool(boundary)


def boundary_arn(raw: Raw) -> str:
    """Return the ARN of a principal's permissions boundary, empty without one."""
    return str(raw.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""))


def _managed(reading: Reading, arn: str) -> str:
    """Read the document of a policy that AWS manages."""
    version = reading.aws.call("iam", "get_policy", PolicyArn=arn)["Policy"]["DefaultVersionId"]
    answer = reading.aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=version)
    return document_text(answer["PolicyVersion"]["Document"])


READERS = {
    ROLE.section: Reader(roles, (*ROLE.actions, "iam:GetPolicy", "iam:GetPolicyVersion")),
    **ROLE.reader_of_attached(),
}
