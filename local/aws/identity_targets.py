"""Which (action, ARN) pairs IAM has to allow for one call, from the call's own input.

Beside its own action: to tag, to hand a role over, to use a key, a bucket, a table, from the Service Authorization
Reference, and from each service's guide where that is more exact.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from aws.iam.actions import actions_for
from local.aws.moto import Moto
from local.aws.request import Request

Target = tuple[str, str]
"""(action, resource): ``*`` where the action knows no resource."""


def dependents(request: Request, own: tuple[Target, ...], moto: Moto) -> Iterable[Target]:
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
    if request.service in _KEYS:
        yield from _with_a_key(request, given, moto)


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
    arn = f"arn:aws:dynamodb:{request.region}:{moto.account}:table/{given.get('TargetTableName')}"
    verbs = ("GetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
    return ((f"dynamodb:{verb}", arn) for verb in verbs)


def _requested(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """A certificate that is made with tags: its id is new, so that only a pattern names it."""
    if given.get("Tags"):
        arn = f"arn:aws:acm:{request.region}:{moto.account}:certificate/new"
        yield "acm:AddTagsToCertificate", arn


def _alias(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """Key policies guide, "Controlling access to aliases": to make one takes it on alias and key."""
    yield "kms:CreateAlias", f"arn:aws:kms:{request.region}:{moto.account}:{given.get('AliasName')}"


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
_ITEMS = frozenset(
    {
        *("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    }
)
_USES_A_SECRET_KEY: Mapping[str, tuple[str, ...]] = {
    "CreateSecret": ("kms:Decrypt", "kms:GenerateDataKey"),
    "GetSecretValue": ("kms:Decrypt",),
    "PutSecretValue": ("kms:Decrypt", "kms:GenerateDataKey"),
    "UpdateSecret": ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
}
"""User guide, "Permissions for the KMS key"; to encrypt, for versions that come under another key."""


def _with_a_key(request: Request, given: Mapping[str, Any], moto: Moto) -> Iterable[Target]:
    """Yield what a service asks of KMS in the caller's name, where the key is a customer's."""
    actions, keys = _KEYS[request.service](request, given, moto)
    for key in keys:
        arn = _of_a_customer(key, request, moto) if key else None
        if arn:
            yield from ((action, arn) for action in actions)


Used = tuple[tuple[str, ...], Iterable[str | None]]
"""What KMS is asked for, and the keys of which it is asked."""


def _of_tables(request: Request, given: Mapping[str, Any], moto: Moto) -> Used:
    if request.operation in _ITEMS:
        tables = moto.backend("dynamodb", request.region).tables
        found = (tables.get(name) for name in _named_tables(given))
        return ("kms:Decrypt",), [_key_of(entry) for entry in found if entry is not None]
    chosen = given.get("TableCreationParameters", given)
    specification = chosen.get("SSESpecification") or given.get("SSESpecificationOverride") or {}
    return _CHOOSES_A_TABLE_KEY, [specification.get("KMSMasterKeyId")]


def _named_tables(given: Mapping[str, Any]) -> Iterable[str]:
    for item in given.get("TransactItems", ()):
        yield from (part["TableName"] for part in item.values())
    yield from given.get("RequestItems") or ()
    if name := given.get("TableName"):
        yield name


def _key_of(table: Any) -> str | None:
    return (table.sse_specification or {}).get("KMSMasterKeyId")


def _of_secrets(request: Request, given: Mapping[str, Any], moto: Moto) -> Used:
    actions = _USES_A_SECRET_KEY.get(request.operation, ())
    if not actions or given.get("KmsKeyId"):
        return actions, [given.get("KmsKeyId")]
    name = given.get("SecretId")
    secrets = list(moto.backend("secretsmanager", request.region).secrets.values())
    return actions, [secret.kms_key_id for secret in secrets if name in {secret.name, secret.arn}]


_KEYS: Mapping[str, Callable[[Request, Mapping[str, Any], Moto], Used]] = {
    "dynamodb": _of_tables,
    "secretsmanager": _of_secrets,
}


def _of_a_customer(key: str, request: Request, moto: Moto) -> str | None:
    """Return the ARN of a customer's key; None where the key is AWS's own, which its services may use."""
    keys = moto.backend("kms", request.region).keys.values()
    for entry in list(keys):
        if key in {entry.id, entry.arn, *entry.aliases} and not any(map(_is_of_aws, entry.aliases)):
            return str(entry.arn)
    return None


def _is_of_aws(alias: str) -> bool:
    return alias.startswith("alias/aws/")


def targets(request: Request, moto: Moto) -> tuple[Target, ...]:
    """List all that IAM must allow: a transaction or a batch asks for several pairs."""
    if request.service in {"dynamodb", "dynamodbstreams"}:
        own = tuple(_dynamodb(request, moto))
    else:
        find = _RESOURCES.get(request.service)
        resource = (find(request, moto) if find else "") or "*"
        actions = actions_for(request.service, request.operation, request.method)
        own = tuple((action, resource) for action in actions)
    return own + tuple(dependents(request, own, moto))


_IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def _dynamodb(request: Request, moto: Moto) -> Iterable[Target]:
    given = request.parameters

    def table(name: str, index: str | None = None) -> str:
        arn = name if name.startswith("arn:") else _arn(request, moto, f"table/{name}")
        return f"{arn}/index/{index}" if index else arn

    for item in given.get("TransactItems", ()):
        for kind, part in item.items():
            yield f"dynamodb:{_IN_A_TRANSACTION[kind]}", table(part["TableName"])
    if "TransactItems" in given:
        return
    actions = actions_for(request.service, request.operation)
    made = given.get("TableCreationParameters", {})
    names = given.get("RequestItems") or [_named({**made, **given}, "TableName", "SourceTableName")]
    for name in names:
        for action in actions:
            yield action, table(name, given.get("IndexName")) if name else _tagged(given)


def _tagged(given: Mapping[str, Any]) -> str:
    members = ("ResourceArn", "SourceTableArn", "TableArn", "StreamArn", "ExportArn", "ImportArn")
    return _named(given, *members) or "*"


def _secret(request: Request, moto: Moto) -> str:
    """Find the full ARN, with its six random characters, that IAM compares with the policies."""
    given = request.parameters
    name = _named(given, "SecretId", "Name")
    if not name:
        return "*"
    for secret in list(moto.backend("secretsmanager", request.region).secrets.values()):
        if name in {secret.name, secret.arn, secret.arn[:-7]}:
            return str(secret.arn)
    return name if name.startswith("arn:") else _arn(request, moto, f"secret:{name}-000000")


def _function(request: Request, moto: Moto) -> str:
    """Name the function; an invocation is asked for on its qualified ARN."""
    name = request.parameters.get("FunctionName", "")
    if not name:
        return _named(request.parameters, "Resource", "ResourceArn") or "*"
    tail = name.split(":function:")[-1]
    bare, _, written = tail.partition(":")
    qualifier = request.labels.get("Qualifier", written)
    arn = _arn(request, moto, f"function:{bare}")
    return f"{arn}:{qualifier}" if qualifier and request.operation.startswith("Invoke") else arn


def _log_group(request: Request, moto: Moto) -> str:
    """Name the group as CloudWatch Logs does: ``…:log-stream:`` follows in all but tagging."""
    given = request.parameters
    if tagged := given.get("resourceArn"):
        return str(tagged)
    group = _named(given, "logGroupName", "logGroupIdentifier", "logGroupNamePrefix")
    name = group.split(":log-group:")[-1].removesuffix(":*")
    return _arn(request, moto, f"log-group:{name}:log-stream:{given.get('logStreamName', '')}")


def _key(request: Request, moto: Moto) -> str:
    key = _named(request.parameters, "KeyId", "TargetKeyId")
    if not key or ":key/" in key:
        return key
    backend = moto.backend("kms", request.region)
    id_ = backend.get_key_id_from_alias(key) if "alias/" in key else backend.get_key_id(key)
    return _arn(request, moto, f"key/{id_ or ''}")


def _role(request: Request, moto: Moto) -> str:
    given = request.parameters
    for member, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if name := given.get(member):
            return f"arn:aws:iam::{moto.account}:{kind}/{name}"
    return _named(given, "PolicyArn", "RoleArn")


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
        return _arn(request, moto, f"alarm:{alarm}")
    if request.operation == "DescribeAlarms":
        return _arn(request, moto, "alarm:*")
    return str(given.get("ResourceARN", "*"))


def _api(request: Request, _: Moto) -> str:
    return f"arn:aws:apigateway:{request.region}::{unquote(request.path)}"


def _hosted_zone(request: Request, _: Moto) -> str:
    zone = _named(request.labels, "HostedZoneId", "Id")
    return f"arn:aws:route53:::hostedzone/{zone}" if zone else "*"


def _topic(request: Request, moto: Moto) -> str:
    """Name the topic, also one that is to be made: the service authorization reference asks for its ARN."""
    given = request.parameters
    if request.operation == "CreateTopic":
        return _arn(request, moto, str(given.get("Name", "")))
    return _named(given, "TopicArn", "ResourceArn", "TargetArn")


def _member(*members: str) -> Callable[[Request, Moto], str]:
    return lambda request, _: _named(request.parameters, *members)


_RESOURCES: Mapping[str, Callable[[Request, Moto], str]] = {
    "acm": _member("CertificateArn"),
    "apigateway": _api,
    "apigatewayv2": _api,
    "cloudwatch": _alarm,
    "iam": _role,
    "kms": _key,
    "lambda": _function,
    "logs": _log_group,
    "route53": _hosted_zone,
    "s3": _bucket,
    "secretsmanager": _secret,
    "sns": _topic,
    "sts": _member("RoleArn"),
}


def _named(given: Mapping[str, Any], *members: str) -> str:
    return next((str(given[member]) for member in members if given.get(member)), "")


def _arn(request: Request, moto: Moto, resource: str) -> str:
    service = "dynamodb" if request.service == "dynamodbstreams" else request.service
    return f"arn:aws:{service}:{request.region}:{moto.account}:{resource}"
