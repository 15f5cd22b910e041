"""Stamp masters (guide step 4-1): the spots of the rally, loaded so that loading again changes nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from aws.change.gate import Changes, unless_absent
from aws.desired import Table
from aws.words import Words
from plan.canonical import Item, canonical_hash, item_hash, outline
from runbook.engine import Change, Refused, StepContext
from runbook.migration.progress import Progress
from runbook.migration.table_io import Loader
from runbook.migration.verify import MANIFEST

SPOTS = Path(__file__).parent / "data" / "stamp_masters.json"
"""The five spots of the development table, in plain JSON."""


def source(path: Path = SPOTS) -> tuple[Item, ...]:
    """Read spots in plain JSON into DynamoDB JSON; numbers keep every digit."""
    write = TypeSerializer().serialize
    spots = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return tuple({name: write(value) for name, value in spot.items()} for spot in spots)


def converge(context: StepContext, table: Table, items: Sequence[Item]) -> Changes:
    """Add the spots that are missing, and, after asking, overwrite those that differ.

    A spot that is only in the table stays: who put it there must say what it is for.
    """
    there = read(context, table)
    changes = tuple(
        Change(
            f"table {table.name}", f"item {key}", _plain(there.get(key)), _plain(item), key in there
        )
        for key, item in _by_key(table, items).items()
        if key not in there or item_hash(there[key]) != item_hash(item)
    )
    keys = {one.field.removeprefix("item ") for one in changes}
    differing = [item for key, item in _by_key(table, items).items() if key in keys]
    return context.settle(changes, lambda: _write(context, table, differing))


def others(context: StepContext, table: Table) -> Sequence[str]:
    """Return the spots that only the table holds: a team's own, beside which ours have no place."""
    return sorted(read(context, table).keys() - _by_key(table, source()).keys())


def were_migrated(context: StepContext, table: Table) -> bool:
    """Whether a migration filled the table: from then on, its source says what belongs there."""
    newest = context.recorded(MANIFEST, table=table.name)
    return newest is not None and "source" in newest


def manifest(table: Table, items: Sequence[Item]) -> dict[str, Any]:
    """Say what the table must hold: count, canonical hash and attributes of the source's items."""
    return {
        "table": table.name,
        "count": len(items),
        "hash": canonical_hash(items),
        "items": outline(items, table.hash_key),
    }


def converge_manifest(context: StepContext, table: Table, items: Sequence[Item]) -> Changes:
    """Read the table back, and leave the manifest in the evidence store if both sides are equal."""
    wanted, found = manifest(table, items), context.recorded(MANIFEST, table=table.name)
    changes = (
        (Change("evidence", MANIFEST, dict(found) if found else None, wanted),)
        if found != wanted
        else ()
    )
    return context.settle(changes, lambda: _attest(context, table, items, wanted))


def read(context: StepContext, table: Table) -> dict[str, Item]:
    """Read a small table whole: hash key -> item. Nothing where there is no such table."""
    client = context.client("dynamodb")
    if unless_absent(client.describe_table, TableName=table.name) is None:
        return {}
    pages = client.get_paginator("scan").paginate(TableName=table.name, ConsistentRead=True)
    return _by_key(table, (item for page in pages for item in page["Items"]))


def _attest(
    context: StepContext, table: Table, items: Sequence[Item], wanted: Mapping[str, Any]
) -> None:
    there = read(context, table)
    if canonical_hash(there.values()) != wanted["hash"]:
        ours = _by_key(table, items)
        odd = _few(sorted(there.keys() ^ ours.keys()))
        raise Refused(
            Words(
                en=f"table {table.name} holds {len(there)} items, the source {len(items)}, and they are not"
                f" equal ({odd.en}): find out which are right, then run it again",
                ja=f"テーブル{table.name}は{len(there)}件、移行元は{len(items)}件で、内容が一致しません（{odd.ja}）。どちらが正しいか確認してから再実行してください",
            )
        )
    context.record(MANIFEST, wanted)


def _few(keys: Sequence[str]) -> Words:
    if not keys:
        return Words(en="the same keys with other content", ja="キーは同じで内容が異なる")
    return Words.same(", ".join(keys[:5]))


def _write(context: StepContext, table: Table, items: Sequence[Item]) -> None:
    what = Words(en=f"writing {table.name}", ja=f"{table.name}に書き込み中")
    loader = Loader(client=context.client("dynamodb"), table=table.name, sleep=context.sleep)
    loader.load(items, Progress(what=what, watch=context.watch, total=len(items)))


def _by_key(table: Table, items: Iterable[Item]) -> dict[str, Item]:
    kind = table.attributes[table.hash_key]
    return {item[table.hash_key][kind]: item for item in items}


def _plain(item: Item | None) -> dict[str, Any] | None:
    """Show an item as people write it, with its numbers as DynamoDB spells them."""
    if item is None:
        return None
    read_value = TypeDeserializer().deserialize
    shown = {name: read_value(value) for name, value in sorted(item.items())}
    return dict(json.loads(json.dumps(shown, default=str)))
