"""Entries that travel together, off the caller's path: a call for each log line would halve the stack's throughput."""

import threading
from typing import Generic, TypeVar

LINGER_S = 1.0
"""How long entries wait for company. No reader waits so long: `flush` has them written first."""
EntryT = TypeVar("EntryT")


class BatchWriter(Generic[EntryT]):
    """A background thread, from ``start`` to ``close``, that hands entries to ``_write`` in the order of ``put``."""

    def __init__(self, name: str) -> None:
        self._turn = threading.Condition()
        self._pending: list[EntryT] = []
        self._accepted = self._written = 0
        self._hurry = 0
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, *entries: EntryT) -> None:
        with self._turn:
            self._pending += entries
            self._accepted += len(entries)
            self._turn.notify_all()

    def flush(self, seconds: float) -> None:
        """Wait until all entries put so far are written; ``TimeoutError`` after ``seconds``."""
        with self._turn:
            target = self._accepted
            self._hurry += 1
            self._turn.notify_all()
            done = self._turn.wait_for(lambda: self._written >= target, seconds)
            self._hurry -= 1
        if not done:
            raise TimeoutError(f"{self._thread.name} were not written within {seconds} s")

    def close(self, seconds: float | None = None) -> None:
        """Write what is left, and end the thread."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()
        self._thread.join(seconds)

    def _write(self, batch: list[EntryT]) -> None:
        raise NotImplementedError

    def _work(self) -> None:
        while batch := self._next():
            self._write(batch)
            with self._turn:
                self._written += len(batch)
                self._turn.notify_all()

    def _next(self) -> list[EntryT]:
        """Wait for entries, and a moment longer for company; nothing once closed and empty."""
        with self._turn:
            self._turn.wait_for(lambda: self._pending or self._closed)
            self._turn.wait_for(lambda: self._hurry or self._closed, LINGER_S)
            batch, self._pending = self._pending, []
            return batch
