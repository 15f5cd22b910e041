"""Writing items in batches, several at a time; what DynamoDB leaves undone is sent again."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from aws.change import AT_ONCE
from plan.canonical import Item
from runbook.migration.progress import Progress
from runbook.migration.throttling import is_busy, pauses
from runbook.migration.wire import sendable, sent_bytes

IN_ONE_WRITE = 25
"""BatchWriteItem takes no more puts,"""
LARGEST_WRITE = 15 * 1024 * 1024
"""and 16 MB with all that JSON puts around the items."""
Batch = tuple[Item, ...]


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
        what = f"writing {len(batch)} items to table {self.table}"
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
