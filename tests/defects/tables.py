"""Defects of the tables: DEP-01 to DEP-07."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from aws.kinds.table_backups import Tags
from aws.kinds.table_scaling import ScalableTarget
from aws.redaction.secret_text import MaskedValue
from plan import plan_for
from signoff.environment.schema import TableSettings
from signoff.judge.snapshot import Snapshot
from tests.defects import following
from tests.defects.changes import absent, added, answering, both, edited, item
from tests.defects.defect import Break, Defect
from tests.healthy.compute import clear
from tests.healthy.data import tables

USERS, STAMPS, MASTERS = "Users-prod", "UserStamps-prod", "StampMasters-prod"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
EVERYWHERE = ("tables", "backups", "table_tags", "table_policies", "table_attachments")


def update(name: str, **changes: Any) -> Callable[[Callable[[str], Any]], object]:
    """Return the call that changes a table on AWS."""
    return lambda client: client("dynamodb").update_table(TableName=name, **changes)


def _recovery(name: str, **changes: Any) -> Callable[[Callable[[str], Any]], object]:
    return lambda client: client("dynamodb").update_continuous_backups(
        TableName=name, PointInTimeRecoverySpecification=changes
    )


def _untagged(client: Callable[[str], Any]) -> None:
    arn = client("dynamodb").describe_table(TableName=USERS)["Table"]["TableArn"]
    client("dynamodb").untag_resource(ResourceArn=arn, TagKeys=["Project"])


def _lost(name: str, *contents: str) -> Break:
    """Take a table away with all that AWS would have told of it."""
    return both(*(absent(section, name) for section in (*EVERYWHERE, *contents)))


def _beside(name: str, other: str) -> Break:
    """Put the same table there under another name, as it was before the break."""
    arn = f"arn:aws:dynamodb:ap-northeast-1:444455556666:table/{other}"
    return added("tables", other, replace(tables()[name], name=other, arn=arn))


def _index(**fields: Any) -> Break:
    return edited(
        "tables",
        STAMPS,
        lambda table: replace(table, indexes=(replace(table.indexes[0], **fields),)),
    )


def _types(name: str, **types: str) -> Break:
    return edited(
        "tables",
        name,
        lambda table: replace(table, attribute_types={**table.attribute_types, **types}),
    )


def _scaled(*targets: tuple[str, str, int], policies: tuple[str, ...] = ("70 %",)) -> Break:
    """Provision the table of stamps and move these capacities: resource, dimension, maximum."""
    moved = tuple(
        ScalableTarget(
            resource=resource, dimension=dimension, minimum=5, maximum=maximum, policies=policies
        )
        for resource, dimension, maximum in targets
    )
    return both(
        item("tables", STAMPS, billing_mode="PROVISIONED"), added("scalable_targets", STAMPS, moved)
    )


def _expiring(name: str, attribute: str) -> Break:
    expiry = {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
    answer = {"TimeToLiveDescription": expiry}
    return answering(ATTACHED, name, "dynamodb:DescribeTimeToLive", answer, TableName=name)


def _streaming(snapshot: Snapshot) -> Snapshot:
    """Decide on a stream of the masters, which have none."""
    settings = {"stampmasters": TableSettings(stream="NEW_IMAGE")}
    environment = replace(snapshot.environment, table_settings=settings)
    return replace(snapshot, environment=environment, plan=plan_for(environment))


def _tags(**tags: str) -> dict[str, MaskedValue]:
    return {key: clear(text) for key, text in tags.items()}


ATTACHED = "table_attachments"
TABLE, INDEX = f"table/{STAMPS}", f"table/{STAMPS}/index/PeriodRanking"
ALL_FOUR = (
    (TABLE, "dynamodb:table:ReadCapacityUnits", 400),
    (TABLE, "dynamodb:table:WriteCapacityUnits", 400),
    (INDEX, "dynamodb:index:ReadCapacityUnits", 400),
    (INDEX, "dynamodb:index:WriteCapacityUnits", 400),
)

DEFECTS: tuple[Defect, ...] = (
    Defect(
        id="DEP-01:absent",
        breaks=_lost(USERS, "key_scans"),
        follows=following.A_TABLE | {"DATA-04", "DATA-07", "DATA-11"},
    ),
    Defect(
        id="DEP-01:masters-absent",
        breaks=_lost(MASTERS, "contents"),
        follows=following.A_TABLE
        | {"DATA-01", "DATA-02", "DATA-03", "DATA-06", "DATA-08", "DATA-10"},
    ),
    Defect(
        id="DEP-01:under-dev-name",
        breaks=both(_lost(USERS, "key_scans"), _beside(USERS, "Users")),
        follows=following.A_TABLE | {"DATA-04", "DATA-07", "DATA-11"},
    ),
    Defect(id="DEP-01:still-creating", breaks=item("tables", STAMPS, status="CREATING")),
    Defect(
        id="DEP-01:being-deleted",
        breaks=item("tables", USERS, status="DELETING", hash_key="", attribute_types={}),
        follows=(following.A_TABLE - {"MON-11"}) | {"DATA-04", "DATA-07", "DATA-11"},
    ),
    Defect(
        id="DEP-01:key-unreachable",
        breaks=item("tables", USERS, status="INACCESSIBLE_ENCRYPTION_CREDENTIALS"),
    ),
    Defect(
        id="DEP-08:stamps-expire-as-they-are-collected",
        breaks=_expiring(STAMPS, "CollectedAt"),
        leaves_a_go=True,
    ),
    Defect(id="DEP-08:users-expire", breaks=_expiring(USERS, "TTL"), leaves_a_go=True),
    Defect(
        id="DEP-08:stamps-expire-in-the-season",
        breaks=both(_expiring(STAMPS, "TTL"), item("key_scans", STAMPS, expiring=3)),
    ),
    Defect(
        id="DEP-08:stream",
        breaks=answering(
            ATTACHED,
            USERS,
            "dynamodb:DescribeTable",
            {
                "Table": {
                    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
                }
            },
            TableName=USERS,
        ),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-08:index-that-nobody-planned",
        breaks=edited(
            "tables",
            STAMPS,
            lambda table: replace(
                table, indexes=(*table.indexes, replace(table.indexes[0], name="ByDay"))
            ),
        ),
        leaves_a_go=True,
    ),
    Defect(id="DEP-02:no-stream", breaks=_streaming, also=frozenset({"PREP-07"})),
    Defect(id="DEP-02:hash-key-in-lower-case", breaks=item("tables", USERS, hash_key="userId")),
    Defect(id="DEP-02:no-range-key", breaks=item("tables", STAMPS, range_key=None)),
    Defect(id="DEP-02:range-key-too-many", breaks=item("tables", MASTERS, range_key="Type")),
    Defect(id="DEP-02:key-is-a-number", breaks=_types(MASTERS, StampId="N")),
    Defect(
        id="DEP-02:no-index",
        breaks=item("tables", STAMPS, indexes=()),
        call=update(
            STAMPS, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "PeriodRanking"}}]
        ),
    ),
    Defect(
        id="DEP-02:index-of-another-name",
        breaks=_index(name="PeriodRanking2"),
        follows=frozenset({"DEP-08"}),
    ),
    Defect(id="DEP-02:index-by-another-key", breaks=_index(range_key="CollectedAt")),
    Defect(id="DEP-02:index-by-two-hash-keys", breaks=_index(more_keys=("Region",))),
    Defect(id="DEP-02:index-sorts-text", breaks=_types(STAMPS, Rank="S")),
    Defect(id="DEP-02:index-being-built", breaks=_index(status="CREATING")),
    Defect(
        id="DEP-03:provisioned",
        breaks=item("tables", USERS, billing_mode="PROVISIONED"),
        call=update(USERS, BillingMode="PROVISIONED", ProvisionedThroughput=UNITS),
    ),
    Defect(id="DEP-03:index-fixed", breaks=_scaled(*ALL_FOUR[:2])),
    Defect(id="DEP-03:only-reads-scale", breaks=_scaled(*ALL_FOUR[::2])),
    Defect(id="DEP-03:targets-without-a-policy", breaks=_scaled(*ALL_FOUR, policies=())),
    Defect(id="DEP-03:no-room", breaks=_scaled(*ALL_FOUR[:3], (*ALL_FOUR[3][:2], 5))),
    Defect(
        id="DEP-03:targets-of-another-table",
        breaks=_scaled(*((where.replace(STAMPS, USERS), *rest) for where, *rest in ALL_FOUR)),
    ),
    Defect(
        id="DEP-04:off",
        breaks=item("backups", STAMPS, pitr=False, window_days=None, earliest=None, latest=None),
        call=_recovery(STAMPS, PointInTimeRecoveryEnabled=False),
        follows=frozenset({"DEP-05", "ROLL-03"}),
    ),
    Defect(
        id="DEP-05:one-week",
        grade="major",
        breaks=item("backups", STAMPS, window_days=7),
        call=_recovery(STAMPS, PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=7),
    ),
    Defect(id="DEP-05:one-day-short", breaks=item("backups", USERS, window_days=34)),
    Defect(
        id="DEP-06:none", grade="major", breaks=added("table_tags", USERS, Tags()), leaves_a_go=True
    ),
    Defect(
        id="DEP-06:of-dev",
        breaks=item("table_tags", MASTERS, tags=_tags(Environment="dev", Project="CC")),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-06:key-in-lower-case",
        breaks=item("table_tags", STAMPS, tags=_tags(environment="prod", Project="CC")),
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-06:no-project",
        breaks=item("table_tags", USERS, tags=_tags(Environment="prod")),
        call=_untagged,
        leaves_a_go=True,
    ),
    Defect(
        id="DEP-07:off",
        grade="major",
        breaks=item("tables", STAMPS, deletion_protection=False),
        call=update(STAMPS, DeletionProtectionEnabled=False),
    ),
)
SOUND: dict[str, Break] = {
    "provisioned, with all four capacities scaled": _scaled(*ALL_FOUR),
    "window not named by AWS": item("backups", USERS, window_days=None),
    "index of keys only, as the ranking reads no more": _index(projection="KEYS_ONLY"),
    "more tags than planned": item(
        "table_tags", USERS, tags=_tags(Environment="prod", Project="CC", Owner="x")
    ),
}
"""Other ways to be right: nothing may turn red."""
