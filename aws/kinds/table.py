"""DynamoDB: how each table is set up, what protects it, and what was done to it that is not planned (guide steps 2-3 and 3-1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aws.change.gate import ChangeContext
from aws.kind.description import (
    ARN,
    ENCRYPTION_KEY,
    HELD_IN,
    IDENTITY,
    JUDGED_EACH_RUN,
    NAME,
    PLANNED_BY,
    STATUS,
    TIME_TO_LIVE,
    UNSERVED,
    Part,
    ReadCall,
    fact,
)
from aws.kind.engine import Kind
from aws.ledger import NAMES, WHEN, Closed, Ledger, by_parameter, off, operation
from aws.raw import Raw
from aws.reading import Reader, Reading
from aws.section import Section, Unreadable
from aws.words import Words

DELETING = "DELETING"
ON_DEMAND = "PAY_PER_REQUEST"
KEY = Words(en="key", ja="キー")
ENCRYPTION_STATUS = Words(en="encryption status", ja="暗号化の状態")
PROTECTION = Words(en="deletion protection", ja="削除保護")
INDEX = Words(en="index", ja="インデックス")
INDEXES = Words(en="global secondary indexes", ja="グローバルセカンダリインデックス")
STREAM = Words(en="stream", ja="ストリーム")
EXPIRING = Words(en="items that expire before the rally ends", ja="開催中に期限が切れる項目")
KINESIS = Words(en="Kinesis destinations", ja="Kinesisへの配信先")
LOCAL_INDEXES = Words(en="local secondary indexes", ja="ローカルセカンダリインデックス")
VECTOR_INDEXES = Words(en="vector indexes", ja="ベクトルインデックス")
WITNESSES = Words(en="global table witnesses", ja="グローバルテーブルのウィットネス")
RESTORING = Words(en="restore in progress", ja="進行中の復元")
KEY_LOST = Words(en="key out of reach since", ja="キーに到達できなくなった日時")
ARCHIVED = Words(en="archived because", ja="アーカイブの理由")
ITS_ARN = {"ResourceArn": "arn:{partition}:dynamodb:{scope.region}:{scope.account}:table/{name}"}
"""Built from the name instead of read, so that tags can be read even if DescribeTable is denied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """A global secondary index, as read or as planned; planned, it projects everything."""

    name: str
    hash_key: str
    range_key: str | None
    projection: str = "ALL"
    status: str = "ACTIVE"
    more_keys: tuple[str, ...] = ()
    """Further attributes of its key, of which an index may have four of each kind: a query must name them all."""


def _keys(schema: list[Raw]) -> tuple[str, str | None]:
    by_type = {entry["KeyType"]: entry["AttributeName"] for entry in schema}
    return by_type["HASH"], by_type.get("RANGE")


def _index(raw: Raw) -> Index:
    hash_key, range_key = _keys(raw["KeySchema"])
    key = [entry["AttributeName"] for entry in raw["KeySchema"]]
    return Index(
        name=raw["IndexName"],
        more_keys=tuple(entry for entry in key if entry not in {hash_key, range_key}),
        hash_key=hash_key,
        range_key=range_key,
        projection=raw["Projection"]["ProjectionType"],
        status=raw["IndexStatus"],
    )


def throughput_limits(table: Raw) -> Iterator[tuple[Raw, dict[str, int]]]:
    """Yield the table and each index, which may bear its name, with its maximum on-demand reads and writes a second; -1 means none."""
    for each in (table, *table.get("GlobalSecondaryIndexes", ())):
        yield each, each.get("OnDemandThroughput", {})


def _caps(table: Raw) -> dict[str, int]:
    caps: dict[str, int] = {}
    for each, limits in throughput_limits(table):
        name = each.get("IndexName", each.get("TableName", ""))
        for units in limits.values():
            if units > 0:
                caps[name] = min(units, caps.get(name, units))
    return caps


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """If ``sse_type`` is None, the table is encrypted with the AWS owned key."""

    name: str = fact(NAME, "TableName", part=PLANNED_BY)
    arn: str = fact(ARN, "TableArn", part=IDENTITY)
    status: str = fact(STATUS, "TableStatus", part=JUDGED_EACH_RUN)
    hash_key: str = fact(
        Words(en="partition key", ja="パーティションキー"),
        "KeySchema",
        read=lambda schema: _keys(schema)[0],
        covers="KeySchema.AttributeName",
    )
    range_key: str | None = fact(
        Words(en="sort key", ja="ソートキー"),
        "KeySchema",
        read=lambda schema: _keys(schema)[1],
        covers="KeySchema.KeyType",
    )
    attribute_types: Mapping[str, str] = fact(
        Words(en="attribute types", ja="属性の型"),
        "AttributeDefinitions",
        read=lambda listed: {entry["AttributeName"]: entry["AttributeType"] for entry in listed},
        covers="AttributeDefinitions.AttributeName AttributeDefinitions.AttributeType",
    )
    billing_mode: str = fact(
        Words(en="billing mode", ja="課金モード"),
        "BillingModeSummary.BillingMode",
        absent="PROVISIONED",
        part=Part.CAPACITY,
    )
    indexes: tuple[Index, ...] = fact(
        INDEXES,
        "GlobalSecondaryIndexes",
        absent=(),
        read=lambda listed: tuple(map(_index, listed)),
        covers=" ".join(
            f"GlobalSecondaryIndexes.{name}"
            for name in (
                *("IndexName", "KeySchema.AttributeName", "KeySchema.KeyType"),
                *("Projection.ProjectionType", "IndexStatus"),
            )
        ),
        inner={"status": JUDGED_EACH_RUN},
    )
    sse_type: str | None = fact(
        Words(en="encryption type", ja="暗号化の種類"),
        "SSEDescription.SSEType",
        absent=None,
        part=Part.CONFIGURATION,
    )
    sse_status: str | None = fact(
        ENCRYPTION_STATUS, "SSEDescription.Status", absent=None, part=JUDGED_EACH_RUN
    )
    sse_key_arn: str | None = fact(
        ENCRYPTION_KEY, "SSEDescription.KMSMasterKeyArn", absent=None, part=Part.CONFIGURATION
    )
    deletion_protection: bool = fact(
        PROTECTION, "DeletionProtectionEnabled", absent=False, part=UNSERVED
    )
    caps: Mapping[str, int] = fact(
        Words(en="on-demand caps", ja="オンデマンドの上限"),
        "",
        absent={},
        read=_caps,
        covers="OnDemandThroughput GlobalSecondaryIndexes.OnDemandThroughput",
        part=Part.CAPACITY,
    )
    """Table or index -> the lower of its maximum on-demand reads and writes a second, if it has any."""
    replicas: tuple[str, ...] = fact(
        HELD_IN,
        "Replicas",
        absent=(),
        read=lambda listed: tuple(sorted(entry["RegionName"] for entry in listed)),
    )

    @property
    def key(self) -> str:
        return typed_key(self.attribute_types, self.hash_key, self.range_key)


def typed_key(types: Mapping[str, str], *names: str | None) -> str:
    """Write a key as DynamoDB types it, hash key first: ``UserId (S), StampId (S)``."""
    return ", ".join(f"{name} ({types.get(name, '?')})" for name in names if name)


def wait_until_active(context: ChangeContext, name: str) -> None:
    """Wait for the table and its indexes: AWS refuses most changes while one is under way."""

    def active() -> bool:
        table = context.client("dynamodb").describe_table(TableName=name)["Table"]
        indexes = table.get("GlobalSecondaryIndexes", [])
        states = {index.get("IndexStatus", "ACTIVE") for index in indexes} | {table["TableStatus"]}
        return states == {"ACTIVE"}

    until = Words(en="tables and indexes are ACTIVE", ja="テーブルとインデックスがACTIVEになること")
    context.wait(active, until=until, every_s=2, within_s=1800, of=f"table {name}")


TABLE = Kind[Table](
    words=Words(en="table", ja="テーブル"),
    service="dynamodb",
    section="tables",
    attached_section="table_attachments",
    type=Table,
    part=Part.DATA,
    calls={
        "table": ReadCall(
            operation="DescribeTable",
            asks={"TableName": "{name}"},
            under="Table",
            named=by_parameter("TableName"),
            members={
                "LocalSecondaryIndexes": Closed(LOCAL_INDEXES, shows="IndexName"),
                "VectorIndexes": Closed(VECTOR_INDEXES, shows="IndexName"),
                "StreamSpecification": Closed(
                    STREAM,
                    usual=lambda value: not value.get("StreamEnabled"),
                    shows="StreamViewType",
                ),
                "GlobalTableWitnesses": Closed(WITNESSES, shows="RegionName"),
                "RestoreSummary": Closed(
                    RESTORING,
                    usual=lambda value: not value.get("RestoreInProgress"),
                    shows="SourceTableArn",
                ),
                "SSEDescription.InaccessibleEncryptionDateTime": Closed(KEY_LOST),
                "ArchivalSummary": Closed(ARCHIVED, shows="ArchivalReason"),
            },
            harmless={
                NAMES: "TableId GlobalSecondaryIndexes.IndexArn",
                WHEN: "CreationDateTime TableClassSummary.LastUpdateDateTime BillingModeSummary.LastUpdateToPayPerRequestDateTime",
                "says nothing on demand; a provisioned table is judged by its autoscaling": (
                    "ProvisionedThroughput GlobalSecondaryIndexes.ProvisionedThroughput"
                ),
                "what AWS keeps ready; more of it throttles no caller": (
                    "WarmThroughput GlobalSecondaryIndexes.WarmThroughput"
                ),
                "grows with use, and lags by hours; contents are counted by reading them": (
                    "ItemCount TableSizeBytes GlobalSecondaryIndexes.ItemCount"
                    " GlobalSecondaryIndexes.IndexSizeBytes"
                ),
                "left over from a stream, which is judged itself": "LatestStreamLabel LatestStreamArn",
                "says nothing without replicas, which are judged": (
                    "GlobalTableVersion GlobalTableSettingsReplicationMode MultiRegionConsistency"
                ),
                "the ranking reads keys only, and those are in every index": "GlobalSecondaryIndexes.Projection.NonKeyAttributes",
                "told by the index's status": "GlobalSecondaryIndexes.Backfilling",
                "decides what storage and requests cost, nothing else": "TableClassSummary.TableClass",
                "stricter than AWS's default, and about global tables alone": "DisassociationProtectionEnabled",
            },
        ),
        "expiry": ReadCall(
            operation="DescribeTimeToLive",
            asks={"TableName": "{name}"},
            named=by_parameter("TableName"),
            needs=frozenset({"TimeToLiveDescription"}),
            members={
                "TimeToLiveDescription": Closed(
                    TIME_TO_LIVE, usual=off("TimeToLiveStatus", "DISABLED"), shows="AttributeName"
                )
            },
        ),
        "kinesis": ReadCall(
            operation="DescribeKinesisStreamingDestination",
            asks={"TableName": "{name}"},
            named=by_parameter("TableName"),
            needs=frozenset({"KinesisDataStreamDestinations"}),
            harmless={NAMES: "TableName"},
            members={
                "KinesisDataStreamDestinations": Closed(
                    KINESIS,
                    usual=lambda value: all(map(off("DestinationStatus", "DISABLED"), value)),
                    shows="StreamArn",
                    loosens=True,
                ),
            },
        ),
    },
)
LEDGER: Ledger = {
    "dynamodb:ListTables": operation(judged="TableNames"),
}


def names(reading: Reading) -> list[str]:
    return reading.aws.listed("dynamodb", "list_tables", "TableNames")


def tables(reading: Reading) -> Section[Table]:
    return reading.each(reading.scope.tables, lambda name: _table(reading, name))


def _table(reading: Reading, name: str) -> Table:
    answer = reading.aws.call("dynamodb", "describe_table", TableName=name)
    leaving = answer["Table"]["TableStatus"] == DELETING
    return _leaving(reading, name) if leaving else TABLE.of(answer)


def _leaving(reading: Reading, name: str) -> Table:
    """Return a table that is being deleted: AWS reports neither its keys nor its settings."""
    return Table(
        name=name,
        arn=ITS_ARN["ResourceArn"].format(
            partition=reading.aws.partition, scope=reading.scope, name=name
        ),
        status=DELETING,
        hash_key="",
        range_key=None,
        attribute_types={},
        billing_mode="",
    )


def all_on_demand(tables: Section[Table]) -> bool:
    """Whether every table is known to be on demand: then nothing moves capacities."""
    return not isinstance(tables, Unreadable) and all(
        not isinstance(table, Unreadable) and table.billing_mode == ON_DEMAND
        for table in tables.values()
    )


READERS = {TABLE.section: Reader(tables, TABLE.actions)}
