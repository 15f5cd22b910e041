"""Tables and secrets: guide steps 1-3, 2-1 and 3-1, and the index that our ranking reads."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict

from aws.desired import Index, Secret, Table
from plan.naming import Naming
from signoff.environment import Environment, TableSettings

RANKING_INDEX = Index(name="PeriodRanking", hash_key="PeriodShard", range_key="Rank")
"""Answers the top N of a week or month in a constant number of queries. Keys: period#shard, count and time."""

RESTORED = "%Y%m%dT%H%M%SZ"
"""Suffix of a restored table's name (strftime, UTC), behind the name of the table that it replaces."""

KNOWN_DEFAULTS = frozenset(
    {
        "default-secret-key-change-in-production",
        "your-production-secret-key-here",
        "your-line-channel-access-token",
    }
)
"""Keys that anyone can read in the guide or in the development code."""


class _Decided(TypedDict):
    """What the environment file decides for one table."""

    key: str
    name: str
    arn: str
    billing: str
    demand: int
    kms_key: str | None
    deletion_protection: bool
    pitr: bool
    recovery_days: int
    stream: str | None
    replicas: frozenset[str]
    tags: Mapping[str, str]


def _decided(naming: Naming, key: str) -> _Decided:
    """Return what was decided for this table, or else for all tables."""
    environment = naming.environment
    own = environment.table_settings.get(key, TableSettings())
    protection, pitr = own.deletion_protection, own.pitr
    return _Decided(
        key=key,
        name=environment.tables[key],
        arn=naming.table_arn(key),
        billing=own.billing or environment.billing,
        kms_key=key_of(environment, key),
        deletion_protection=environment.deletion_protection if protection is None else protection,
        pitr=environment.pitr or environment.production if pitr is None else pitr,
        recovery_days=own.pitr_days or environment.pitr_days,
        demand=own.capacity or environment.target_rate,
        stream=own.stream,
        replicas=frozenset(own.replicas),
        tags=environment.tags,
    )


def key_of(environment: Environment, table: str) -> str | None:
    """Return the KMS key of one table, None for the key that AWS owns."""
    return environment.table_settings.get(table, TableSettings()).key or environment.table_key


def _attributes(indexes: Iterable[Index]) -> dict[str, str]:
    """Return the attributes of the keys of these indexes, each a text and a number."""
    return {name: kind for one in indexes for name, kind in _key_of(one)}


def _key_of(index: Index) -> tuple[tuple[str, str], ...]:
    return ((index.hash_key, "S"), *(((index.range_key, "N"),) if index.range_key else ()))


def tables(naming: Naming) -> tuple[Table, ...]:
    indexes = (RANKING_INDEX,) if naming.environment.our_code else ()
    return (
        Table(
            **_decided(naming, "users"),
            hash_key="UserId",
            range_key=None,
            attributes={"UserId": "S"},
        ),
        Table(
            **_decided(naming, "userstamps"),
            hash_key="UserId",
            range_key="StampId",
            attributes={"UserId": "S", "StampId": "S", **_attributes(indexes)},
            indexes=indexes,
            ttl_attribute="TTL",
        ),
        Table(
            **_decided(naming, "stampmasters"),
            hash_key="StampId",
            range_key=None,
            attributes={"StampId": "S"},
        ),
    )


def secrets(naming: Naming) -> tuple[Secret, ...]:
    names = naming.environment.secrets
    return (
        Secret(
            key="token_key",
            name=names["token_key"],
            arn_pattern=naming.secret_arn("token_key"),
            json_key="TOKEN_SECRET_KEY",
            min_bits=256,
            kms_key=naming.environment.secret_key,
            known_defaults=KNOWN_DEFAULTS,
            tags=naming.environment.tags,
        ),
        Secret(
            key="line_token",
            name=names["line_token"],
            arn_pattern=naming.secret_arn("line_token"),
            json_key="LINE_CHANNEL_ACCESS_TOKEN",
            kms_key=naming.environment.secret_key,
            known_defaults=KNOWN_DEFAULTS,
            tags=naming.environment.tags,
        ),
    )


def restored_name(name: str, at: datetime) -> str:
    """Return the name of the table that replaces ``name`` after a restore, so that a resumed run finds it."""
    return f"{name}-{at.strftime(RESTORED)}"


def is_restored(tables: Iterable[Table], name: str) -> bool:
    """Whether this is the name of a restored copy of a planned table."""
    whole, _, at = name.rpartition("-")
    return any(one.name == whole for one in tables) and _is_restore_time(at)


def _is_restore_time(text: str) -> bool:
    try:
        datetime.strptime(text, RESTORED)  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False
    return True
