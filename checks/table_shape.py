"""What the indexes and the recovery of a table must be, and how they differ."""

from aws import desired
from aws.difference import EXISTENCE, Difference, Differences, differences, fault
from aws.kind.description import STATUS
from aws.kinds.table import INDEX, KEY, TABLE, Index, Table, typed_key
from aws.kinds.table_backups import RECOVERY, Backups
from aws.section import Follows
from aws.words import Words
from signoff.environment import where

DESCRIBE = "dynamodb:DescribeTable"


def index_flaws(table: Table, want: desired.Table) -> tuple[Difference, ...]:
    """Return what is wrong with each planned index; DEP-08 reports those beyond the plan.

    Which attributes it projects is free: the ranking reads keys only, and those are in every index.
    """
    there = {index.name: index for index in table.indexes}
    flaws = (_index_flaw(table, there.get(index.name), index, want) for index in want.indexes)
    return tuple(flaw for flaw in flaws if flaw)


def index_names(table: Table, want: desired.Table) -> frozenset[str]:
    """Return the indexes that exist; Follows if one stands in place of a planned one."""
    there, planned = {index.name for index in table.indexes}, {index.name for index in want.indexes}
    if planned - there and there - planned:
        instead = ", ".join(sorted(there - planned))
        raise Follows(
            "DEP-02",
            en=f"{table.name} has {instead} instead",
            ja=f"{table.name}には代わりに{instead}があります",
        )
    return frozenset(there)


def unrecoverable(table: desired.Table, backups: Backups) -> Differences:
    """Compare point-in-time recovery with the plan; it may be off only if none is planned."""
    about = {"call": "dynamodb:DescribeContinuousBackups", "decided_in": where("pitr")}
    compared = {RECOVERY: (backups.pitr, table.bounds[RECOVERY])} if table.pitr else {}
    return differences(TABLE.words, table.name, compared, **about, loosens=True)


def _index_flaw(
    table: Table, current: Index | None, want: Index, planned: desired.Table
) -> Difference | None:
    name = f"{table.name}/{want.name}"
    planned_key = typed_key(planned.attributes, want.hash_key, want.range_key)
    if current is None:
        words = Words(
            en=f"index {name} does not exist, expected one on {planned_key}",
            ja=f"インデックス{name}が存在しません。期待値: {planned_key}のインデックス",
        )
        return fault(INDEX, name, EXISTENCE, None, Words.same(planned_key), sentence=words)
    key = typed_key(table.attribute_types, current.hash_key, current.range_key, *current.more_keys)
    if key != planned_key:
        about = {"call": DESCRIBE, "remedy": "index", "ids": (want.name,), "id": table.name}
        return fault(INDEX, name, KEY, key, Words.same(planned_key), **about)
    if current.status != "ACTIVE":
        return fault(INDEX, name, STATUS, current.status, Words.same("ACTIVE"), call=DESCRIBE)
    return None
