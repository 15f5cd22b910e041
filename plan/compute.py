"""The seven functions with exactly the variables each needs (guide steps 1-3 and 3-2)."""

from collections.abc import Mapping

from aws.desired import Function, Role
from plan.naming import FUNCTIONS, Naming
from signoff.environment import FunctionSettings

LINE_API = "https://api.line.me"
VARIABLES: dict[str, tuple[str, ...]] = {
    "auth": ("TABLE_USERS", "SECRET_NAME_TOKEN_KEY", "LINE_CHANNEL_ID", "LINE_API_ENDPOINT"),
    "award": (
        "TABLE_USERSTAMPS",
        "TABLE_STAMPMASTERS",
        "NOTIFY_FUNCTION",
        "AWARD_REQUIRES_POSITION",
        "ACCURACY_CAP_M",
    ),
    "gps-verify": ("TABLE_STAMPMASTERS", "ACCURACY_CAP_M"),
    "notify": ("SECRET_NAME_LINE_TOKEN", "LINE_API_ENDPOINT"),
    "ranking": ("TABLE_USERS", "TABLE_USERSTAMPS"),
    "richmenu": ("SECRET_NAME_LINE_TOKEN", "LINE_API_ENDPOINT"),
    "stamps": ("TABLE_USERSTAMPS", "TABLE_STAMPMASTERS"),
}
EVERYWHERE = ("ENVIRONMENT", "ALLOWED_ORIGIN")
TABLE_PREFIX, SECRET_PREFIX = "TABLE_", "SECRET_NAME_"


def functions(naming: Naming, roles: tuple[Role, ...]) -> tuple[Function, ...]:
    by_function = {role.function: role for role in roles}
    return tuple(_function(naming, key, by_function[key]) for key in FUNCTIONS)


def names_a_table(variable: str) -> bool:
    """Whether a variable names a table. Another value shows callers other data, so a change needs consent."""
    return variable.startswith(TABLE_PREFIX)


def _function(naming: Naming, key: str, role: Role) -> Function:
    environment = naming.environment
    values = _values(naming)
    own = environment.functions.get(key, FunctionSettings())
    needed = (*EVERYWHERE, *VARIABLES[key]) if environment.our_code else _of_the_guide(key)
    variables = {name: values[name] for name in needed if name in values}
    return Function(
        key=key,
        name=naming.named(key),
        arn=naming.function_arn(key),
        alias=environment.alias,
        alias_arn=naming.alias_arn(key),
        role=role,
        handler="handler.handler",
        runtime=environment.runtime,
        timeout_s=own.timeout_s or environment.timeout_s,
        memory_mb=own.memory_mb or environment.memory_mb,
        environment=variables,
        table_variables=frozenset(filter(names_a_table, variables)),
        arns={name: arns for name, arns in _arns(naming).items() if name in variables},
        secrets=tuple(v for k, v in variables.items() if k.startswith(SECRET_PREFIX)),
        log_group=naming.log_group(key),
        tags=environment.tags,
    )


def _of_the_guide(key: str) -> tuple[str, ...]:
    """Return what step 3-2 of the guide gives a function of other code: its tables, its secret, its environment."""
    named = (one for one in VARIABLES[key] if one.startswith((TABLE_PREFIX, SECRET_PREFIX)))
    return ("ENVIRONMENT", *named)


def _arns(naming: Naming) -> Mapping[str, tuple[str, ...]]:
    """Return variable -> ARNs of what it names. A secret's ARN also works without its last six characters."""
    environment = naming.environment
    secrets = {key: naming.secret_arn(key) for key in environment.secrets}
    return {
        **{f"{TABLE_PREFIX}{one.upper()}": (naming.table_arn(one),) for one in environment.tables},
        **{
            f"{SECRET_PREFIX}{key.upper()}": (arn, arn.removesuffix("-??????"))
            for key, arn in secrets.items()
        },
        "NOTIFY_FUNCTION": (naming.alias_arn("notify"),),
    }


def _values(naming: Naming) -> Mapping[str, str]:
    """Return every variable's value. LINE's endpoint is the functions' default and is not set."""
    environment = naming.environment
    values = {
        "ENVIRONMENT": environment.name,
        "ALLOWED_ORIGIN": environment.origin,
        "TABLE_USERS": environment.tables["users"],
        "TABLE_USERSTAMPS": environment.tables["userstamps"],
        "TABLE_STAMPMASTERS": environment.tables["stampmasters"],
        "SECRET_NAME_TOKEN_KEY": environment.secrets["token_key"],
        "SECRET_NAME_LINE_TOKEN": environment.secrets["line_token"],
        "NOTIFY_FUNCTION": f"{naming.named('notify')}:{environment.alias}",
        "AWARD_REQUIRES_POSITION": str(environment.award_requires_position).lower(),
        "ACCURACY_CAP_M": str(environment.accuracy_cap_m),
        "LINE_CHANNEL_ID": environment.line.channel_id,
    }
    if environment.line.endpoint != LINE_API:
        values["LINE_API_ENDPOINT"] = environment.line.endpoint
    return values
