"""DynamoDB as it would answer for a healthy production: literals, no plan."""

from datetime import UTC, datetime
from typing import Any

from aws.contents import Contents, KeyScan
from aws.kinds.table import Index, Table
from aws.kinds.table_backups import Backups, ResourcePolicy, Tags
from aws.kinds.table_scaling import ScalableTarget
from aws.ledger import Unplanned
from tests.healthy.compute import clear
from tests.second_opinion import TABLES, WrittenTable

NAMES = tuple(table.name for table in TABLES.values())
RANKING = Index(
    name="PeriodRanking",
    hash_key="PeriodShard",
    range_key="Rank",
    projection="ALL",
    status="ACTIVE",
)
SPOTS = (
    ("FOUNTAIN-001", "Fountain", "35.55551", "139.65420"),
    ("GATE-001", "East gate", "35.55607", "139.65377"),
    ("LIBRARY-001", "Library", "35.55570", "139.65391"),
    ("LAB-001", "Laboratory", "35.55533", "139.65511"),
    ("HALL-014", "Hall 14", "35.55549", "139.65385"),
)
"""Stamp id, name, latitude, longitude: numbers as DynamoDB sends them, in text."""


def table_attachments() -> dict[str, tuple[Unplanned, ...]]:
    return dict.fromkeys(NAMES, ())


def tables() -> dict[str, Table]:
    return {table.name: _table(table) for table in TABLES.values()}


def _table(table: WrittenTable) -> Table:
    return Table(
        name=table.name,
        arn=f"arn:aws:dynamodb:ap-northeast-1:444455556666:table/{table.name}",
        status="ACTIVE",
        hash_key=next(iter(table.keys)),
        range_key=next(iter([*table.keys][1:]), None),
        attribute_types=table.types,
        billing_mode="PAY_PER_REQUEST",
        deletion_protection=True,
        indexes=(RANKING,) if table.ranked else (),
    )


def backups() -> dict[str, Backups]:
    """Return the windows of tables that were made nine days ago, as read at 09:00."""
    window = Backups(
        pitr=True,
        window_days=35,
        earliest=datetime(2026, 11, 16, 2, 14, 7, tzinfo=UTC),
        latest=datetime(2026, 11, 25, 8, 55, 0, tzinfo=UTC),
    )
    return dict.fromkeys(NAMES, window)


def table_tags() -> dict[str, Tags]:
    return dict.fromkeys(NAMES, Tags(tags={"Environment": clear("prod"), "Project": clear("CC")}))


def table_policies() -> dict[str, ResourcePolicy]:
    return dict.fromkeys(NAMES, ResourcePolicy())


def scalable_targets() -> dict[str, tuple[ScalableTarget, ...]]:
    """Return none: tables on demand have no targets."""
    return {}


def contents() -> dict[str, Contents]:
    items = tuple(_spot(*spot) for spot in SPOTS)
    return {"StampMasters-prod": Contents(items=items, complete=True)}


def _spot(stamp: str, name: str, lat: str, lon: str) -> dict[str, Any]:
    return {
        "StampId": {"S": stamp},
        "Name": {"S": name},
        "Type": {"S": "GPS"},
        "Location": {"M": {"lat": {"N": lat}, "lon": {"N": lon}, "radiusM": {"N": "10"}}},
    }


def key_scans() -> dict[str, KeyScan]:
    """Return empty tables of people: production begins with new users."""
    nobody = KeyScan(examined=0, complete=True, sampled=0)
    return dict.fromkeys((TABLES[key].name for key in ("users", "userstamps")), nobody)
