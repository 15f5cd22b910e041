"""Which (action, ARN) pairs IAM has to allow for one call, from the call's own input."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from aws.iam.actions import actions_for
from local.aws.dependents import Target, dependents
from local.aws.moto import Moto
from local.aws.request import Request


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
