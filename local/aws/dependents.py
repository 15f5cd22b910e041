"""What IAM has to allow for a call beside its own action: to tag, to hand a role over, to use a key, a bucket, a table.

From the Service Authorization Reference, and from each service's guide where that is more exact.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

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
