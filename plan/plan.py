"""The whole plan of one environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws.desired import (
    Alarm,
    Api,
    Bucket,
    CustomDomain,
    Dashboard,
    Function,
    LogGroup,
    Role,
    Secret,
    Table,
    Topic,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything planned. Checks are parametrized over its tuples; procedures converge AWS to them."""

    tables: tuple[Table, ...]
    secrets: tuple[Secret, ...]
    roles: tuple[Role, ...]
    functions: tuple[Function, ...]
    api: Api
    alarms: tuple[Alarm, ...]
    dashboard: Dashboard
    topic: Topic
    log_groups: tuple[LogGroup, ...]
    domain: CustomDomain | None = None
    bucket: Bucket | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def function(self, key: str) -> Function:
        return next(one for one in self.functions if one.key == key)

    def table(self, key: str) -> Table:
        return next(one for one in self.tables if one.key == key)

    def secret(self, key: str) -> Secret:
        return next(one for one in self.secrets if one.key == key)
