"""Asynchronous invocations: a queue with two retries, and no answer to anyone."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from local.functions.invocation import Invocation, InvokeCall

RETRIES = 2
"""Lambda's default after a function error. A throttled event is tried again without counting."""
AGE_SECONDS = 60.0
"""How long a throttled event stays. Lambda keeps it for six hours, and nobody waits for those here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    call: InvokeCall
    queued: float
    failures: int = 0


class EventQueue:
    """Runs events on threads of its own, until ``close`` drops what is left."""

    def __init__(
        self, run: Callable[[InvokeCall], Invocation], *, threads: int, retry_seconds: float
    ) -> None:
        self._run = run
        self._retry_seconds = retry_seconds
        self._turn = threading.Condition()
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._unsettled = 0
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"function-events-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def put(self, call: InvokeCall) -> None:
        now = time.monotonic()
        with self._turn:
            self._unsettled += 1
            self._push(now, Event(call=call, queued=now))

    def settle(self, seconds: float) -> None:
        """Wait until no event is left, retries included; ``TimeoutError`` after ``seconds``."""
        with self._turn:
            settled = self._turn.wait_for(lambda: not self._unsettled, seconds)
        if not settled:
            raise TimeoutError(f"{self._unsettled} events are still queued after {seconds} s")

    def close(self) -> None:
        """Start no further event."""
        with self._turn:
            self._closed = True
            self._turn.notify_all()

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)

    def _work(self) -> None:
        while event := self._next():
            again = retried(event, self._run(event.call))
            with self._turn:
                if again:
                    self._push(time.monotonic() + self._retry_seconds, again)
                else:
                    self._unsettled -= 1
                    self._turn.notify_all()

    def _push(self, due: float, event: Event) -> None:
        heapq.heappush(self._due, (due, next(self._order), event))
        self._turn.notify_all()

    def _next(self) -> Event | None:
        """Wait for the event that is due first; None once closed."""
        with self._turn:
            while not self._closed:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[-1]
                self._turn.wait(wait)
        return None


def retried(event: Event, outcome: Invocation) -> Event | None:
    """Return the event as it is tried again, or None where that is all."""
    if outcome.status == 429 and time.monotonic() - event.queued < AGE_SECONDS:
        return event
    if outcome.function_error and event.failures < RETRIES:
        return replace(event, failures=event.failures + 1)
    return None
