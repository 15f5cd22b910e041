"""What was so some seconds ago: moto's state of a service before each write, and items before they were written."""

import pickle
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from local.aws.moto import Moto
from local.aws.request import Request
from local.moto_fixes.restores import image_of, key_of, put_back, writes
from tests.local.late.clock import Clock
from tests.moto_state import CopiedState, copied, registry_of

EVENTUAL = frozenset({"GetItem", "BatchGetItem", "Query", "Scan"})
CONSISTENT = "ConsistentRead"


@dataclass(slots=True)
class _Before:
    """The state of a service until ``at``, when it was written to; thawed when somebody asks."""

    at: float
    frozen: CopiedState
    thawed: Any = None

    def state(self) -> Any:
        if self.thawed is None:
            self.thawed = self.frozen.thaw()
        return self.thawed


@dataclass(frozen=True, slots=True)
class _FormerItem:
    """An item as it was until ``at``; ``image`` None where it was not there."""

    at: float
    table: str
    key: Any
    image: Mapping[str, Any] | None


@dataclass(slots=True)
class AccountHistory:
    """The past of one account, as far back as ``longest_s`` of this clock."""

    moto: Moto
    clock: Clock
    longest_s: float
    _states: dict[str, deque[_Before]] = field(default_factory=lambda: defaultdict(deque))
    _items: deque[_FormerItem] = field(default_factory=deque)

    def forget(self) -> None:
        self._states.clear()
        self._items.clear()

    def keep(self, service: str) -> None:
        """Keep the state of a service, which is about to be written to. Its lock is held."""
        states, now = self._states[service], self.clock.now()
        while states and states[0].at < now - self.longest_s:
            states.popleft()
        with suppress(pickle.PicklingError):
            states.append(_Before(now, copied(self.moto.account, service)))

    def keep_items(self, request: Request) -> None:
        """Keep the items that a request is about to write. The lock of DynamoDB is held."""
        tables, now = self.moto.backend("dynamodb", request.region).tables, self.clock.now()
        while self._items and self._items[0].at < now - self.longest_s:
            self._items.popleft()
        for name, given in writes(request.operation, request.parameters):
            if table := tables.get(name.rpartition("/")[2]):
                with suppress(KeyError):  # a write that will be refused
                    key = key_of(table, given)
                    self._items.append(_FormerItem(now, table.name, key, image_of(table, key)))

    @contextmanager
    def as_of(self, service: str, seconds: float) -> Iterator[None]:
        """Let a service be as it was so many seconds ago, until the end; its lock is held meanwhile."""
        since = self.clock.now() - seconds
        with self.moto.lock(service):
            before = next(
                (defect for defect in self._states.get(service, ()) if defect.at > since), None
            )
            registry = registry_of(self.moto.account, service)
            if before is None or registry is None:
                yield
                return
            now = registry.pop(self.moto.account)
            if (then := before.state()) is not None:  # else there was nothing, and moto begins anew
                registry[self.moto.account] = then
            try:
                yield
            finally:
                registry[self.moto.account] = now

    @contextmanager
    def items_as_of(self, region: str, seconds: float) -> Iterator[None]:
        """Let the items be as they were so many seconds ago, until the end; DynamoDB is locked meanwhile."""
        since = self.clock.now() - seconds
        with self.moto.lock("dynamodb"):
            tables = self.moto.backend("dynamodb", region).tables
            first: dict[tuple[str, Any], _FormerItem] = {}
            for item in self._items:
                if item.at > since and item.table in tables:
                    first.setdefault((item.table, item.key), item)
            now = {where: image_of(tables[where[0]], where[1]) for where in first}
            for (name, key), value in first.items():
                put_back(tables[name], key, value.image)
            try:
                yield
            finally:
                for (name, key), current in now.items():
                    put_back(tables[name], key, current)


def eventual(request: Request) -> bool:
    """Whether a read of items may be answered by a copy that is behind."""
    if request.service != "dynamodb" or request.operation not in EVENTUAL:
        return False
    asked = request.parameters
    if request.operation == "BatchGetItem":
        return not all(item.get(CONSISTENT) for item in asked.get("RequestItems", {}).values())
    return not asked.get(CONSISTENT)
