"""IAM: our roles, and every principal of the account that may act on what is ours."""

from aws.ledger import (
    NAMES,
    NEXT,
    WHEN,
    Closed,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    answered,
)
from aws.words import Words

ROLE = Words(en="role", ja="ロール")

PATH = Harmless("a part of the ARN, by which everything refers to it")
COUNTS = Harmless("how often it is used; by whom is judged")
DOCUMENT = Judged("document")
REACH = Judged("reach")

LEDGER: Ledger = {
    "iam:GetAccountAuthorizationDetails": Operation(
        resources={"RoleDetailList": Resource(kind=ROLE, name=answered("RoleName"))},
        needs=frozenset({"RoleDetailList", "Policies"}),
        members={
            "UserDetailList.Path": PATH,
            "UserDetailList.UserName": NAMES,
            "UserDetailList.UserId": NAMES,
            "UserDetailList.Arn": Judged("arn"),
            "UserDetailList.CreateDate": WHEN,
            "UserDetailList.UserPolicyList": REACH,
            "UserDetailList.GroupList": REACH,
            "UserDetailList.AttachedManagedPolicies": REACH,
            "UserDetailList.PermissionsBoundary": REACH,
            "UserDetailList.Tags": Harmless(
                "a condition on them is taken to hold: what may be allowed counts as allowed"
            ),
            "GroupDetailList.Path": PATH,
            "GroupDetailList.GroupName": REACH,
            "GroupDetailList.GroupId": NAMES,
            "GroupDetailList.Arn": NAMES,
            "GroupDetailList.CreateDate": WHEN,
            "GroupDetailList.GroupPolicyList": REACH,
            "GroupDetailList.AttachedManagedPolicies": REACH,
            "RoleDetailList.Path": PATH,
            "RoleDetailList.RoleName": Judged("name"),
            "RoleDetailList.RoleId": NAMES,
            "RoleDetailList.Arn": Judged("arn"),
            "RoleDetailList.CreateDate": WHEN,
            "RoleDetailList.AssumeRolePolicyDocument": Judged("trust"),
            "RoleDetailList.InstanceProfileList": Closed(
                Words(en="instance profile", ja="インスタンスプロファイル"),
                shows="InstanceProfileName",
                loosens=True,
            ),
            "RoleDetailList.RolePolicyList": Judged("policies"),
            "RoleDetailList.AttachedManagedPolicies": Judged("policies"),
            "RoleDetailList.PermissionsBoundary": Judged("boundary"),
            "RoleDetailList.Tags": Judged("tags"),
            "RoleDetailList.RoleLastUsed.LastUsedDate": WHEN,
            "RoleDetailList.RoleLastUsed.Region": Judged("last_used_in"),
            "Policies.PolicyName": NAMES,
            "Policies.PolicyId": NAMES,
            "Policies.Arn": Judged("arn"),
            "Policies.Path": PATH,
            "Policies.DefaultVersionId": DOCUMENT,
            "Policies.AttachmentCount": COUNTS,
            "Policies.PermissionsBoundaryUsageCount": COUNTS,
            "Policies.IsAttachable": COUNTS,
            "Policies.Description": Harmless(
                "words for people; the door searches them for secrets"
            ),
            "Policies.CreateDate": WHEN,
            "Policies.UpdateDate": WHEN,
            "Policies.PolicyVersionList": DOCUMENT,
            "IsTruncated": NEXT,
            "Marker": NEXT,
        },
    ),
    "iam:GetPolicy": Operation(
        resources={},
        members={"Policy.DefaultVersionId": DOCUMENT, "Policy": Harmless("about a policy of AWS")},
    ),
    "iam:GetPolicyVersion": Operation(
        resources={},
        members={
            "PolicyVersion.Document": DOCUMENT,
            "PolicyVersion": Harmless("about a policy of AWS"),
        },
    ),
}
