"""The catalogue of IAM actions, derived from AWS's own description of each service, as the installed botocore carries it."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.loaders import Loader, create_loader
from botocore.session import get_session

from aws.iam.pattern import action_pattern

TOGETHER: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("cloudwatch", "cloudwatchomni"),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elb", "elbv2"),
    "events": ("events", "eventbridgev2"),
    "iam": ("iam", "iam-toolbox"),
    "lambda": ("lambda", "lambda-core", "lambda-microvms", "lambda-web"),
    "s3": ("s3", "s3control"),
    "servicequotas": ("service-quotas",),
    "ses": ("ses", "sesv2"),
    "states": ("stepfunctions",),
    "tag": ("resourcegroupstaggingapi",),
}
"""IAM's prefix -> boto3's services, where that is not the one of the same name. ``tests/aws/iam/test_actions.py``
compares what is read and changed with all of botocore's services."""
VERBS: frozenset[str] = frozenset({"apigateway", "apigatewayv2"})
"""Services whose actions are HTTP methods: apigateway:GET."""
LISTED = re.compile(r"(dynamodb|lambda|secretsmanager):\w+")
"""Actions of services of which every one that a function may call is known."""
PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
RENAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "lambda": {
        "Invoke": ("InvokeFunction",),
        "InvokeWithResponseStream": ("InvokeFunction",),
    },
    "dynamodb": {
        "TransactGetItems": ("GetItem",),
        "TransactWriteItems": ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"),
        **dict.fromkeys(
            ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction"), PARTIQL
        ),
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


@lru_cache(maxsize=1)
def loader() -> Loader:
    """Return what loads the models of services, the same for all sessions."""
    return create_loader(get_session().get_config_variable("data_path"))


@lru_cache(maxsize=128)
def service_model(name: str) -> Mapping[str, Any]:
    """Load the model of a service by its boto3 name; empty where botocore knows no such service."""
    if name not in available_services():
        return {}
    # As botocore's clients load it, which share it then.
    model: Mapping[str, Any] = loader().load_service_model(name, "service-2", api_version=None)
    return model


@lru_cache(maxsize=1)
def available_services() -> frozenset[str]:
    return frozenset(loader().list_available_services("service-2"))


def metadata(name: str) -> Mapping[str, Any]:
    """``protocol``, ``targetPrefix``, ``endpointPrefix`` … of a service; empty when unknown."""
    return dict(service_model(name).get("metadata", {}))


def operation_names(name: str) -> tuple[str, ...]:
    return tuple(service_model(name).get("operations", {}))


def actions_for(service: str, operation: str, method: str = "") -> tuple[str, ...]:
    """List the actions that IAM asks for when an operation is called: ``("s3:ListBucket",)``.

    ``service`` is boto3's name. ``method`` decides where actions are HTTP methods (API Gateway).
    An operation that stands for one of several actions lists them all.
    """
    if service in VERBS:
        return (f"apigateway:{method or '*'}",)
    prefix = next((prefix for prefix, names in TOGETHER.items() if service in names), service)
    names = RENAMED.get(service, {}).get(operation, (operation,))
    return tuple(f"{prefix}:{name}" for name in names)


def expand(pattern: str) -> tuple[str, ...]:
    """Name every known action that a pattern with wildcards grants.

    Empty where nothing can be said: all services at once, or a service that botocore lacks. A
    pattern without wildcards is itself, known or not.
    """
    if not {"*", "?"} & set(pattern):
        return (pattern,)
    prefix = pattern.partition(":")[0]
    if {"*", "?"} & set(prefix):
        return ()
    granting = action_pattern(pattern)
    return tuple(action for action in actions_of(prefix) if granting.matches(action.lower()))


@lru_cache(maxsize=512)
def actions_of(prefix: str) -> tuple[str, ...]:
    """All known actions of a service, by IAM's prefix, sorted; empty when it is unknown."""
    prefix = prefix.lower()
    services = TOGETHER.get(prefix, (prefix,))
    actions = {action for service in services for action in _actions(service, prefix)}
    actions |= {f"{prefix}:{name}" for name in ONLY_IN_IAM.get(prefix, ())}
    return tuple(sorted(actions))


def misnamed(action: str, services: Collection[str]) -> tuple[str, Collection[str]] | None:
    """Return what is wrong in an action of these services, and what there is in its place; None if nothing is known to be."""
    service, _, name = action.partition(":")
    if service not in services:
        return service, services
    if not LISTED.fullmatch(action):
        return None
    known = RENAMED.get(service, {}).get(name) or actions_of(service)
    return None if action.lower() in map(str.lower, known) else (action, known)


def _actions(service: str, prefix: str) -> Iterator[str]:
    if service in VERBS:
        return
    renamed = RENAMED.get(service, {})
    for operation in operation_names(service):
        for name in renamed.get(operation, (operation,)):
            yield f"{prefix}:{name}"
