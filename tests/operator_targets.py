"""What IAM has to allow for a call of a person: the rights of procedures, and of the people of tests.

Beside its own action: to tag, to hand a role over, to use a key, a bucket, a table, from the Service Authorization
Reference, and from each service's guide where that is more exact.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from aws.iam.actions import actions_for
from local.aws import identity_targets
from local.aws.identity_targets import Target, arn_of, first_of, of_a_customer, secret_of
from local.aws.moto import Moto
from local.aws.request import Request


def targets(request: Request, moto: Moto) -> tuple[Target, ...]:
    """List all that IAM must allow: of a function's calls what the product asks, and of the others."""
    find = _RESOURCES.get(request.service)
    resource = find(request, moto) if find else None
    if resource is None:
        own = identity_targets.targets(request, moto)
    else:
        actions = actions_for(request.service, request.operation, request.method)
        own = tuple((action, resource or "*") for action in actions)
    return own + tuple(_dependents(request, own, moto))


def _table(request: Request, moto: Moto) -> str | None:
    given = request.parameters
    if (
        request.service == "dynamodb"
        and {"TransactItems", "RequestItems", "TableName"} & given.keys()
    ):
        return None
    created = given.get("TableCreationParameters", {})
    if name := first_of({**created, **given}, "TableName", "SourceTableName"):
        return name if name.startswith("arn:") else arn_of(request, moto, f"table/{name}")
    members = ("ResourceArn", "SourceTableArn", "TableArn", "StreamArn", "ExportArn", "ImportArn")
    return first_of(given, *members)


def _function(request: Request, _: Moto) -> str | None:
    given = request.parameters
    return None if given.get("FunctionName") else first_of(given, "Resource", "ResourceArn")


def _log_group(request: Request, _: Moto) -> str | None:
    return request.parameters.get("resourceArn")


def _key(request: Request, moto: Moto) -> str:
    key = first_of(request.parameters, "KeyId", "TargetKeyId")
    if not key or ":key/" in key:
        return key
    backend = moto.backend("kms", request.region)
    id_ = backend.get_key_id_from_alias(key) if "alias/" in key else backend.get_key_id(key)
    return arn_of(request, moto, f"key/{id_ or ''}")


def _role(request: Request, moto: Moto) -> str:
    given = request.parameters
    for member, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if name := given.get(member):
            return f"arn:aws:iam::{moto.account}:{kind}/{name}"
    return first_of(given, "PolicyArn", "RoleArn")


def _bucket(request: Request, _: Moto) -> str:
    bucket, key = request.labels.get("Bucket"), request.labels.get("Key")
    if not bucket:
        return "*"
    return f"arn:aws:s3:::{bucket}/{key}" if key else f"arn:aws:s3:::{bucket}"


def _alarm(request: Request, moto: Moto) -> str:
    given = request.parameters
    if dashboard := given.get("DashboardName"):
        return f"arn:aws:cloudwatch::{moto.account}:dashboard/{dashboard}"
    if alarm := given.get("AlarmName"):
        return arn_of(request, moto, f"alarm:{alarm}")
    if request.operation == "DescribeAlarms":
        return arn_of(request, moto, "alarm:*")
    return str(given.get("ResourceARN", "*"))


def _api(request: Request, _: Moto) -> str:
    return f"arn:aws:apigateway:{request.region}::{unquote(request.path)}"


def _hosted_zone(request: Request, _: Moto) -> str:
    zone = first_of(request.labels, "HostedZoneId", "Id")
    return f"arn:aws:route53:::hostedzone/{zone}" if zone else "*"


def _topic(request: Request, moto: Moto) -> str:
    """Name the topic, also one that is to be made: the service authorization reference asks for its ARN."""
    given = request.parameters
    if request.operation == "CreateTopic":
        return arn_of(request, moto, str(given.get("Name", "")))
    return first_of(given, "TopicArn", "ResourceArn", "TargetArn")


def _member(*members: str) -> Callable[[Request, Moto], str]:
    return lambda request, _: first_of(request.parameters, *members)


_RESOURCES: Mapping[str, Callable[[Request, Moto], str | None]] = {
    "acm": _member("CertificateArn"),
    "apigateway": _api,
    "apigatewayv2": _api,
    "cloudwatch": _alarm,
    "dynamodb": _table,
    "dynamodbstreams": _table,
    "iam": _role,
    "kms": _key,
    "lambda": _function,
    "logs": _log_group,
    "route53": _hosted_zone,
    "s3": _bucket,
    "sns": _topic,
    "sts": _member("RoleArn"),
}
"""Service -> the resource that its call is about, empty for all; None where the product names it."""


def _dependents(request: Request, own: tuple[Target, ...], moto: Moto) -> Iterable[Target]:
    """Yield what this call needs beside ``own``, the targets that it is named after."""
    given = request.parameters
    tagging, members = _TAGGED_AT_BIRTH.get((request.service, request.operation), ("", ()))
    if own and any(given.get(member) for member in members):
        yield tagging, own[0][1]
    if request.service == "lambda" and request.operation in _HANDS_A_ROLE and given.get("Role"):
        yield "iam:PassRole", str(given["Role"])
    if (request.service, request.operation) == ("apigateway", "UpdateAccount"):
        for operation in given.get("patchOperations", ()):
            if operation.get("path") == "/cloudwatchRoleArn" and operation.get("value"):
                yield "iam:PassRole", str(operation["value"])
    if further := _FURTHER.get((request.service, request.operation)):
        yield from further(request, given, moto)
    if key := of_a_customer(_chosen_key(request, given, moto), request, moto):
        yield from ((action, key) for action in _with_a_key(request))


_TAGGED_AT_BIRTH: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("cloudwatch", "PutMetricAlarm"): ("cloudwatch:TagResource", ("Tags", "Tags.member.1.Key")),
    ("dynamodb", "CreateTable"): ("dynamodb:TagResource", ("Tags",)),
    ("iam", "CreateRole"): ("iam:TagRole", ("Tags.member.1.Key",)),
    ("lambda", "CreateFunction"): ("lambda:TagResource", ("Tags",)),
    ("logs", "CreateLogGroup"): ("logs:TagResource", ("tags",)),
    ("secretsmanager", "CreateSecret"): ("secretsmanager:TagResource", ("Tags",)),
    ("sns", "CreateTopic"): ("sns:TagResource", ("Tags.member.1.Key",)),
}
"""Creating with tags takes the right to tag, too."""
_HANDS_A_ROLE = frozenset({"CreateFunction", "UpdateFunctionConfiguration"})


def _restored(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """Developer guide, "Using IAM with backup and restore": reads and writes on the target table."""
    arn = arn_of(request, moto, f"table/{given.get('TargetTableName')}")
    verbs = ("GetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
    return ((f"dynamodb:{verb}", arn) for verb in verbs)


def _requested(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """A certificate that is made with tags: its id is new, so that only a pattern names it."""
    if given.get("Tags"):
        yield "acm:AddTagsToCertificate", arn_of(request, moto, "certificate/new")


def _alias(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """Key policies guide, "Controlling access to aliases": to make one takes it on alias and key."""
    yield "kms:CreateAlias", arn_of(request, moto, str(given.get("AliasName")))


_FURTHER: Mapping[
    tuple[str, str], Callable[[Request, Mapping[str, Any], Moto], Iterable[Target]]
] = {
    ("acm", "RequestCertificate"): _requested,
    ("dynamodb", "RestoreTableToPointInTime"): _restored,
    ("kms", "CreateAlias"): _alias,
}
_CHOOSES_A_TABLE_KEY = (
    *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
)
"""Developer guide, "Encryption at rest: customer managed keys": of a principal that chooses the key for a table."""
_WRITES_A_SECRET: Mapping[str, tuple[str, ...]] = {
    "CreateSecret": ("kms:Decrypt", "kms:GenerateDataKey"),
    "PutSecretValue": ("kms:Decrypt", "kms:GenerateDataKey"),
    "UpdateSecret": ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
}
"""User guide, "Permissions for the KMS key"; to encrypt, for versions that come under another key."""


def _with_a_key(request: Request) -> tuple[str, ...]:
    """Return what a service asks of KMS in the caller's name, where the key is a customer's."""
    if request.service == "dynamodb":
        return _CHOOSES_A_TABLE_KEY
    return _WRITES_A_SECRET.get(request.operation, ())


def _chosen_key(request: Request, given: Mapping[str, Any], moto: Moto) -> str | None:
    """Return the key of a table that is made or changed, or of a secret that is written."""
    if request.service == "dynamodb":
        chosen = given.get("TableCreationParameters", given)
        specification = chosen.get("SSESpecification") or given.get("SSESpecificationOverride")
        return (specification or {}).get("KMSMasterKeyId")
    if request.service == "secretsmanager":
        return given.get("KmsKeyId") or getattr(secret_of(request, moto), "kms_key_id", None)
    return None
