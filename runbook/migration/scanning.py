"""Reading a table whole, in segments side by side, page by page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aws.change import AT_ONCE
from plan.canonical import Item
from runbook.migration.throttling import unhurried
from runbook.migration.wire import portable, sendable

SEGMENTS = AT_ONCE
Key = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Items in DynamoDB JSON, and the key after which the next page begins (None: there is none)."""

    items: tuple[Item, ...]
    after: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A table to be read. Reads are consistent: what was written before is seen."""

    client: Any
    table: str
    sleep: Callable[[float], None]

    def pages(self, segment: int, after: Key | None = None) -> Iterator[Page]:
        """Yield the pages of a segment that come after a key; raises what the client raises."""
        while True:
            page = self._page(segment, after)
            yield page
            if page.after is None:
                return
            after = page.after

    def _page(self, segment: int, after: Key | None) -> Page:
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

        answer = unhurried(call, f"reading table {self.table}", self.sleep)
        return Page(tuple(map(portable, answer["Items"])), portable(answer.get("LastEvaluatedKey")))
