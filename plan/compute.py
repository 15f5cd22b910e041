"""The functions with exactly the variables and rights that each needs (guide steps 1-3, 2-2 and 3-2)."""

from collections.abc import Iterable, Iterator

from aws.desired import Function, Permission, Role
from plan import data
from plan.naming import Naming
from signoff.environment.application import AppFunction, Rights, table_of
from signoff.environment.schema import FunctionSettings

TRACING = (
    *("PutTraceSegments", "PutTelemetryRecords", "GetSamplingRules", "GetSamplingTargets"),
    "GetSamplingStatisticSummaries",
)
"""What AWSXRayDaemonWriteAccess allows."""
OF_TABLE_KEY = ("DescribeKey", "Encrypt", "GenerateDataKey*", "ReEncrypt*")
"""What a caller may do with a customer managed key by DynamoDB's documentation, beside Decrypt."""
LINE_API = "https://api.line.me"
TABLE_PREFIX, SECRET_PREFIX, FUNCTION_SUFFIX = "TABLE_", "SECRET_NAME_", "_FUNCTION"
"""How the variables are named by which a function finds a table, a secret and another function."""
_Named = tuple[str, str, tuple[str, ...]]
"""Such a variable, its value, and the ARNs by which AWS knows what it names as well."""


def roles(naming: Naming) -> tuple[Role, ...]:
    return tuple(
        _role(naming, key, function) for key, function in naming.application.functions.items()
    )


def _role(naming: Naming, function: str, described: AppFunction) -> Role:
    required = {
        *_granted(naming, described.calls),
        *_keys(naming, described),
        *_logs(naming, function, "CreateLogStream", "PutLogEvents"),
    }
    granted = {*required, *_granted(naming, described.reads)}
    accepted = {
        *_logs(naming, function, "CreateLogGroup"),
        *(Permission(f"xray:{name}", "*") for name in TRACING),
        # Some tools grant the function by its name alone instead of its alias.
        *(
            Permission("lambda:InvokeFunction", naming.function_arn(name))
            for name in described.among(naming.application.functions)
        ),
        *_granted(naming, described.writes),
    }
    return Role(
        name=naming.role(function),
        arn=naming.iam_arn(f"role/{naming.role(function)}"),
        function=function,
        function_arn=naming.function_arn(function),
        required=frozenset(required),
        granted=frozenset(granted),
        accepted=frozenset(accepted),
        written_by_tools=frozenset(_written_by_tools(naming, {*granted, *accepted})),
        secrets=tuple(
            secret
            for secret in data.secrets(naming)
            if secret.key in described.among(naming.application.secrets)
        ),
        own=_own(naming),
        table_keys=frozenset(_table_keys(naming, described)),
        tags=naming.environment.tags,
        judged_for_missing=described.guided or not naming.environment.own_code,
    )


def _written_by_tools(naming: Naming, planned: Iterable[Permission]) -> Iterator[Permission]:
    """Yield permissions that AWS's own tools add to the needed ones, on the same resources.

    CDK's grantInvoke also names every version and alias of the function, and its grants on a table
    name all of its indexes. The console allows a role to create any log group; the Serverless
    Framework allows it to tag its own.
    """
    keys = {data.key_of(naming.environment, table) for table in naming.environment.tables}
    for permission in planned:
        service = permission.action.partition(":")[0]
        if service == "lambda":
            yield Permission(permission.action, f"{permission.resource}:*")
        elif service == "dynamodb":
            yield Permission("dynamodb:DescribeTable", permission.resource)
            if "/index/" not in permission.resource:
                yield Permission(permission.action, f"{permission.resource}/index/*")
        elif service == "logs":
            group = permission.resource.removesuffix(":*")
            yield from (Permission(each, group) for each in (permission.action, "logs:TagResource"))
            yield Permission("logs:TagResource", permission.resource)
        elif service == "secretsmanager":
            yield Permission("secretsmanager:DescribeSecret", permission.resource)
        elif service == "kms" and permission.resource in keys:
            yield from (Permission(f"kms:{name}", permission.resource) for name in OF_TABLE_KEY)
    yield Permission("logs:CreateLogGroup", naming.arn("logs", "*"))


def _own(naming: Naming) -> tuple[str, ...]:
    environment = naming.environment
    prefix, name_pattern = environment.prefix, naming.name_of("*")
    return (
        *(f"{naming.table_arn(table)}*" for table in environment.tables),
        *(naming.secret_arn(secret).replace("-??????", "*") for secret in environment.secrets),
        naming.arn("secretsmanager", f"secret:{prefix}/*"),
        naming.arn("lambda", f"function:{name_pattern}"),
        *(
            naming.arn("logs", f"log-group:{naming.log_group(function)}*")
            for function in naming.application.functions
        ),
        naming.arn("logs", f"log-group:{naming.api_log_group}*"),
        *(naming.arn(service, name_pattern) for service in ("sns", "sqs")),
        naming.arn("kms", "*"),
        naming.iam_arn(f"role/{name_pattern}"),
        *(f"arn:aws:s3:::{name}*" for name in (environment.bucket, prefix) if name),
    )


def _granted(naming: Naming, rights: Rights) -> Iterator[Permission]:
    for resource, actions in rights.items():
        arn = _arn(naming, resource)
        yield from (Permission(action, arn) for action in actions)


def _arn(naming: Naming, resource: str) -> str:
    """Return the ARN of a table, one of its indexes, a secret, the alias of a function, or a bucket."""
    if resource.startswith("arn:"):
        return resource.replace("{prefix}", naming.environment.prefix)
    key, app = table_of(resource), naming.application
    if key in app.tables:
        index = resource.removeprefix(key).removeprefix("#")
        return f"{naming.table_arn(key)}/index/{index}" if index else naming.table_arn(key)
    return naming.secret_arn(key) if key in app.secrets else naming.alias_arn(key)


def _keys(naming: Naming, described: AppFunction) -> Iterator[Permission]:
    """Yield the use of customer managed keys: DynamoDB and Secrets Manager use them with the caller's own permissions.

    AWS's own keys need none.
    """
    yield from (Permission("kms:Decrypt", name) for name in _table_keys(naming, described))
    key = naming.environment.secret_key
    if key and key.startswith("arn:") and described.among(naming.application.secrets):
        yield Permission("kms:Decrypt", key)


def _table_keys(naming: Naming, described: AppFunction) -> Iterator[str]:
    keys = {
        data.key_of(naming.environment, name) for name in described.among(naming.application.tables)
    }
    yield from (key for key in keys if key and key.startswith("arn:"))


def _logs(naming: Naming, function: str, *actions: str) -> Iterable[Permission]:
    group = naming.arn("logs", f"log-group:{naming.log_group(function)}:*")
    return (Permission(f"logs:{action}", group) for action in actions)


def functions(naming: Naming, roles: tuple[Role, ...]) -> tuple[Function, ...]:
    by_function = {role.function: role for role in roles}
    return tuple(
        _function(naming, key, described, by_function[key])
        for key, described in naming.application.functions.items()
    )


def names_a_table(variable: str) -> bool:
    """Whether a variable names a table. Another value shows callers other data, so a change needs consent."""
    return variable.startswith(TABLE_PREFIX)


def _function(naming: Naming, key: str, described: AppFunction, role: Role) -> Function:
    environment = naming.environment
    own = environment.functions.get(key, FunctionSettings())
    named = [*_named(naming, described)]
    variables = dict(_variables(naming, described, named))
    return Function(
        key=key,
        name=naming.name_of(key),
        arn=naming.function_arn(key),
        alias=environment.alias,
        alias_arn=naming.alias_arn(key),
        role=role,
        handler=described.handler,
        runtime=environment.runtime,
        timeout_s=own.timeout_s or described.timeout_s or environment.timeout_s,
        memory_mb=own.memory_mb or described.memory_mb or environment.memory_mb,
        environment=variables,
        table_variables=frozenset(filter(names_a_table, variables)),
        indispensable=frozenset(name for name in variables if _is_indispensable(naming, name)),
        arns={variable: arns for variable, _, arns in named},
        log_group=naming.log_group(key),
        tags=environment.tags,
    )


def _is_indispensable(naming: Naming, variable: str) -> bool:
    setting = naming.application.settings.get(variable)
    return setting.needed if setting else variable.startswith((TABLE_PREFIX, SECRET_PREFIX))


def _variables(
    naming: Naming, described: AppFunction, named: Iterable[_Named]
) -> Iterator[tuple[str, str]]:
    """Yield what a function gets: settings of all, what it calls, its own settings."""
    app = naming.application
    yield from _settings(naming, (name for name in app.settings if app.settings[name].everywhere))
    yield from ((variable, value) for variable, value, _ in named)
    if naming.environment.our_code:
        yield from _settings(naming, described.settings)


def _named(naming: Naming, described: AppFunction) -> Iterator[_Named]:
    """Yield the variables of what a function calls. Of these the guide (step 3-2) gives other code its tables and secrets.

    A secret's ARN also works without its last six characters.
    """
    environment, app = naming.environment, naming.application
    for key in described.among(app.tables):
        yield f"{TABLE_PREFIX}{_upper(key)}", environment.tables[key], (naming.table_arn(key),)
    for key in described.among(app.secrets):
        arn = naming.secret_arn(key)
        arns = (arn, arn.removesuffix("-??????"))
        yield f"{SECRET_PREFIX}{_upper(key)}", environment.secrets[key], arns
    for key in described.among(app.functions) if environment.our_code else ():
        alias = f"{naming.name_of(key)}:{environment.alias}"
        yield f"{_upper(key)}{FUNCTION_SUFFIX}", alias, (naming.alias_arn(key),)


def _upper(key: str) -> str:
    """Return a key as the name of a variable has it: Lambda takes letters, digits and underscores."""
    return key.upper().replace("-", "_")


def _settings(naming: Naming, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield settings with their values; one that would repeat the functions' own default is not set."""
    environment = naming.environment
    for name in names:
        setting = naming.application.settings[name]
        value = environment.value(setting.key)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text != setting.unless and (environment.our_code or setting.guide):
            yield name, text
