"""Where IAM's name of an action is not the API's name of the operation, written out.

From AWS's service authorization reference. ``actions`` derives all the rest from botocore.
"""

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {"monitoring": "cloudwatch", "tagging": "tag", "email": "ses"}
"""Signing name -> IAM's service prefix, where they differ."""

VERBS: frozenset[str] = frozenset({"apigateway", "apigatewayv2"})
"""Services whose actions are HTTP methods: apigateway:GET."""

RENAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lambda": {
        "Invoke": ("InvokeFunction",),
        "InvokeWithResponseStream": ("InvokeFunction",),
    },
    "dynamodb": {
        "TransactGetItems": ("GetItem",),
        "TransactWriteItems": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
        "ExecuteStatement": ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
        "BatchExecuteStatement": (
            "PartiQLSelect",
            "PartiQLInsert",
            "PartiQLUpdate",
            "PartiQLDelete",
        ),
        "ExecuteTransaction": ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
    },
    "kms": {"ReEncrypt": ("ReEncryptFrom", "ReEncryptTo")},
    "s3": {
        "CompleteMultipartUpload": ("PutObject",),
        "CopyObject": ("PutObject", "GetObject"),
        "CreateMultipartUpload": ("PutObject",),
        "DeleteBucketCors": ("PutBucketCORS",),
        "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
        "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
        "DeleteBucketReplication": ("PutReplicationConfiguration",),
        "DeleteBucketTagging": ("PutBucketTagging",),
        "DeleteObjects": ("DeleteObject",),
        "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
        "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
        "GetBucketAnalyticsConfiguration": ("GetAnalyticsConfiguration",),
        "GetBucketEncryption": ("GetEncryptionConfiguration",),
        "GetBucketInventoryConfiguration": ("GetInventoryConfiguration",),
        "GetBucketLifecycle": ("GetLifecycleConfiguration",),
        "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
        "GetBucketMetricsConfiguration": ("GetMetricsConfiguration",),
        "GetBucketNotificationConfiguration": ("GetBucketNotification",),
        "GetBucketReplication": ("GetReplicationConfiguration",),
        "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
        "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
        "HeadBucket": ("ListBucket",),
        "HeadObject": ("GetObject",),
        "ListBuckets": ("ListAllMyBuckets",),
        "ListMultipartUploads": ("ListBucketMultipartUploads",),
        "ListObjects": ("ListBucket",),
        "ListObjectsV2": ("ListBucket",),
        "ListObjectVersions": ("ListBucketVersions",),
        "ListParts": ("ListMultipartUploadParts",),
        "PutBucketEncryption": ("PutEncryptionConfiguration",),
        "PutBucketLifecycle": ("PutLifecycleConfiguration",),
        "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
        "PutBucketNotificationConfiguration": ("PutBucketNotification",),
        "PutBucketReplication": ("PutReplicationConfiguration",),
        "PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
        "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
        "SelectObjectContent": ("GetObject",),
        "UploadPart": ("PutObject",),
        "UploadPartCopy": ("PutObject", "GetObject"),
    },
}
"""boto3's service -> operation -> IAM's actions, without the prefix."""

ONLY_IN_IAM: Mapping[str, tuple[str, ...]] = {
    "apigateway": (
        *("GET", "POST", "PUT", "PATCH", "DELETE"),
        *("AddCertificateToDomain", "RemoveCertificateFromDomain", "SetWebACL"),
        *("UpdateRestApiPolicy", "CreateAccessAssociation", "RejectAccessAssociation"),
    ),
    "cloudwatch": ("Link",),
    "dynamodb": (
        *("AssociateTableReplica", "ConditionCheckItem", "DescribeReservedCapacity"),
        *("DescribeReservedCapacityOfferings", "PartiQLDelete", "PartiQLInsert", "PartiQLSelect"),
        *("PartiQLUpdate", "PurchaseReservedCapacityOfferings", "ReadDataForReplication"),
        *("ReplicateSettings", "RestoreTableFromAwsBackup", "StartAwsBackupJob"),
        "WriteDataForReplication",
    ),
    "execute-api": ("Invoke", "InvalidateCache", "ManageConnections"),
    "iam": ("PassRole",),
    "kms": ("ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"),
    "lambda": ("DisableReplication", "EnableReplication", "InvokeFunctionUrl"),
    "logs": (
        *("CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "Link", "ListLogDeliveries"),
        *("StopLiveTail", "Unmask", "UpdateLogDelivery"),
    ),
    "s3": (
        *("BypassGovernanceRetention", "DeleteObjectVersion", "GetObjectVersion"),
        *("GetObjectVersionAcl", "GetObjectVersionTagging", "ObjectOwnerOverrideToBucketOwner"),
        *("PutObjectVersionAcl", "PutObjectVersionTagging", "ReplicateDelete", "ReplicateObject"),
        "ReplicateTags",
    ),
    "sts": ("GetServiceBearerToken", "SetContext", "SetSourceIdentity", "TagSession"),
    "xray": ("BatchGetTraceSummaryById", "GetDistinctTraceGraphs", "Link"),
}
"""IAM's prefix -> actions that no API operation is named after."""
