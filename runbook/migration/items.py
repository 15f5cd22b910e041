"""Items by their keys: a table is read whole, compared with another, and written in batches, several at once."""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any, TypeVar

from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters

from aws.change.gate import AT_ONCE
from aws.desired import Table
from aws.words import Words
from plan.canonical import TODAYS_NAME, Item, item_hash
from runbook.engine import Refused
from runbook.migration.limits import refused

LOCATION = "Location"
UNTRANSFORMED = ""
Key = tuple[str, ...]
Transform = Callable[[Item], Item]
NO_ITEM = (ValueError, ArithmeticError, LookupError, TypeError)
ItemHashes = Mapping[Key, str]
"""The canonical hash of each item. Memory: some 300 bytes an item, so that a million fit into a laptop."""


def transformed_master(item: Item) -> Item:
    """Give a stamp master's location today's keys (lat, lon, radiusM), unless it has one under two spellings."""
    location: Mapping[str, Any] = item.get(LOCATION, {}).get("M", {})
    renamed = {TODAYS_NAME.get(name, name): value for name, value in location.items()}
    whole = location and len(renamed) == len(location)
    return {**item, LOCATION: {"M": renamed}} if whole else item


def key_of(item: Item, table: Table) -> Key:
    names = (table.hash_key, table.range_key)
    return tuple(item[name][table.attributes[name]] for name in names if name)


def item_hashes(items: Iterable[Item], table: Table, transform: Transform) -> ItemHashes:
    """Hash items by key; one that is not spelled as it is migrated equals no other, though it may mean the same."""
    return {
        key_of(item, table): item_hash(item) if transform(item) == item else UNTRANSFORMED
        for item in items
    }


def picked(items: Iterable[Item], table: Table, keys: Collection[Key]) -> dict[Key, Item]:
    by_key = ((key_of(item, table), item) for item in items)
    return {key: item for key, item in by_key if key in keys}


@dataclass(frozen=True, slots=True)
class KeyDifference:
    """Keys, sorted: only in the source, in both with other content, only in the target."""

    missing: tuple[Key, ...]
    other: tuple[Key, ...]
    extra: tuple[Key, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.other or self.extra)


def difference(expected: ItemHashes, actual: ItemHashes) -> KeyDifference:
    common = expected.keys() & actual.keys()
    return KeyDifference(
        missing=tuple(sorted(expected.keys() - actual.keys())),
        other=tuple(sorted(key for key in common if expected[key] != actual[key])),
        extra=tuple(sorted(actual.keys() - expected.keys())),
    )


def name_of(key: Key) -> str:
    return " / ".join(key)


def unfit(item: Any, table: Table, shape: Any, keys: set[Key]) -> Words | None:
    """Return why an item cannot be put into the table, None if it can; ``shape`` is what botocore sends."""
    try:
        validate_parameters({"TableName": table.name, "Item": item}, shape)
        item_hash(item)
        key = key_of(item, table)
        flaw = refused(item, table)
    except (ParamValidationError, RecursionError, *NO_ITEM) as error:
        why = " ".join(str(error).split())
        return Words(
            en=f"it is not DynamoDB JSON with the table's key ({why})",
            ja=f"テーブルのキーを持つDynamoDB JSONではない（{why}）",
        )
    if not all(key):
        return Words(en="its key is empty", ja="キーが空")
    if key in keys:
        return Words(en="its key is there twice", ja="キーが重複している")
    keys.add(key)
    return flaw


T = TypeVar("T")
IN_ONE_WRITE = 25
"""BatchWriteItem takes no more puts."""
READ_AHEAD = 50 * AT_ONCE
"""Batches that are in memory at a time: a table may be large."""
PAUSES = 10
"""In a row, without progress in between: 16 s on average, 33 s at most."""
SHORTEST_S, LONGEST_S = 0.05, 10.0
EVERY, WIDTH = 500, 20
"""Items after which a line of progress is shown, and characters of its bar."""


def scanned(client: Any, table: str) -> Iterator[Item]:
    """Yield every item. Reads are consistent: what was written before is seen."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return (item for page in pages for item in page["Items"])


def progressing(
    items: Iterable[T],
    action: Words,
    watch: Callable[[Words], object],
    total: int | None = None,
    now: Callable[[], float] = monotonic,
) -> Iterator[T]:
    """Yield the items, and show meanwhile how many went by, at what rate, and with a ``total`` how long it will take."""
    begin = now()
    for number, item in enumerate(items, 1):
        yield item
        if number % EVERY == 0:
            watch(_line(action, number, max(now() - begin, 0.001), total))


def _line(action: Words, done: int, seconds: float, total: int | None) -> Words:
    rate = done / seconds
    if total is None:
        return Words(
            en=f"{action.en}: {done:,} items, {rate:,.0f}/s",
            ja=f"{action.ja}: {done:,}件、毎秒{rate:,.0f}件",
        )
    filled = WIDTH * done // total
    bar, remaining_s = "━" * filled + "┄" * (WIDTH - filled), (total - done) / rate
    return Words(
        en=f"{action.en} {bar} {done:,} of {total:,}, {rate:,.0f}/s, {remaining_s:,.0f} s left",
        ja=f"{action.ja} {bar} {done:,}/{total:,}件、毎秒{rate:,.0f}件、残り{remaining_s:,.0f}秒",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Puts items into a table. A put replaces what has the same key: done twice, it is done once."""

    client: Any
    table: str
    sleep: Callable[[float], None]

    def load(self, items: Iterable[Item]) -> Iterator[Item]:
        """Write all items, and yield each as it is written; raise the first failure."""
        batches = in_batches(items, IN_ONE_WRITE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while ahead := list(islice(batches, READ_AHEAD)):
                for batch in pool.map(self._write, ahead):
                    yield from batch

    def _write(self, batch: Sequence[Item]) -> Sequence[Item]:
        """Write one batch to the last item. Raises Refused where DynamoDB takes none for too long.

        A call that is throttled as a whole is the client's to repeat.
        """
        unwritten: Any = [{"PutRequest": {"Item": item}} for item in batch]
        pauses = self._pauses(len(batch))
        while unwritten:
            answer = self.client.batch_write_item(RequestItems={self.table: unwritten})
            undone = answer.get("UnprocessedItems", {}).get(self.table, [])
            if undone:
                if len(undone) < len(unwritten):  # it takes some: that is no reason to give up
                    pauses = self._pauses(len(batch))
                self.sleep(next(pauses))
            unwritten = undone
        return batch

    def _pauses(self, items: int) -> Iterator[float]:
        """Yield seconds to wait, at random up to a limit that doubles; raise Refused after the last one."""
        for number in range(PAUSES):
            yield random.uniform(0, min(LONGEST_S, SHORTEST_S * 2**number))  # noqa: S311 - no secret
        raise Refused(
            en=f"writing {items} items to table {self.table}: DynamoDB was too busy for it {PAUSES} times in a"
            " row: raise the table's capacity or wait, then run it again; it resumes where it is",
            ja=f"テーブル{self.table}への{items}件の書き込み: DynamoDBが{PAUSES}回続けて負荷超過で拒否しました。"
            "テーブルのキャパシティを上げるか待ってから再実行してください。続きから再開します",
        )


def in_batches(items: Iterable[T], size: int) -> Iterator[Sequence[T]]:
    """Cut items into batches; ``itertools.batched`` of Python 3.12."""
    remaining = iter(items)
    return iter(lambda: list(islice(remaining, size)), [])
