"""Which actions of a service act on a resource: all but those about other things, or that only read settings.

Derived from AWS's own models: a new action of AWS counts as acting until it is listed here as harmless.
"""

from collections.abc import Mapping
from functools import lru_cache

from aws.iam.actions import actions_for, actions_of, operation_names, service_model

METADATA = ("Describe", "List", "Tag", "Untag", "Validate", "View")
"""Prefixes of actions that neither change what a resource does nor read what is in it."""
NOT_OURS = frozenset(
    {
        *("dynamodb:CreateTable", "dynamodb:ImportTable", "dynamodb:CreateGlobalTable"),
        *("dynamodb:PurchaseReservedCapacityOfferings", "dynamodb:GetResourcePolicy"),
        *("dynamodb:GetAbacStatus", "dynamodb:UpdateAbacStatus", "dynamodb:GetRecords"),
        *("dynamodb:GetShardIterator", "lambda:CreateFunction", "lambda:CreateCodeSigningConfig"),
        *("secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword"),
        *(
            "secretsmanager:GetResourcePolicy",
            "sns:CreateTopic",
            "sns:CheckIfPhoneNumberIsOptedOut",
        ),
        *("sns:OptInPhoneNumber", "sns:CreateSMSSandboxPhoneNumber", "sns:SetSMSAttributes"),
    }
)
"""Actions that cannot be about an existing resource, or that only read its settings."""
CONTENTS: Mapping[str, tuple[str, ...]] = {
    "dynamodb": ("BatchGet", "Get", "PartiQLSelect", "Query", "ReadData", "Scan", "Search"),
    "secretsmanager": ("Get", "BatchGet"),
}
"""Service -> prefixes of the actions that read what is in its resources."""
READS = ("Describe", "Filter", "Get", "Head", "List", "Select", "Tag", "Test", "Untag")
"""Prefixes of operations that change at most tags. ``changes`` leaves them out: its services hold no secrets."""
BY_MEMBER: Mapping[str, frozenset[str]] = {
    "acm": frozenset({"CertificateArn"}),
    "cloudwatch": frozenset({"AlarmName", "AlarmNames", "MuteTargets"}),
    "kms": frozenset({"DestinationKeyId", "KeyId", "TargetKeyId"}),
    "logs": frozenset({"logGroupIdentifier", "logGroupName", "resourceArn", "resourceIdentifier"}),
    "route53": frozenset({"HostedZoneId"}),
    "route53domains": frozenset({"DomainName"}),
    "s3": frozenset({"Bucket"}),
}
"""boto3's service -> the members of a request by which it is about a certificate, an alarm, a key, a log group,
a zone, a domain or a bucket that exists."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    "logs": ("logs:PutAccountPolicy", "logs:DeleteAccountPolicy"),
    "route53": ("route53:DeleteHostedZone",),
    "s3": (
        *("s3:DeleteObjectVersion", "s3:BypassGovernanceRetention", "s3:ReplicateObject"),
        *("s3:ReplicateDelete", "s3:PutObjectVersionAcl", "s3:ObjectOwnerOverrideToBucketOwner"),
    ),
}
"""Actions that act on these resources without naming such a member, or that no operation is named after."""
HARMLESS: Mapping[str, frozenset[str]] = {
    "makes what is not there yet": frozenset(
        {"s3:CreateBucket", "logs:CreateLogGroup", "route53domains:RegisterDomain"}
    ),
    "adds lines or numbers, and takes none away: AWS's policies for functions and machines give it on *": frozenset(
        {"logs:CreateLogStream", "logs:PutLogEvents"}
    ),
    "reads lines, which hold no secret and no user id": frozenset(
        {
            *("logs:CreateExportTask", "logs:DeleteIndexPolicy", "logs:PutIndexPolicy"),
            "logs:StartQuery",
        }
    ),
    "turns on what protects": frozenset(
        {
            *("cloudwatch:EnableAlarmActions", "kms:CancelKeyDeletion", "kms:EnableKey"),
            *("kms:EnableKeyRotation", "kms:RotateKeyOnDemand", "acm:RenewCertificate"),
            *("acm:ResendValidationEmail", "route53:EnableHostedZoneDNSSEC"),
            *("route53:CreateResourceRecordSetProtections", "route53domains:EnableDomainAutoRenew"),
            *("route53domains:EnableDomainTransferLock", "route53domains:RenewDomain"),
        }
    ),
    "uses a key on what the caller has already": frozenset(
        {
            *("kms:Decapsulate", "kms:Decrypt", "kms:DeriveSharedSecret", "kms:Encapsulate"),
            *("kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyPair", "kms:GenerateMac"),
            "kms:GenerateDataKeyPairWithoutPlaintext",
            "kms:GenerateDataKeyWithoutPlaintext",
            *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:RetireGrant", "kms:Verify"),
            "kms:VerifyMac",
        }
    ),
    "is left to the key's own policy, which a row about records judges": frozenset({"kms:Sign"}),
    "labels, counts or lists": frozenset(
        {
            *("acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"),
            "kms:UpdateKeyDescription",
            *("route53:CreateQueryLoggingConfig", "route53:AssociateVPCWithHostedZone"),
            *("route53:CreateVPCAssociationAuthorization", "route53:UpdateHostedZoneTier"),
            *("route53:DeleteVPCAssociationAuthorization", "route53:DisassociateVPCFromHostedZone"),
            *(
                "route53domains:CheckDomainAvailability",
                "route53domains:CheckDomainTransferability",
            ),
            *("route53domains:DeleteTagsForDomain", "route53domains:UpdateTagsForDomain"),
            *("s3:AbortMultipartUpload", "s3:CreateSession", "s3:RestoreObject"),
            *("s3:CreateBucketMetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration"),
            *("s3:DeleteBucketAnalyticsConfiguration", "s3:DeleteBucketInventoryConfiguration"),
            "s3:DeleteBucketIntelligentTieringConfiguration",
            *("s3:DeleteBucketMetadataConfiguration", "s3:DeleteBucketMetricsConfiguration"),
            *("s3:DeleteBucketMetadataTableConfiguration", "s3:DeleteObjectTagging"),
            "s3:GetObject",
            *("s3:PutBucketAccelerateConfiguration", "s3:PutBucketAnalyticsConfiguration"),
            "s3:PutBucketIntelligentTieringConfiguration",
            *("s3:PutBucketInventoryConfiguration", "s3:PutBucketMetricsConfiguration"),
            *("s3:PutBucketTagging", "s3:PutObjectTagging", "s3:DeleteObjectAnnotation"),
            *("s3:PutObjectAnnotation", "s3:UpdateBucketMetadataAnnotationTableConfiguration"),
            "s3:UpdateBucketMetadataInventoryTableConfiguration",
            "s3:UpdateBucketMetadataJournalTableConfiguration",
        }
    ),
}
"""Reason -> actions that name such a resource but change neither it, its contents nor who may access it."""


@lru_cache(maxsize=16)
def acting(prefix: str) -> tuple[str, ...]:
    """Return the actions of a service that change a resource or read its contents: changes first."""

    def keeps(action: str) -> bool:
        name = action.partition(":")[2]
        harmless = name.startswith(METADATA) or (name.startswith("Get") and prefix not in CONTENTS)
        return not harmless and action not in NOT_OURS

    return tuple(
        sorted(filter(keeps, actions_of(prefix)), key=lambda action: (only_reads(action), action))
    )


def only_reads(action: str) -> bool:
    """Whether an action only reads what is in a resource and changes nothing."""
    prefix, _, name = action.partition(":")
    return prefix in CONTENTS and name.startswith(CONTENTS[prefix])


@lru_cache(maxsize=16)
def changes(service: str) -> tuple[str, ...]:
    """Return the actions of a service that change one of its resources, by the member that names it; deletions first."""
    harmless = frozenset[str]().union(*HARMLESS.values())
    found = {
        action
        for operation in operation_names(service)
        if not operation.startswith(READS) and BY_MEMBER[service] & members(service, operation)
        for action in actions_for(service, operation)
    }
    kept = {*found, *BESIDE.get(service, ())} - harmless
    return tuple(sorted(kept, key=lambda name: (":Delete" not in name, name)))


def members(service: str, operation: str) -> frozenset[str]:
    """Return the members of an operation's request."""
    model = service_model(service)
    shape = model["operations"][operation].get("input", {}).get("shape")
    return frozenset(model["shapes"][shape].get("members", ())) if shape else frozenset()
