"""What a principal could act on, and by which actions: our resources, what monitors and what stops them, and the rights of principals.

Acting are all actions of a service but those about other things, or that only read settings: derived from AWS's own
models, so that a new action of AWS counts as acting until it is listed here as harmless.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from aws.iam.actions import actions_for, actions_of, operation_names, service_model
from aws.iam.pattern import BACKUP_ID, STREAM_LABEL
from aws.kind.description import value_of
from aws.kinds.rest_api import WEB_ACL
from aws.kinds.table import LOCAL_INDEXES, STREAM, VECTOR_INDEXES, all_on_demand
from aws.ledger import Harmless, by_reason
from aws.reading import Reading, Scope
from aws.section import Section, Unreadable, readable

METADATA = ("Describe", "List", "Tag", "Untag", "Validate", "View")
"""Prefixes of actions that neither change what a resource does nor read what is in it."""
NOT_OURS = frozenset(
    {
        *("dynamodb:CreateTable", "dynamodb:ImportTable", "dynamodb:CreateGlobalTable"),
        *("dynamodb:PurchaseReservedCapacityOfferings", "dynamodb:GetResourcePolicy"),
        *("dynamodb:GetAbacStatus", "dynamodb:UpdateAbacStatus", "dynamodb:GetRecords"),
        *("dynamodb:GetShardIterator", "lambda:CreateFunction", "lambda:CreateCodeSigningConfig"),
        *("secretsmanager:CreateSecret", "secretsmanager:GetRandomPassword"),
        *("secretsmanager:GetResourcePolicy", "sns:CreateTopic", "sns:OptInPhoneNumber"),
        *("sns:CheckIfPhoneNumberIsOptedOut", "sns:CreateSMSSandboxPhoneNumber"),
        "sns:SetSMSAttributes",
        *("sns:DeleteSMSSandboxPhoneNumber", "sns:VerifySMSSandboxPhoneNumber"),
        *("sns:CreatePlatformApplication", "sns:CreatePlatformEndpoint", "sns:DeleteEndpoint"),
        *("sns:DeletePlatformApplication", "sns:SetEndpointAttributes"),
        *("sns:SetPlatformApplicationAttributes", "lambda:PublishLayerVersion"),
        *("lambda:DeleteLayerVersion", "lambda:AddLayerVersionPermission"),
        "lambda:RemoveLayerVersionPermission",
    }
)
"""Actions that cannot be about an existing resource, or that only read its settings."""
CONTENTS: Mapping[str, tuple[str, ...]] = {
    "dynamodb": (
        *("BatchGet", "ConditionCheck", "CreateBackup", "ExportTable", "Get", "PartiQLSelect"),
        *("Query", "ReadData", "RestoreTable", "Scan", "Search", "StartAwsBackup"),
    ),
    "secretsmanager": ("Get", "BatchGet"),
}
"""Service -> prefixes of the actions that read what is in its resources, or copy it elsewhere."""
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
HARMLESS: Mapping[str | Harmless, str] = {
    "makes what is not there yet": (
        "s3:CreateBucket logs:CreateLogGroup route53domains:RegisterDomain"
    ),
    "adds lines or numbers, and takes none away: AWS's policies for functions and machines give it on *": (
        "logs:CreateLogStream logs:PutLogEvents"
    ),
    "reads lines, which hold no secret and no user id": (
        "logs:CreateExportTask logs:DeleteIndexPolicy logs:PutIndexPolicy logs:StartQuery"
    ),
    "turns on what protects": (
        "cloudwatch:EnableAlarmActions kms:CancelKeyDeletion kms:EnableKey"
        " kms:EnableKeyRotation kms:RotateKeyOnDemand acm:RenewCertificate"
        " acm:ResendValidationEmail route53:EnableHostedZoneDNSSEC"
        " route53:CreateResourceRecordSetProtections route53domains:EnableDomainAutoRenew"
        " route53domains:EnableDomainTransferLock route53domains:RenewDomain"
    ),
    "uses a key on what the caller has already": (
        "kms:Decapsulate kms:Decrypt kms:DeriveSharedSecret kms:Encapsulate kms:Encrypt"
        " kms:GenerateDataKey kms:GenerateDataKeyPair kms:GenerateMac"
        " kms:GenerateDataKeyPairWithoutPlaintext kms:GenerateDataKeyWithoutPlaintext"
        " kms:ReEncryptFrom kms:ReEncryptTo kms:RetireGrant kms:Verify kms:VerifyMac"
    ),
    "is left to the key's own policy, which a row about records judges": "kms:Sign",
    "labels, counts or lists": (
        "acm:AddTagsToCertificate acm:RemoveTagsFromCertificate kms:UpdateKeyDescription"
        " route53:CreateQueryLoggingConfig route53:AssociateVPCWithHostedZone"
        " route53:CreateVPCAssociationAuthorization route53:UpdateHostedZoneTier"
        " route53:DeleteVPCAssociationAuthorization route53:DisassociateVPCFromHostedZone"
        " route53domains:CheckDomainAvailability route53domains:CheckDomainTransferability"
        " route53domains:DeleteTagsForDomain route53domains:UpdateTagsForDomain"
        " s3:AbortMultipartUpload s3:CreateSession s3:RestoreObject"
        " s3:CreateBucketMetadataConfiguration s3:CreateBucketMetadataTableConfiguration"
        " s3:DeleteBucketAnalyticsConfiguration s3:DeleteBucketInventoryConfiguration"
        " s3:DeleteBucketIntelligentTieringConfiguration s3:DeleteBucketMetadataConfiguration"
        " s3:DeleteBucketMetricsConfiguration s3:DeleteBucketMetadataTableConfiguration"
        " s3:DeleteObjectTagging s3:GetObject s3:PutBucketAccelerateConfiguration"
        " s3:PutBucketAnalyticsConfiguration s3:PutBucketIntelligentTieringConfiguration"
        " s3:PutBucketInventoryConfiguration s3:PutBucketMetricsConfiguration"
        " s3:PutBucketTagging s3:PutObjectTagging s3:DeleteObjectAnnotation"
        " s3:PutObjectAnnotation s3:UpdateBucketMetadataAnnotationTableConfiguration"
        " s3:UpdateBucketMetadataInventoryTableConfiguration"
        " s3:UpdateBucketMetadataJournalTableConfiguration"
    ),
}
"""Reason -> actions that name such a resource but change neither it, its contents nor who may access it; separated by spaces."""


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
    changing = {
        action
        for operation in operation_names(service)
        if not operation.startswith(READS) and BY_MEMBER[service] & members(service, operation)
        for action in actions_for(service, operation)
    }
    actions = {*changing, *BESIDE.get(service, ())} - by_reason(HARMLESS).keys()
    return tuple(sorted(actions, key=lambda name: (":Delete" not in name, name)))


def members(service: str, operation: str) -> frozenset[str]:
    model = service_model(service)
    shape = model["operations"][operation].get("input", {}).get("shape")
    return frozenset(model["shapes"][shape].get("members", ())) if shape else frozenset()


INVOCATION = "invocation"
OF_ROLES = (
    *("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
    *("iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DeleteRole", "iam:PassRole"),
)
GIVING: Mapping[str, tuple[str, ...]] = {
    "role": (
        *("iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:DeleteRolePermissionsBoundary"),
        "iam:PutRolePermissionsBoundary",
    ),
    "user": (
        *("iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:DeleteUserPermissionsBoundary"),
        "iam:PutUserPermissionsBoundary",
    ),
    "group": ("iam:PutGroupPolicy", "iam:AttachGroupPolicy"),
}
"""Kind of principal -> the actions that widen its rights, up to all resources including ours."""
OF_POLICIES = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")
"""The actions that widen a managed policy in use."""
OF_API = (
    *("apigateway:PATCH", "apigateway:PUT", "apigateway:POST", "apigateway:DELETE"),
    *("apigateway:UpdateRestApiPolicy", "apigateway:SetWebACL"),
    *("apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"),
)
"""Actions that change routes, authorizers, stages and mappings, or deploy them."""
READS_STREAM = ("dynamodb:GetRecords",)
INVOKE = ("lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl")
BY_AWS = "arn:aws:iam::aws:"
"""ARN prefix of AWS managed policies, which can't be changed."""
RULE = "alarm-mute-rule:any"
SCALING = tuple(
    f"application-autoscaling:{name}"
    for name in (
        *("DeleteScalingPolicy", "DeregisterScalableTarget", "PutScalingPolicy"),
        *("PutScheduledAction", "RegisterScalableTarget", "DeleteScheduledAction"),
    )
)
"""Actions that leave a table that is not on demand without capacity."""
FILTERING = ("UpdateWebACL", "UpdateRuleGroup", "UpdateIPSet", "UpdateRegexPatternSet")
"""Actions that change whom a web ACL refuses, by itself or by what its rules refer to."""
PARTS = ("rulegroup", "ipset", "regexpatternset")
"""What the rules of a web ACL refer to; which ones is not read, so that any counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something to act on: the ARN patterns of the resource and its parts, and the actions that count as acting."""

    kind: str
    name: str
    arns: tuple[str, ...]
    actions: tuple[str, ...]
    """The gravest first."""
    passed_to: str = ""
    """The one service to which a role may be passed, if there is one."""


def targets_of(reading: Reading) -> Iterator[Target]:
    """Yield our resources as targets: by planned names, or by real names where AWS or others chose them."""
    scope = reading.scope
    yield from _tables(scope, reading.section("tables"), reading.section("table_attachments"))
    yield from _resources(scope, reading.section("secrets"), reading.section("roles"))
    plans, keys = reading.section("usage_plans"), reading.section("api_keys")
    yield from _api(scope, reading.section("rest_apis"), {"usageplans": plans, "apikeys": keys})
    yield from _domain(scope, reading.section("certificates"))
    heard, under = reading.section("topics"), reading.section("keys")
    yield from _watching(scope, reading.section("alarms"), heard, under)
    yield from _stored(scope)


def _arn(scope: Scope, service: str, resource: str) -> str:
    return f"arn:aws:{service}:{scope.region}:{scope.account}:{resource}"


def _fact(section: Section[Any], name: str, fact: str) -> Any:
    """Return a fact of an item; None where the item is absent, or the fact unknown."""
    item = readable(section).get(name)
    value = None if item is None else value_of(item, fact)
    return None if isinstance(value, Unreadable) else value


def _copies(scope: Scope, arn: str, section: Section[Any], name: str) -> tuple[str, ...]:
    """Return the ARN of a resource and of its copy in each Region that holds one: who reads a copy reads ours."""
    regions = dict.fromkeys((scope.region, *(_fact(section, name, "replicas") or ())))
    return tuple(arn.replace(f":{scope.region}:", f":{region}:") for region in regions)


def _tables(scope: Scope, tables: Section[Any], attached: Section[Any]) -> Iterator[Target]:
    for name in scope.tables:
        copies = _copies(scope, _arn(scope, "dynamodb", f"table/{name}"), tables, name)
        parts = ("", *(f"/{part}" for part in _parts(name, tables, attached)))
        of_table = tuple(f"{table}{part}" for table in copies for part in parts)
        # A principal that may read a stream sees everything written to the table.
        streams = any(entry.fact == STREAM for entry in readable(attached).get(name, ()))
        actions = (*acting("dynamodb"), *READS_STREAM * streams)
        yield Target(kind="table", name=name, arns=of_table, actions=actions)


def _parts(name: str, tables: Section[Any], attached: Section[Any]) -> Iterator[str]:
    """Yield what a table consists of: indexes by name, or any where they are unread, and what AWS gives an id."""
    known = _fact(tables, name, "indexes")
    own = ("*",) if known is None else (index.name for index in known)
    further = (
        index
        for entry in readable(attached).get(name, ())
        if entry.fact in {LOCAL_INDEXES, VECTOR_INDEXES}
        for index in entry.values
    )
    yield from (f"index/{index}" for index in (*own, *further))
    yield from (f"backup/{BACKUP_ID}", f"stream/{STREAM_LABEL}")


def _resources(scope: Scope, secrets: Section[Any], roles: Section[Any]) -> Iterator[Target]:
    for name in scope.secrets:
        own = _fact(secrets, name, "arn") or _arn(scope, "secretsmanager", f"secret:{name}-AbCdEf")
        of_secret = _copies(scope, own, secrets, name)
        yield Target(kind="secret", name=name, arns=of_secret, actions=acting("secretsmanager"))
    managing = tuple(action for action in acting("lambda") if action not in INVOKE)
    for name in scope.functions:
        function = _arn(scope, "lambda", f"function:{name}")
        arns = (function, f"{function}:*")
        yield Target(kind="function", name=name, arns=arns, actions=managing)
        yield Target(kind=INVOCATION, name=name, arns=arns, actions=INVOKE)
    for name in scope.roles:
        own = _fact(roles, name, "arn") or f"arn:aws:iam::{scope.account}:role/{name}"
        yield Target(
            kind="role", name=name, arns=(own,), actions=OF_ROLES, passed_to="lambda.amazonaws.com"
        )


def _api(scope: Scope, apis: Section[Any], limits: Mapping[str, Section[Any]]) -> Iterator[Target]:
    """Yield the API with its usage plans and API keys; if the API is unread, any id is possible."""
    ids = [entry.id for entry in readable(apis).get(scope.api, ())]
    at = f"arn:aws:apigateway:{scope.region}::"
    roots = (
        f"{at}/restapis/{(*ids, 'any')[0]}",
        *(
            f"{at}/{kind}/{entry.id}"
            for kind, section in limits.items()
            for entry in readable(section).values()
            if not isinstance(value_of(entry, "id"), Unreadable)
        ),
    )
    arns = (*(arn for root in roots for arn in (root, f"{root}/*")), f"{at}/account")
    yield Target(kind="API", name=scope.api, arns=arns, actions=OF_API)


def _domain(scope: Scope, certificates: Section[Any]) -> Iterator[Target]:
    """Yield the domain, its certificate, its zone, and its registration, which no ARN names."""
    if not scope.domain:
        return
    root = f"arn:aws:apigateway:{scope.region}::/domainnames/{scope.domain}"
    shown = () if isinstance(certificates, Unreadable) else tuple(certificates)
    zone = (f"arn:aws:route53:::hostedzone/{scope.hosted_zone}",) if scope.hosted_zone else ()
    reached = (
        ((root, f"{root}/*"), OF_API),
        (shown, changes("acm")),
        (zone, changes("route53")),
        (("account",), changes("route53domains")),
    )
    for arns, actions in reached:
        yield Target(kind="API", name=scope.domain, arns=arns, actions=actions)


def _watching(
    scope: Scope, alarms: Section[Any], topics: Section[Any], keys: Section[Any]
) -> Iterator[Target]:
    """Yield all alarms and log groups as one target, the alarms' topics, and customer managed keys, decided or in use."""
    there = () if isinstance(alarms, Unreadable) else tuple(alarms)
    watched = [f"alarm:{alarm}" for alarm in sorted(there) or [f"{scope.prefix}-any"]]
    arns = tuple(_arn(scope, "cloudwatch", resource) for resource in (*watched, RULE))
    yield Target(kind="alarm", name=scope.prefix, arns=arns, actions=changes("cloudwatch"))
    groups = [_arn(scope, "logs", f"log-group:{group}") for group in scope.log_groups]
    lines = tuple(
        line for group in groups for line in (group, f"{group}:*", f"{group}:log-stream:*")
    )
    if lines:  # a policy of the account has no ARN: only ``*`` is about it
        arns = (*lines, "account")
        yield Target(kind="log", name=scope.prefix, arns=arns, actions=changes("logs"))
    heard = () if isinstance(topics, Unreadable) else tuple(topics)
    for topic in dict.fromkeys((*((scope.topic,) if scope.topic else ()), *heard)):
        name = topic.rpartition(":")[2]
        yield Target(kind="topic", name=name, arns=(topic, f"{topic}:*"), actions=acting("sns"))
    ours = (entry.arn for entry in readable(keys).values() if entry.manager == "CUSTOMER")
    for key in dict.fromkeys((*scope.keys, *ours)):
        yield Target(kind="key", name=key.rpartition("/")[2], arns=(key,), actions=changes("kms"))


def _stored(scope: Scope) -> Iterator[Target]:
    """Yield the bucket of the images, which is public, and that of the evidence."""
    for kind, name in (("bucket", scope.bucket), ("evidence", scope.evidence_bucket)):
        if name:
            arns = (f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*")
            yield Target(kind=kind, name=name, arns=arns, actions=changes("s3"))


def giving(scope: Scope) -> Iterator[Target]:
    """Yield the rights of all roles, users and groups, existing or not."""
    for kind, actions in GIVING.items():
        every = f"arn:aws:iam::{scope.account}:{kind}/*"
        yield Target(kind=f"rights of {kind}s", name="", arns=(every,), actions=actions)


def stopping(reading: Reading) -> Iterator[Target]:
    """Yield scaling for each table unless all are on demand, and the web ACLs of the stage, which only a decision allows."""
    scope, tables = reading.scope, reading.section("tables")
    if not all_on_demand(tables):
        moved = (
            f"arn:aws:application-autoscaling:{scope.region}:{scope.account}:scalable-target/any"
        )
        for name in scope.tables:
            yield Target(kind="table", name=name, arns=(moved,), actions=SCALING)
    for acl in _web_acls(reading):
        service = acl.split(":")[2]
        rules = (acl, *(f"{acl.partition('/webacl/')[0]}/{part}/any/any" for part in PARTS))
        actions = tuple(f"{service}:{operation}" for operation in FILTERING)
        yield Target(kind="API", name=scope.api, arns=rules, actions=actions)


def _web_acls(reading: Reading) -> Iterator[str]:
    for stage in readable(reading.section("stages")).values():
        attached = (each.values for each in stage.unplanned if each.fact == WEB_ACL)
        yield from (arn for arns in attached for arn in arns)
