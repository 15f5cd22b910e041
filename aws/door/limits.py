"""How often, how long and how hard AWS is asked."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from math import inf
from typing import NoReturn, TypeVar

from aws.dated import CallRate, call_rates
from aws.words import Bilingual, Words

T = TypeVar("T")


class NoAnswerError(Bilingual, TimeoutError):
    """Nothing came in time, or not all of it."""

    def __init__(self, seconds: float) -> None:
        waited = f"{round(seconds, 2):g}"
        super().__init__(
            Words(en=f"no answer within {waited} s", ja=f"{waited}秒以内に応答がありません")
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How hard to try: attempts per call, and times in seconds."""

    attempts: int = 5
    connect_s: float = 3
    read_s: float = 10
    deadline_s: float = 120
    """The reading ends by then, even if a service does not answer."""
    at_once: int = 16
    """Calls under way at the same time; with one, there are no threads."""
    rates: Mapping[str, CallRate] = field(default_factory=call_rates)
    sleep: Callable[[float], None] = time.sleep
    """How a call waits for its turn."""


class RateLimiter:
    """Let callers through one after another, ``per_second`` at most, from any thread.

    After a pause ``burst`` of them go at once.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._step, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._ahead = (burst - 1) * self._step
        self._next, self._lock = float("-inf"), threading.Lock()

    def wait(self) -> None:
        """Return when it is this caller's turn."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._next - self._ahead)
            self._next = max(now, self._next) + self._step
        if (ahead := turn - self._clock()) > 0:
            self._sleep(ahead)


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return or raise what ``ask`` does within ``seconds``, or raise NoAnswerError and abandon its thread.

    A socket's own timeout restarts with each byte, so an answer that arrives in drips never reaches it.
    Without a limit (`math.inf`) there is nothing to abandon, and no thread.
    """
    if seconds == inf:
        return ask()
    ended: queue.SimpleQueue[Callable[[], T]] = queue.SimpleQueue()

    def run() -> None:
        try:
            found = ask()
        except Exception as error:  # noqa: BLE001 - handed to the caller that asked
            ended.put(partial(_raise, error))
        else:
            ended.put(lambda: found)

    threading.Thread(target=run, name="ask", daemon=True).start()
    try:
        end = ended.get(timeout=seconds)
    except queue.Empty:
        raise NoAnswerError(seconds) from None
    return end()


def _raise(error: Exception) -> NoReturn:
    raise error
