"""The functions with exactly the variables that each needs (guide steps 1-3 and 3-2)."""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter

from aws.desired import Function, Role
from plan.naming import Naming
from signoff.environment import FunctionSettings
from signoff.environment.application import AppFunction

LINE_API = "https://api.line.me"
TABLE_PREFIX, SECRET_PREFIX, FUNCTION_SUFFIX = "TABLE_", "SECRET_NAME_", "_FUNCTION"
"""How the variables are named by which a function finds a table, a secret and another function."""


def functions(naming: Naming, roles: tuple[Role, ...]) -> tuple[Function, ...]:
    by_function = {role.function: role for role in roles}
    return tuple(
        _function(naming, key, described, by_function[key])
        for key, described in naming.application.functions.items()
    )


def names_a_table(variable: str) -> bool:
    """Whether a variable names a table. Another value shows callers other data, so a change needs consent."""
    return variable.startswith(TABLE_PREFIX)


def variable_of_table(key: str) -> str:
    return f"{TABLE_PREFIX}{key.upper()}"


def variable_of_secret(key: str) -> str:
    return f"{SECRET_PREFIX}{key.upper()}"


def variable_of_function(key: str) -> str:
    return f"{key.upper().replace('-', '_')}{FUNCTION_SUFFIX}"


def _function(naming: Naming, key: str, described: AppFunction, role: Role) -> Function:
    environment = naming.environment
    own = environment.functions.get(key, FunctionSettings())
    variables = dict(_variables(naming, described))
    return Function(
        key=key,
        name=naming.named(key),
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
        arns={name: arns for name, arns in _arns(naming).items() if name in variables},
        secrets=tuple(v for k, v in variables.items() if k.startswith(SECRET_PREFIX)),
        log_group=naming.log_group(key),
        tags=environment.tags,
    )


def _variables(naming: Naming, described: AppFunction) -> Iterator[tuple[str, str]]:
    """Yield what a function gets: settings of all, what it calls, its own settings.

    Of these the guide (step 3-2) gives a function of other code its tables, its secret and its environment.
    """
    environment, app = naming.environment, naming.application
    general = [name for name, setting in app.settings.items() if setting.everywhere]
    yield from _settings(naming, general)
    for table in described.among(app.tables):
        yield variable_of_table(table), environment.tables[table]
    for secret in described.among(app.secrets):
        yield variable_of_secret(secret), environment.secrets[secret]
    if environment.our_code:
        for function in described.among(app.functions):
            yield variable_of_function(function), f"{naming.named(function)}:{environment.alias}"
        yield from _settings(naming, described.settings)


def _settings(naming: Naming, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield settings with their values; one that would repeat the functions' own default is not set."""
    environment = naming.environment
    for name in names:
        setting = naming.application.settings[name]
        value = attrgetter(setting.key)(environment)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if text != setting.unless and (environment.our_code or setting.guide):
            yield name, text


def _arns(naming: Naming) -> Mapping[str, tuple[str, ...]]:
    """Return variable -> ARNs of what it names. A secret's ARN also works without its last six characters."""
    app = naming.application
    secrets = {key: naming.secret_arn(key) for key in app.secrets}
    return {
        **{variable_of_table(table): (naming.table_arn(table),) for table in app.tables},
        **{
            variable_of_secret(key): (arn, arn.removesuffix("-??????"))
            for key, arn in secrets.items()
        },
        **{
            variable_of_function(function): (naming.alias_arn(function),)
            for function in app.functions
        },
    }
