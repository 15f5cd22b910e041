"""Reads a table whole, and writes items in batches, several at once."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import Any, TypeVar

from aws.change.gate import AT_ONCE
from aws.words import Words
from plan.canonical import Item
from runbook.engine import Refused

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
    what: Words,
    watch: Callable[[Words], object],
    total: int | None = None,
    now: Callable[[], float] = monotonic,
) -> Iterator[T]:
    """Yield the items, and show meanwhile how many went by, at what rate, and with a ``total`` how long it will take."""
    begin = now()
    for number, item in enumerate(items, 1):
        yield item
        if number % EVERY == 0:
            watch(_line(what, number, max(now() - begin, 0.001), total))


def _line(what: Words, done: int, seconds: float, total: int | None) -> Words:
    rate = done / seconds
    if total is None:
        return Words(
            en=f"{what.en}: {done:,} items, {rate:,.0f}/s",
            ja=f"{what.ja}: {done:,}件、毎秒{rate:,.0f}件",
        )
    filled = WIDTH * done // total
    bar, left = "━" * filled + "┄" * (WIDTH - filled), (total - done) / rate
    return Words(
        en=f"{what.en} {bar} {done:,} of {total:,}, {rate:,.0f}/s, {left:,.0f} s left",
        ja=f"{what.ja} {bar} {done:,}/{total:,}件、毎秒{rate:,.0f}件、残り{left:,.0f}秒",
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
        left: Any = [{"PutRequest": {"Item": item}} for item in batch]
        pauses = self._pauses(len(batch))
        while left:
            answer = self.client.batch_write_item(RequestItems={self.table: left})
            undone = answer.get("UnprocessedItems", {}).get(self.table, [])
            if undone:
                if len(undone) < len(left):  # it takes some: that is no reason to give up
                    pauses = self._pauses(len(batch))
                self.sleep(next(pauses))
            left = undone
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
    left = iter(items)
    return iter(lambda: list(islice(left, size)), [])
