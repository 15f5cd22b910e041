"""IAM: our roles, and every principal of the account that may act on what is ours."""

from aws.ledger import (
    NAMES,
    WHEN,
    Closed,
    Harmless,
    Judged,
    Ledger,
    Operation,
    Resource,
    answered,
    harmless,
)
from aws.words import Words

ROLE = Words(en="role", ja="ロール")

PATH = Harmless("a part of the ARN, by which everything refers to it")
DOCUMENT = Judged("document")
REACH = Judged("reach")

LEDGER: Ledger = {
    "iam:GetAccountAuthorizationDetails": Operation(
        resources={"RoleDetailList": Resource(kind=ROLE, name=answered("RoleName"))},
        needs=frozenset({"RoleDetailList", "Policies"}),
        members={
            "UserDetailList.Arn": Judged("arn"),
            "UserDetailList.UserPolicyList": REACH,
            "UserDetailList.GroupList": REACH,
            "UserDetailList.AttachedManagedPolicies": REACH,
            "UserDetailList.PermissionsBoundary": REACH,
            "GroupDetailList.GroupName": REACH,
            "GroupDetailList.GroupPolicyList": REACH,
            "GroupDetailList.AttachedManagedPolicies": REACH,
            "RoleDetailList.RoleName": Judged("name"),
            "RoleDetailList.Arn": Judged("arn"),
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
            "RoleDetailList.RoleLastUsed.Region": Judged("last_used_in"),
            "Policies.Arn": Judged("arn"),
            "Policies.DefaultVersionId": DOCUMENT,
            **harmless(
                {
                    PATH: "UserDetailList.Path GroupDetailList.Path RoleDetailList.Path Policies.Path",
                    NAMES: "UserDetailList.UserName UserDetailList.UserId GroupDetailList.GroupId GroupDetailList.Arn RoleDetailList.RoleId Policies.PolicyName Policies.PolicyId",
                    WHEN: "UserDetailList.CreateDate GroupDetailList.CreateDate RoleDetailList.CreateDate RoleDetailList.RoleLastUsed.LastUsedDate Policies.CreateDate Policies.UpdateDate",
                    "a condition on them is taken to hold: what may be allowed counts as allowed": "UserDetailList.Tags",
                    "how often it is used; by whom is judged": "Policies.AttachmentCount Policies.PermissionsBoundaryUsageCount Policies.IsAttachable",
                    "words for people; the door searches them for secrets": "Policies.Description",
                }
            ),
            "Policies.PolicyVersionList": DOCUMENT,
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
