"""Least privilege, function by function: the guide's table of step 2-2 as (action, ARN) pairs."""

from collections.abc import Iterable

from aws.desired import Permission, Role
from plan import data
from plan.data import RANKING_INDEX
from plan.naming import FUNCTIONS, Naming

TABLE_ACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "auth": {"users": ("GetItem", "PutItem", "UpdateItem", "Query")},
    "award": {
        "userstamps": ("GetItem", "PutItem", "Query"),
        "stampmasters": ("GetItem", "PutItem", "Query"),
    },
    "gps-verify": {"stampmasters": ("GetItem", "Query")},
    "ranking": {"users": ("BatchGetItem",)},
    "stamps": {"userstamps": ("Query",), "stampmasters": ("GetItem", "BatchGetItem")},
}
SECRET_READ = {"auth": "token_key", "notify": "line_token", "richmenu": "line_token"}
TRACING = (
    *("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"),
    "GetSamplingStatisticSummaries",
)
"""What AWSXRayDaemonWriteAccess allows."""
OURS_ONLY = frozenset({"stamps", "ranking"})
"""The guide gives no table for these two: other code may need other permissions."""


def roles(naming: Naming) -> tuple[Role, ...]:
    return tuple(_role(naming, function) for function in FUNCTIONS)


def _role(naming: Naming, function: str) -> Role:
    required = {
        *_tables(naming, function),
        *_secret(naming, function),
        *_logs(naming, function, "CreateLogStream", "PutLogEvents"),
    }
    accepted = {
        *_logs(naming, function, "CreateLogGroup"),
        *(Permission(f"xray:{one}", "*") for one in TRACING),
        *_invoke_notify(naming, function),
    }
    aliases = {naming.alias_arn(one) for one in FUNCTIONS}
    return Role(
        name=naming.role(function),
        arn=naming.iam_arn(f"role/{naming.role(function)}"),
        function=function,
        function_arn=naming.function_arn(function),
        required=frozenset(required),
        accepted=frozenset(accepted),
        granted=frozenset({*required, *(one for one in accepted if one.resource in aliases)}),
        tags=naming.environment.tags,
        judged_for_missing=function not in OURS_ONLY,
    )


def _tables(naming: Naming, function: str) -> Iterable[Permission]:
    for key, actions in TABLE_ACTIONS.get(function, {}).items():
        for action in actions:
            yield Permission(f"dynamodb:{action}", naming.table_arn(key))
    if function == "ranking":
        index = f"{naming.table_arn('userstamps')}/index/{RANKING_INDEX.name}"
        yield Permission("dynamodb:Query", index)
    # DynamoDB uses a customer's key with the caller's own rights; AWS's keys need none.
    keys = {data.key_of(naming.environment, one) for one in TABLE_ACTIONS.get(function, ())}
    if function == "ranking":
        keys.add(data.key_of(naming.environment, "userstamps"))
    yield from (Permission("kms:Decrypt", key) for key in keys if key and key.startswith("arn:"))


def _secret(naming: Naming, function: str) -> Iterable[Permission]:
    if secret := SECRET_READ.get(function):
        yield Permission("secretsmanager:GetSecretValue", naming.secret_arn(secret))
        key = naming.environment.secret_key
        if key and key.startswith("arn:"):
            yield Permission("kms:Decrypt", key)


def _logs(naming: Naming, function: str, *actions: str) -> Iterable[Permission]:
    group = naming.arn("logs", f"log-group:{naming.log_group(function)}:*")
    return (Permission(f"logs:{action}", group) for action in actions)


def _invoke_notify(naming: Naming, function: str) -> Iterable[Permission]:
    """Optional in the guide; ours calls the alias, and a call of the bare function is harmless."""
    if function == "award":
        yield Permission("lambda:InvokeFunction", naming.alias_arn("notify"))
        yield Permission("lambda:InvokeFunction", naming.function_arn("notify"))
