"""Which (action, ARN) pairs IAM has to allow for a call of a function, from the call's own input.

Functions use items, secrets, each other, objects and log lines. Of any other service the action alone is asked for, on ``*``:
what a person's calls need besides is a parameter of the local AWS.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from aws.iam.actions import actions_for
from local.aws.moto import Moto
from local.aws.request import Request

Target = tuple[str, str]
"""(action, resource): ``*`` where the action knows no resource."""
Targets = Callable[[Request, Moto], tuple[Target, ...]]


def targets(request: Request, moto: Moto) -> tuple[Target, ...]:
    """List all that IAM must allow: a transaction or a batch asks for several pairs, and an own key for one more."""
    if request.service == "dynamodb":
        own = _items(request, moto)
    else:
        find = _RESOURCES.get(request.service)
        resource = (find(request, moto) if find else "") or "*"
        actions = actions_for(request.service, request.operation, request.method)
        own = ((action, resource) for action in actions)
    keys = filter(None, (of_a_customer(key, request, moto) for key in _keys(request, moto)))
    return (*own, *(("kms:Decrypt", key) for key in keys))


_IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}


def _items(request: Request, moto: Moto) -> Iterable[Target]:
    parameters = request.parameters

    def table(name: str) -> str:
        arn = name if name.startswith("arn:") else arn_of(request, moto, f"table/{name}")
        return f"{arn}/index/{parameters['IndexName']}" if parameters.get("IndexName") else arn

    if "TransactItems" in parameters:
        for item in parameters["TransactItems"]:
            for kind, part in item.items():
                yield f"dynamodb:{_IN_A_TRANSACTION[kind]}", table(part["TableName"])
        return
    for resource in [*map(table, _tables(parameters))] or ["*"]:
        for action in actions_for(request.service, request.operation):
            yield action, resource


def tables_and_parts(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each table that a call names, with each part of the call that is about it."""
    for item in parameters.get("TransactItems", ()):
        yield from ((part["TableName"], part) for part in item.values())
    for name, entries in parameters.get("RequestItems", {}).items():
        parts = entries if isinstance(entries, list) else entries["Keys"]
        for part in parts:
            yield name, next(iter(part.values())) if isinstance(entries, list) else {"Key": part}
    if name := parameters.get("TableName"):
        yield name, parameters


def _tables(parameters: Mapping[str, Any]) -> Collection[str]:
    return dict.fromkeys(name for name, _ in tables_and_parts(parameters))


def secret_of(request: Request, moto: Moto) -> Any:
    """Find moto's secret that a call names; None where there is none."""
    name = first_of(request.parameters, "SecretId", "Name")
    secrets = list(moto.backend("secretsmanager", request.region).secrets.values())
    return next((s for s in secrets if name in {s.name, s.arn, s.arn[:-7]}), None)


def _secret(request: Request, moto: Moto) -> str:
    """Name the full ARN, with its six random characters, that IAM compares with the policies."""
    name, secret = first_of(request.parameters, "SecretId", "Name"), secret_of(request, moto)
    if secret or not name:
        return str(secret.arn) if secret else ""
    return name if name.startswith("arn:") else arn_of(request, moto, f"secret:{name}-000000")


def _function(request: Request, moto: Moto) -> str:
    """Name the function; an invocation is asked for on its qualified ARN."""
    tail = request.parameters.get("FunctionName", "").split(":function:")[-1]
    bare, _, written = tail.partition(":")
    qualifier = request.labels.get("Qualifier", written)
    arn = arn_of(request, moto, f"function:{bare}")
    return f"{arn}:{qualifier}" if qualifier and request.operation.startswith("Invoke") else arn


def _log_group(request: Request, moto: Moto) -> str:
    """Name the group as CloudWatch Logs does: ``…:log-stream:`` follows."""
    parameters = request.parameters
    group = first_of(parameters, "logGroupName", "logGroupIdentifier", "logGroupNamePrefix")
    name = group.split(":log-group:")[-1].removesuffix(":*")
    stream = parameters.get("logStreamName", "")
    return arn_of(request, moto, f"log-group:{name}:log-stream:{stream}")


def _bucket_or_object(request: Request, _moto: Moto) -> str:
    names = (request.labels.get(label) for label in ("Bucket", "Key"))
    return f"arn:aws:s3:::{'/'.join(filter(None, names))}"


_RESOURCES: Mapping[str, Callable[[Request, Moto], str]] = {
    "lambda": _function,
    "logs": _log_group,
    "s3": _bucket_or_object,
    "secretsmanager": _secret,
}
_ITEMS = frozenset(
    {
        *("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems", "TransactWriteItems"),
        *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    }
)


def _keys(request: Request, moto: Moto) -> Iterable[str | None]:
    """Yield the keys by which DynamoDB and Secrets Manager decrypt in the caller's name."""
    if request.service == "dynamodb" and request.operation in _ITEMS:
        tables = moto.backend("dynamodb", request.region).tables
        for table in filter(None, map(tables.get, _tables(request.parameters))):
            yield (table.sse_specification or {}).get("KMSMasterKeyId")
    if (request.service, request.operation) == ("secretsmanager", "GetSecretValue"):
        yield getattr(secret_of(request, moto), "kms_key_id", None)


def of_a_customer(key: str | None, request: Request, moto: Moto) -> str | None:
    """Return the ARN of a customer's key; None where the key is AWS's own, which its services may use."""
    for entry in list(moto.backend("kms", request.region).keys.values()) if key else ():
        of_aws = any(alias.startswith("alias/aws/") for alias in entry.aliases)
        if key in {entry.id, entry.arn, *entry.aliases} and not of_aws:
            return str(entry.arn)
    return None


def first_of(parameters: Mapping[str, Any], *members: str) -> str:
    return next((str(parameters[member]) for member in members if parameters.get(member)), "")


def arn_of(request: Request, moto: Moto, resource: str) -> str:
    """Return the ARN of a resource of the service that is asked."""
    service = "dynamodb" if request.service == "dynamodbstreams" else request.service
    return f"arn:aws:{service}:{request.region}:{moto.account}:{resource}"
