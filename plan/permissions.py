"""Least privilege, function by function: the guide's table of step 2-2 as (action, ARN) pairs."""

from collections.abc import Iterable, Iterator

from aws.desired import Permission, Role
from plan import data
from plan.data import RANKING_INDEX
from plan.naming import FUNCTIONS, Naming

TABLE_ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "auth": {"users": ("GetItem", "UpdateItem", "Query")},
    "award": {
        "userstamps": ("GetItem", "PutItem", "Query"),
        "stampmasters": ("GetItem", "Query"),
    },
    "gps-verify": {"stampmasters": ("GetItem", "Query")},
    "ranking": {"users": ("BatchGetItem",)},
    "stamps": {"userstamps": ("Query",), "stampmasters": ("GetItem", "BatchGetItem")},
}
UNUSED_WRITES = {"auth": "users", "award": "stampmasters"}
"""Tables into which the guide also lets a function put items, which the released code never does: allowed, not granted."""
SECRET_READ = {"auth": "token_key", "notify": "line_token", "richmenu": "line_token"}
TRACING = (
    *("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"),
    "GetSamplingStatisticSummaries",
)
"""What AWSXRayDaemonWriteAccess allows."""
OF_TABLE_KEY = ("DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
"""What a caller may do with a customer managed key by DynamoDB's documentation, beside Decrypt."""
OURS_ONLY = frozenset({"stamps", "ranking"})
"""The guide gives no table for these two: other code may need other permissions."""


def roles(naming: Naming) -> tuple[Role, ...]:
    return tuple(_role(naming, function) for function in FUNCTIONS)


def _role(naming: Naming, function: str) -> Role:
    required = {
        *_tables(naming, function),
        *_secret(naming, function),
        *_logs(naming, function, "CreateLogStream", "PutLogEvents"),
        *_invoke_notify(function, naming.alias_arn("notify")),
    }
    accepted = {
        *_logs(naming, function, "CreateLogGroup"),
        *(Permission(f"xray:{one}", "*") for one in TRACING),
        *_invoke_notify(function, naming.function_arn("notify")),
        *_unused_writes(naming, function),
    }
    read = SECRET_READ.get(function)
    return Role(
        name=naming.role(function),
        arn=naming.iam_arn(f"role/{naming.role(function)}"),
        function=function,
        function_arn=naming.function_arn(function),
        required=frozenset(required),
        accepted=frozenset(accepted),
        beside=frozenset(_beside(naming, {*required, *accepted})),
        secrets=tuple(one for one in data.secrets(naming) if one.key == read),
        own=_own(naming),
        table_keys=frozenset(_table_keys(naming, function)),
        tags=naming.environment.tags,
        judged_for_missing=function not in OURS_ONLY,
    )


def _beside(naming: Naming, planned: Iterable[Permission]) -> Iterator[Permission]:
    """Yield permissions that AWS's own tools add to the needed ones, on the same resources.

    CDK's grantInvoke also names every version and alias of the function, and its grants on a table
    name all of its indexes. The console allows a role to create any log group; the Serverless
    Framework allows it to tag its own.
    """
    keys = {data.key_of(naming.environment, one) for one in naming.environment.tables}
    for one in planned:
        service = one.action.partition(":")[0]
        if service == "lambda":
            yield Permission(one.action, f"{one.resource}:*")
        elif service == "dynamodb":
            yield Permission("dynamodb:DescribeTable", one.resource)
            if "/index/" not in one.resource:
                yield Permission(one.action, f"{one.resource}/index/*")
        elif service == "logs":
            group = one.resource.removesuffix(":*")
            yield from (Permission(each, group) for each in (one.action, "logs:TagResource"))
            yield Permission("logs:TagResource", one.resource)
        elif service == "secretsmanager":
            yield Permission("secretsmanager:DescribeSecret", one.resource)
        elif service == "kms" and one.resource in keys:
            yield from (Permission(f"kms:{name}", one.resource) for name in OF_TABLE_KEY)
    yield Permission("logs:CreateLogGroup", naming.arn("logs", "*"))


def _own(naming: Naming) -> tuple[str, ...]:
    environment = naming.environment
    prefix, named = environment.prefix, naming.named("*")
    return (
        *(f"{naming.table_arn(one)}*" for one in environment.tables),
        *(naming.secret_arn(one).replace("-??????", "*") for one in environment.secrets),
        naming.arn("secretsmanager", f"secret:{prefix}/*"),
        naming.arn("lambda", f"function:{named}"),
        *(naming.arn("logs", f"log-group:{naming.log_group(one)}*") for one in FUNCTIONS),
        naming.arn("logs", f"log-group:{naming.api_log_group}*"),
        *(naming.arn(service, named) for service in ("sns", "sqs")),
        naming.arn("kms", "*"),
        naming.iam_arn(f"role/{named}"),
        f"arn:aws:s3:::{environment.bucket or prefix}*",
    )


def _tables(naming: Naming, function: str) -> Iterable[Permission]:
    for key, actions in TABLE_ACTIONS.get(function, {}).items():
        for action in actions:
            yield Permission(f"dynamodb:{action}", naming.table_arn(key))
    if function == "ranking":
        index = f"{naming.table_arn('userstamps')}/index/{RANKING_INDEX.name}"
        yield Permission("dynamodb:Query", index)
    # DynamoDB uses a customer managed key with the caller's own permissions; AWS's keys need none.
    yield from (Permission("kms:Decrypt", key) for key in _table_keys(naming, function))


def _unused_writes(naming: Naming, function: str) -> Iterator[Permission]:
    if function in UNUSED_WRITES:
        yield Permission("dynamodb:PutItem", naming.table_arn(UNUSED_WRITES[function]))


def _table_keys(naming: Naming, function: str) -> Iterator[str]:
    read = {*TABLE_ACTIONS.get(function, ()), *(("userstamps",) if function == "ranking" else ())}
    keys = {data.key_of(naming.environment, one) for one in read}
    yield from (key for key in keys if key and key.startswith("arn:"))


def _secret(naming: Naming, function: str) -> Iterable[Permission]:
    if secret := SECRET_READ.get(function):
        yield Permission("secretsmanager:GetSecretValue", naming.secret_arn(secret))
        key = naming.environment.secret_key
        if key and key.startswith("arn:"):
            yield Permission("kms:Decrypt", key)


def _logs(naming: Naming, function: str, *actions: str) -> Iterable[Permission]:
    group = naming.arn("logs", f"log-group:{naming.log_group(function)}:*")
    return (Permission(f"logs:{action}", group) for action in actions)


def _invoke_notify(function: str, notify: str) -> Iterable[Permission]:
    """Optional in the guide, but NOTIFY_FUNCTION is planned: without the right no winner is told, and no call fails."""
    if function == "award":
        yield Permission("lambda:InvokeFunction", notify)
