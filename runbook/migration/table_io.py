"""Reads a table whole, in parallel segments; writes items in batches; backs off while DynamoDB throttles."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from aws.change.gate import AT_ONCE
from aws.words import Words
from plan.canonical import Item
from runbook.engine import Refused
from runbook.migration.dynamodb_json import portable, sendable, sent_bytes
from runbook.migration.progress import Progress, reading

SEGMENTS = AT_ONCE
StartKey = Mapping[str, Any]
IN_ONE_WRITE = 25
"""BatchWriteItem takes no more puts."""
LARGEST_WRITE = 15 * 1024 * 1024
"""Bytes. BatchWriteItem takes 16 MB, with all that JSON puts around the items."""
Batch = tuple[Item, ...]
T = TypeVar("T")
BUSY = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
"""Error codes of a request that may succeed a moment later."""
PAUSES = 10
"""In a row, without progress in between: 16 s on average, 33 s at most."""
SHORTEST_S, LONGEST_S = 0.05, 10.0


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Items in DynamoDB JSON, and the key after which the next page begins (None: there is none)."""

    items: tuple[Item, ...]
    after: StartKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A table to be read. Reads are consistent: what was written before is seen."""

    client: Any
    table: str
    sleep: Callable[[float], None]

    def pages(self, segment: int, after: StartKey | None = None) -> Iterator[ItemPage]:
        """Yield the pages of a segment that come after a key; raises what the client raises."""
        while True:
            page = self._page(segment, after)
            yield page
            if page.after is None:
                return
            after = page.after

    def _page(self, segment: int, after: StartKey | None) -> ItemPage:
        asked: dict[str, Any] = {"ExclusiveStartKey": sendable(after)} if after else {}

        def call() -> dict[str, Any]:
            answer: dict[str, Any] = self.client.scan(
                TableName=self.table,
                ConsistentRead=True,
                Segment=segment,
                TotalSegments=SEGMENTS,
                **asked,
            )
            return answer

        answer = retried_while_busy(call, reading(f"{self.table}"), self.sleep)
        return ItemPage(
            tuple(map(portable, answer["Items"])), portable(answer.get("LastEvaluatedKey"))
        )


def batches(items: Iterable[Item]) -> Iterator[Batch]:
    """Cut items into what one call takes. Keys must differ, else AWS refuses the batch."""
    batch: list[Item] = []
    size = 0
    for item in items:
        more = sent_bytes(item)
        if batch and (len(batch) == IN_ONE_WRITE or size + more > LARGEST_WRITE):
            yield tuple(batch)
            batch, size = [], 0
        batch.append(item)
        size += more
    if batch:
        yield tuple(batch)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """Puts items into a table. A put replaces what has the same key: done twice, it is done once."""

    client: Any
    table: str
    sleep: Callable[[float], None]

    def load(self, items: Iterable[Item], progress: Progress) -> None:
        """Write all items; raise the first failure, once what is under way has come to an end."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running: set[Future[Batch]] = set()
            for batch in batches(items):
                if len(running) == AT_ONCE:  # read no further ahead: a table may be large
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    _counted(done, progress)
                running.add(pool.submit(self.write, batch))
            _counted(wait(running).done, progress)

    def write(self, batch: Batch) -> Batch:
        """Write one batch to the last item. Raises Refused where DynamoDB takes none for too long."""
        what = Words(
            en=f"writing {len(batch)} items to table {self.table}",
            ja=f"テーブル{self.table}への{len(batch)}件の書き込み",
        )
        left, waits = [{"PutRequest": {"Item": sendable(item)}} for item in batch], pauses(what)
        while left:
            undone = self._sent(left)
            if undone:
                if len(undone) < len(left):  # it takes some: that is no reason to give up
                    waits = pauses(what)
                self.sleep(next(waits))
            left = undone
        return batch

    def _sent(self, puts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Send puts, and return those that are still to be done."""
        try:
            answer = self.client.batch_write_item(RequestItems={self.table: puts})
        except ClientError as error:
            if not is_busy(error):
                raise
            return puts
        left: list[dict[str, Any]] = answer.get("UnprocessedItems", {}).get(self.table, [])
        return left


def _counted(done: Iterable["Future[Batch]"], progress: Progress) -> None:
    for one in done:
        progress.counted(one.result())


def pauses(what: Words) -> Iterator[float]:
    """Yield seconds to wait, at random up to a limit that doubles; raise Refused after the last one."""
    for number in range(PAUSES):
        yield random.uniform(0, min(LONGEST_S, SHORTEST_S * 2**number))  # noqa: S311 - no secret
    raise Refused(
        Words(
            en=f"{what.en}: DynamoDB was too busy for it {PAUSES} times in a row: raise the table's"
            " capacity or wait, then run it again; it resumes where it is",
            ja=f"{what.ja}: DynamoDBが{PAUSES}回続けて負荷超過で拒否しました。テーブルのキャパシティを上げるか待ってから再実行してください。続きから再開します",
        )
    )


def retried_while_busy(call: Callable[[], T], what: Words, sleep: Callable[[float], None]) -> T:
    """Make a call again, for a while, as long as DynamoDB is too busy for it."""
    waits = pauses(what)
    while True:
        try:
            return call()
        except ClientError as error:
            if not is_busy(error):
                raise
        sleep(next(waits))


def is_busy(error: ClientError) -> bool:
    return error.response["Error"].get("Code") in BUSY
