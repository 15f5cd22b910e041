"""DynamoDB: how each table is set up, what protects it, how it scales, and what stands in it.

Master data is read completely. Of tables with people's data only the keys are read.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aws.dated import default
from aws.raw import Raw, utc
from aws.reading import Reader, Reading, required
from aws.redaction.secret_text import MaskedValue
from aws.secret import described
from aws.section import Section
from aws.unreadable import Unreadable
from aws.words import Words, known_as

DELETING = "DELETING"
WINDOW_DAYS = default("recovery_window_days")
"""The longest window that point-in-time recovery knows, and AWS's own default."""

SCALING = Words(en="scaling", ja="スケーリング")
WINDOW = Words(en="recovery window (days)", ja="復元可能期間（日）")
STATUS = Words(en="status", ja="状態")
KEY = Words(en="key", ja="キー")
RECOVERY = Words(en="point-in-time recovery", ja="ポイントインタイムリカバリ")
PROTECTION = Words(en="deletion protection", ja="削除保護")
INDEXES = Words(en="global secondary indexes", ja="グローバルセカンダリインデックス")


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    name: str
    hash_key: str
    range_key: str | None
    projection: str
    status: str
    more_keys: tuple[str, ...] = ()
    """Further attributes of its key, of which an index may have four of each kind: a query must name them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``sse_type`` None is the AWS owned key: encrypted all the same."""

    name: str
    arn: str
    status: str
    hash_key: str
    range_key: str | None
    attribute_types: Mapping[str, str]
    billing_mode: str
    """PAY_PER_REQUEST or PROVISIONED (which is what AWS means where it says nothing)."""
    indexes: tuple[Index, ...] = field(default=(), metadata=known_as(INDEXES))
    sse_type: str | None = None
    sse_status: str | None = None
    sse_key_arn: str | None = None
    deletion_protection: bool = field(default=False, metadata=known_as(PROTECTION))
    caps: Mapping[str, int] = field(default_factory=dict)
    """Table or index -> the lower of its maximum on-demand reads and writes a second, if it has any."""
    replicas: tuple[str, ...] = ()
    """Regions that hold a replica (a global table)."""

    @property
    def facts(self) -> Mapping[Words, object]:
        """The facts that have a bound, by their names."""
        key = typed_key(self.attribute_types, self.hash_key, self.range_key)
        return {STATUS: self.status, KEY: key, PROTECTION: self.deletion_protection}


def typed_key(types: Mapping[str, str], *names: str | None) -> str:
    """Write a key as DynamoDB types it, hash key first: ``UserId (S), StampId (S)``."""
    return ", ".join(f"{name} ({types.get(name, '?')})" for name in names if name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backups:
    """Point-in-time recovery; the times are the restorable window, UTC."""

    pitr: bool = field(metadata=known_as(RECOVERY))
    window_days: int | None = field(default=None, metadata=known_as(WINDOW))
    earliest: datetime | None = None
    latest: datetime | None = None

    @property
    def facts(self) -> Mapping[Words, object]:
        """The facts that have a bound; a window that AWS does not name is its default."""
        days = WINDOW_DAYS if self.window_days is None else self.window_days
        return {RECOVERY: self.pitr, WINDOW: days}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """Application Auto Scaling on a table or an index: ``dimension`` is AWS's name of it."""

    resource: str
    dimension: str
    minimum: int
    maximum: int
    suspended: bool = False
    """Scaling out is suspended."""
    policies: tuple[str, ...] = ()
    """Names of its scaling policies: without one, its capacity never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Every item, in DynamoDB JSON; ``complete`` is False where the bound cut the scan."""

    items: tuple[Mapping[str, Any], ...]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyScan:
    """Keys of a table of people: real ones are counted only, ``foreign`` ones kept."""

    examined: int
    complete: bool
    foreign: tuple[str, ...] = ()
    """Hash keys that are no real user's: synthetic or development data (distinct, sorted)."""
    real: int = 0
    """Items of real users."""
    range_keys: tuple[str, ...] = ()
    """Sort keys that occur (distinct, sorted), whoever's they are: ids of stamps, not of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePolicy:
    """``document`` is None where the resource has no policy."""

    document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    tags: Mapping[str, MaskedValue] = field(default_factory=dict)


def names(reading: Reading) -> list[str]:
    return reading.aws.listed("dynamodb", "list_tables", "TableNames")


def tables(reading: Reading) -> Section[Table]:
    return reading.each(reading.scope.tables, lambda name: _table(reading, name))


def backups(reading: Reading) -> Section[Backups]:
    return reading.each(reading.scope.tables, lambda name: _backups(reading, name))


def tags(reading: Reading) -> Section[Tags]:
    return reading.each(reading.scope.tables, lambda name: _tags(reading, name))


def policies(reading: Reading) -> Section[ResourcePolicy]:
    return reading.each(reading.scope.tables, lambda name: _policy(reading, name))


def scalable_targets(reading: Reading) -> Section[tuple[ScalableTarget, ...]]:
    """Read what changes the capacities; makes no call if every table is known to be on demand."""
    if all_on_demand(reading.section("tables")):
        return {}
    found = _autoscaling(reading, "describe_scalable_targets", "ScalableTargets")
    policies = _autoscaling(reading, "describe_scaling_policies", "ScalingPolicies")
    targets = [decode_target(one, policies) for one in found]
    by_table = {
        name: tuple(one for one in targets if one.resource.split("/")[1] == name)
        for name in reading.scope.tables
    }
    return {name: own for name, own in by_table.items() if own}


def all_on_demand(tables: Section[Table]) -> bool:
    """Whether every table is known to be on demand: then nothing moves capacities."""
    return not isinstance(tables, Unreadable) and all(
        not isinstance(one, Unreadable) and one.billing_mode == "PAY_PER_REQUEST"
        for one in tables.values()
    )


def _autoscaling(reading: Reading, operation: str, key: str) -> list[Mapping[str, Any]]:
    service = "application-autoscaling"
    return reading.aws.listed(service, operation, key, ServiceNamespace="dynamodb")


def _table(reading: Reading, name: str) -> Table:
    raw = reading.aws.call("dynamodb", "describe_table", TableName=name)["Table"]
    if raw["TableStatus"] == DELETING:
        return _leaving(reading, name)
    return decode(raw)


def decode(raw: Raw) -> Table:
    """Return the facts of a table that is not being deleted."""
    hash_key, range_key = _keys(raw["KeySchema"])
    sse = raw.get("SSEDescription", {})
    return Table(
        name=raw["TableName"],
        arn=raw["TableArn"],
        status=raw["TableStatus"],
        hash_key=hash_key,
        range_key=range_key,
        attribute_types={
            one["AttributeName"]: one["AttributeType"] for one in raw["AttributeDefinitions"]
        },
        billing_mode=raw.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        indexes=tuple(_index(one) for one in raw.get("GlobalSecondaryIndexes", ())),
        sse_type=sse.get("SSEType"),
        sse_status=sse.get("Status"),
        sse_key_arn=sse.get("KMSMasterKeyArn"),
        deletion_protection=raw.get("DeletionProtectionEnabled", False),
        caps=dict(_caps(raw)),
        replicas=tuple(sorted(one["RegionName"] for one in raw.get("Replicas", ()))),
    )


def _leaving(reading: Reading, name: str) -> Table:
    """Return a table that is being deleted: AWS reports neither its keys nor its settings."""
    return Table(
        name=name,
        arn=_arn(reading, name),
        status=DELETING,
        hash_key="",
        range_key=None,
        attribute_types={},
        billing_mode="",
    )


def _caps(table: Raw) -> Iterator[tuple[str, int]]:
    """Yield (table or index, units a second) where a maximum on-demand throughput is set; -1 means none."""
    for one in (table, *table.get("GlobalSecondaryIndexes", ())):
        greatest = [units for units in one.get("OnDemandThroughput", {}).values() if units > 0]
        if greatest:
            yield one.get("IndexName", one.get("TableName", "")), min(greatest)


def _index(raw: Raw) -> Index:
    schema = raw["KeySchema"]
    hash_key, range_key = _keys(schema)
    key = [one["AttributeName"] for one in schema]
    return Index(
        name=raw["IndexName"],
        more_keys=tuple(one for one in key if one not in {hash_key, range_key}),
        hash_key=hash_key,
        range_key=range_key,
        projection=raw["Projection"]["ProjectionType"],
        status=raw["IndexStatus"],
    )


def _keys(schema: list[Mapping[str, str]]) -> tuple[str, str | None]:
    by_type = {one["KeyType"]: one["AttributeName"] for one in schema}
    return by_type["HASH"], by_type.get("RANGE")


def _backups(reading: Reading, name: str) -> Backups:
    answer = reading.aws.call("dynamodb", "describe_continuous_backups", TableName=name)
    return decode_backups(answer)


def decode_backups(answer: Raw) -> Backups:
    raw = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return Backups(
        pitr=raw["PointInTimeRecoveryStatus"] == "ENABLED",
        window_days=raw.get("RecoveryPeriodInDays"),
        earliest=utc(raw.get("EarliestRestorableDateTime")),
        latest=utc(raw.get("LatestRestorableDateTime")),
    )


def _tags(reading: Reading, name: str) -> Tags:
    arn = _arn(reading, name)
    found = reading.aws.listed("dynamodb", "list_tags_of_resource", "Tags", ResourceArn=arn)
    return Tags(tags=described(reading, {one["Key"]: one["Value"] for one in found}))


def _policy(reading: Reading, name: str) -> ResourcePolicy:
    answer = reading.aws.call(
        "dynamodb",
        "get_resource_policy",
        ResourceArn=_arn(reading, name),
        empty_on={"PolicyNotFoundException"},
    )
    return ResourcePolicy(document=answer["Policy"] if answer else None)


def _arn(reading: Reading, name: str) -> str:
    """Make the ARN instead of reading it, so that tags stay readable where DescribeTable is not."""
    scope = reading.scope
    return f"arn:{reading.aws.partition}:dynamodb:{scope.region}:{scope.account}:table/{name}"


def decode_target(raw: Raw, policies: Iterable[Mapping[str, Any]]) -> ScalableTarget:
    """Return what moves one capacity; ``policies`` are those of all."""
    moved = (raw["ResourceId"], raw["ScalableDimension"])
    return ScalableTarget(
        resource=raw["ResourceId"],
        dimension=raw["ScalableDimension"],
        minimum=raw["MinCapacity"],
        maximum=raw["MaxCapacity"],
        suspended=raw.get("SuspendedState", {}).get("DynamicScalingOutSuspended", False),
        policies=tuple(
            one["PolicyName"]
            for one in policies
            if (one["ResourceId"], one["ScalableDimension"]) == moved
        ),
    )


def contents(reading: Reading) -> Section[Contents]:
    return reading.each(reading.scope.contents, lambda name: _contents(reading, name))


def key_scans(reading: Reading) -> Section[KeyScan]:
    # Read here: items must not wait for sections (see aws.reading).
    known = reading.section("tables")
    return reading.each(reading.scope.key_scans, lambda name: _key_scan(reading, known, name))


def _contents(reading: Reading, name: str) -> Contents:
    pages = list(_scan(reading, reading.scope.content_bound, TableName=name, ConsistentRead=True))
    return Contents(
        items=tuple(_plain(item) for items, _ in pages for item in items),
        complete=not any(cut for _, cut in pages),
    )


def _key_scan(reading: Reading, tables: Section[Any], name: str) -> KeyScan:
    table, is_real = required(tables, "tables", name), re.compile(reading.scope.real_key).fullmatch
    aliases = {"#key": table.hash_key} | ({"#range": table.range_key} if table.range_key else {})
    asked = {"ProjectionExpression": ", ".join(aliases), "ExpressionAttributeNames": aliases}
    examined, real, foreign, ranges, cut = 0, 0, set[str](), set[str](), False
    for items, cut in _scan(reading, reading.scope.key_bound, TableName=name, **asked):  # noqa: B007 - the last one tells
        examined += len(items)
        keys = [_key_text(item, table.hash_key) for item in items]
        foreign |= {one for one in keys if not is_real(one)}
        real += sum(1 for one in keys if is_real(one))
        if table.range_key:
            ranges |= {_key_text(item, table.range_key) for item in items}
    return KeyScan(
        examined=examined,
        complete=not cut,
        foreign=tuple(sorted(foreign)),
        real=real,
        range_keys=tuple(sorted(ranges)),
    )


def _key_text(item: Raw, key: str) -> str:
    """Return the value of a key, text unless the table was made otherwise."""
    attribute = item[key]
    return str(next(iter(attribute.values())) if attribute else attribute["S"])


def _scan(
    reading: Reading, bound: int, **parameters: object
) -> Iterator[tuple[list[Mapping[str, Any]], bool]]:
    """Yield the items of each page, and whether the bound cuts the scan short there."""
    count = 0
    for page in reading.aws.pages("dynamodb", "scan", **parameters):
        count += len(page["Items"])
        cut = count >= bound and "LastEvaluatedKey" in page
        yield page["Items"], cut
        if cut:
            return


def _plain(value: Any) -> Any:
    """DynamoDB JSON as the AWS command line prints it: binary values in base64."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return value


READERS = {
    "tables": Reader(tables, ("dynamodb:DescribeTable",)),
    "backups": Reader(backups, ("dynamodb:DescribeContinuousBackups",)),
    "table_tags": Reader(tags, ("dynamodb:ListTagsOfResource",)),
    "table_policies": Reader(policies, ("dynamodb:GetResourcePolicy",)),
    "scalable_targets": Reader(
        scalable_targets,
        (
            "application-autoscaling:DescribeScalableTargets",
            "application-autoscaling:DescribeScalingPolicies",
            "dynamodb:DescribeTable",
        ),
    ),
    "contents": Reader(contents, ("dynamodb:Scan", "kms:Decrypt")),
    "key_scans": Reader(key_scans, ("dynamodb:Scan", "kms:Decrypt")),
}
