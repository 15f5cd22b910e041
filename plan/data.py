"""Tables and secrets: guide steps 1-3, 2-1 and 3-1, and the indexes that our own functions read."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from aws.desired import Secret, Table
from aws.kinds.table import Index
from plan.naming import Naming
from signoff.environment import Environment
from signoff.environment.application import AppTable
from signoff.environment.schema import TableSettings

RESTORED = "%Y%m%dT%H%M%SZ"
"""Suffix of a restored table's name (strftime, UTC), behind the name of the table that it replaces."""


def key_of(environment: Environment, table: str) -> str | None:
    """Return the KMS key of one table, None for the key that AWS owns."""
    return environment.table_settings.get(table, TableSettings()).key or environment.table_key


def tables(naming: Naming) -> tuple[Table, ...]:
    return tuple(_table(naming, key, table) for key, table in naming.application.tables.items())


def _table(naming: Naming, key: str, described: AppTable) -> Table:
    """Return a table as decided for it, or else for all tables; functions of other code need none of our indexes."""
    environment = naming.environment
    own = environment.table_settings.get(key, TableSettings())
    protection, pitr = own.deletion_protection, own.pitr
    indexes = described.indexes if environment.our_code else {}
    hash_key, range_key = _pair(described.key)
    return Table(
        key=key,
        name=environment.tables[key],
        arn=naming.table_arn(key),
        hash_key=hash_key,
        range_key=range_key,
        attributes={
            name: kind
            for index in (described.key, *indexes.values())
            for name, kind in index.items()
        },
        indexes=tuple(_index(name, index) for name, index in indexes.items()),
        ttl_attribute=described.ttl,
        billing=own.billing or environment.billing,
        demand=own.capacity or environment.target_rate,
        kms_key=key_of(environment, key),
        deletion_protection=environment.deletion_protection if protection is None else protection,
        pitr=environment.pitr or environment.production if pitr is None else pitr,
        recovery_days=own.pitr_days or environment.pitr_days,
        stream=own.stream,
        replicas=frozenset(own.replicas),
        tags=environment.tags,
    )


def _index(name: str, key: Mapping[str, str]) -> Index:
    hash_key, range_key = _pair(key)
    return Index(name=name, hash_key=hash_key, range_key=range_key)


def _pair(key: Mapping[str, str]) -> tuple[str, str | None]:
    partition, *sort = key
    return partition, next(iter(sort), None)


def secrets(naming: Naming) -> tuple[Secret, ...]:
    environment, app = naming.environment, naming.application
    return tuple(
        Secret(
            key=key,
            name=environment.secrets[key],
            arn_pattern=naming.secret_arn(key),
            json_key=secret.json_key,
            min_bits=secret.min_bits,
            kms_key=environment.secret_key,
            known_defaults=app.known_defaults,
            tags=environment.tags,
        )
        for key, secret in app.secrets.items()
    )


def restored_name(name: str, at: datetime) -> str:
    """Return the name of the table that replaces ``name`` after a restore, so that a resumed run finds it."""
    return f"{name}-{at.strftime(RESTORED)}"


def is_restored(tables: Iterable[Table], name: str) -> bool:
    """Whether this is the name of a restored copy of a planned table."""
    whole, _, at = name.rpartition("-")
    return any(table.name == whole for table in tables) and _is_restore_time(at)


def _is_restore_time(text: str) -> bool:
    try:
        datetime.strptime(text, RESTORED)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True
