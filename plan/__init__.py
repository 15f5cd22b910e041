"""The resource plan of one environment: what should exist, from the environment alone (guide step 1-3)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TypeVar

from aws import desired
from aws.iam.pattern import resource_pattern
from aws.reading import Scope
from lambdas.rally.domain.line import LINE_USER_ID
from plan import compute, data, edge, monitoring
from plan.compute import roles
from plan.data import is_restored
from plan.naming import Naming
from signoff.environment import JST, Environment
from signoff.environment.guard import GuardError
from signoff.environment.value_types import in_s3

__all__ = ["Naming", "Plan", "plan_for", "public_in", "scope_of"]
PartT = TypeVar("PartT", desired.Function, desired.Secret, desired.Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything planned. Checks are parametrized over its tuples; procedures converge AWS to them."""

    tables: tuple[desired.Table, ...]
    secrets: tuple[desired.Secret, ...]
    roles: tuple[desired.Role, ...]
    functions: tuple[desired.Function, ...]
    api: desired.Api
    alarms: tuple[desired.Alarm, ...]
    dashboard: desired.Dashboard
    topic: desired.Topic
    log_groups: tuple[desired.LogGroup, ...]
    domain: desired.CustomDomain | None = None
    bucket: desired.Bucket | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def function(self, key: str) -> desired.Function:
        return _of_key(self.functions, key)

    def table(self, key: str) -> desired.Table:
        return _of_key(self.tables, key)

    def secret(self, key: str) -> desired.Secret:
        return _of_key(self.secrets, key)

    def route(self, id_: str) -> desired.Route:
        return next(route for route in self.api.routes if route.id == id_)

    def reached(self, function: desired.Function) -> bool:
        """Whether requests reach a function: by a route, as the authorizer, or through one that may invoke it."""
        called = {route.function.alias_arn for route in self.api.routes}
        called |= {each.resource for role in self.roles for each in role.granted}
        authorizer = self.api.authorizer
        return function.alias_arn in called or bool(authorizer and authorizer.function == function)


def _of_key(parts: Iterable[PartT], key: str) -> PartT:
    """Return the part of that key; GuardError where the application has none: a procedure may be about the rally's alone."""
    if part := next((part for part in parts if part.key == key), None):
        return part
    raise GuardError(
        en=f"the application has no {key} (app.toml), so there is nothing to do",
        ja=f"アプリケーションに{key}がないため（app.toml）、実施することはありません",
    )


def scope_of(plan: Plan, environment: Environment) -> Scope:
    store, line, front_end = in_s3(environment.evidence), environment.line, environment.front_end
    season, rally = environment.season, environment.application.masters
    over = datetime.combine(season.ends, time.max, JST) if season else None
    # Public wherever a function has them.
    names = (environment.prefix, environment.region, line.liff_id, line.bot_user_id)
    of_file = (*names, front_end.url if front_end else None)
    return Scope(
        account=environment.account,
        region=environment.region,
        prefix=environment.prefix,
        alias=environment.alias,
        functions=tuple(function.name for function in plan.functions),
        roles=tuple(role.name for role in plan.roles),
        tables=tuple(table.name for table in plan.tables),
        contents=tuple(_read(environment, "contents")),
        key_scans=tuple(_read(environment, "keys")),
        real_key=LINE_USER_ID.pattern,
        attributes={
            environment.tables[key]: table.types
            for key, table in environment.application.tables.items()
        },
        expiry={
            each.name: (each.ttl_attribute, over)
            for each in plan.tables
            if each.ttl_attribute and rally
        },
        secrets=tuple(secret.name for secret in plan.secrets),
        secret_fields=tuple(secret.json_key for secret in plan.secrets),
        api=plan.api.name,
        stage=plan.api.stage,
        usage_plan=plan.api.usage_plan.name,
        api_key=plan.api.usage_plan.api_key,
        topic=plan.topic.arn,
        dashboard=plan.dashboard.name,
        log_groups=tuple(group.name for group in plan.log_groups),
        domain=environment.domain.name if environment.domain else None,
        bucket=environment.bucket,
        hosted_zone=environment.domain.hosted_zone if environment.domain else None,
        keys=tuple(_keys(environment)),
        evidence_bucket=store and store[0],
        public_values=frozenset((*_public(plan), *filter(None, of_file))),
        known_defaults=environment.application.known_defaults,
    )


def _read(environment: Environment, part: str) -> Iterator[str]:
    """Yield the names of the tables of whose items this is read."""
    for key, table in environment.application.tables.items():
        if table.read == part:
            yield environment.tables[key]


def public_in(plan: Plan) -> Callable[[str], bool]:
    """Return whether a text may be shown: it is in the plan, or names a restored table or a secret by its ARN."""
    public = frozenset(_public(plan))
    secrets = [resource_pattern(secret.arn_pattern) for secret in plan.secrets]
    return lambda text: (
        text in public
        or is_restored(plan.tables, text)
        or any(secret.matches(text) for secret in secrets)
    )


def _public(plan: Plan) -> Iterator[str]:
    for function in plan.functions:
        yield from function.environment.values()
        yield from (function.name, function.arn, function.alias_arn)
    for table in plan.tables:
        yield table.arn
    yield from plan.tags.values()
    yield plan.api.stage
    yield from {function.alias for function in plan.functions}


def _keys(environment: Environment) -> Iterator[str]:
    """Yield the decided keys, once each, without AWS's aliases: no person can delete those keys."""
    own = (setting.key for setting in environment.table_settings.values())
    decided = (environment.table_key, environment.secret_key, environment.evidence_key, *own)
    yield from dict.fromkeys(name for name in decided if name and name.startswith("arn:"))


def plan_for(environment: Environment) -> Plan:
    """Derive the plan; no AWS call, no clock."""
    naming = Naming(environment)
    tables, its_roles = data.tables(naming), roles(naming)
    functions = compute.functions(naming, its_roles)
    api = edge.api(naming, functions)
    return Plan(
        tables=tables,
        secrets=data.secrets(naming),
        roles=its_roles,
        functions=functions,
        api=api,
        alarms=monitoring.alarms(naming, functions, tables, api),
        dashboard=monitoring.dashboard(naming, functions, tables, api),
        topic=monitoring.topic(naming),
        log_groups=monitoring.log_groups(naming, functions, api),
        domain=edge.domain(environment),
        bucket=edge.bucket(environment),
        tags=environment.tags,
    )
