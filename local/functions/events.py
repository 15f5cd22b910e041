"""Asynchronous invocations: a queue with two retries, and no answer to anyone."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from local.functions.invocation import Invocation, InvokeCall

RETRIES = 2
"""Lambda's default after a function error. A throttled event is tried again without counting."""
AGE_SECONDS = 60.0
"""How long a throttled event stays. Lambda keeps it for six hours, and no caller waits for those here."""


class EventQueue:
    """Runs events on threads of its own, until ``close`` drops what is left."""

    def __init__(
        self, run: Callable[[InvokeCall], Invocation], *, threads: int, retry_seconds: float
    ) -> None:
        self._run = run
        self._retry_seconds = retry_seconds
        self._closed = threading.Event()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="function-events")
        self._events: list[Future[None]] = []

    def put(self, call: InvokeCall) -> None:
        self._events = [event for event in self._events if not event.done()]
        self._events.append(self._threads.submit(self._handle, call))

    def settle(self, seconds: float) -> None:
        """Wait until no event is left, retries included; ``TimeoutError`` after ``seconds``."""
        if left := wait(self._events, seconds).not_done:
            raise TimeoutError(f"{len(left)} events are still queued after {seconds} s")

    def close(self) -> None:
        """Start no further event."""
        self._closed.set()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _handle(self, call: InvokeCall) -> None:
        since, failures = time.monotonic(), 0
        while not self._closed.is_set():
            outcome = self._run(call)
            failures += bool(outcome.function_error)
            is_throttled = outcome.status == 429 and time.monotonic() - since < AGE_SECONDS
            if not is_throttled and not (outcome.function_error and failures <= RETRIES):
                return
            self._closed.wait(self._retry_seconds)
