"""Equal steps for calls that AWS allows only so many times a second."""

import threading
import time
from collections.abc import Callable


class Pace:
    """Let callers through one after another, ``per_second`` at most, from any thread."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._step, self._clock, self._sleep = 1 / per_second, clock, sleep
        self._next, self._lock = float("-inf"), threading.Lock()

    def wait(self) -> None:
        """Return when it is this caller's turn."""
        with self._lock:
            turn = max(self._next, self._clock())
            self._next = turn + self._step
        if (ahead := turn - self._clock()) > 0:
            self._sleep(ahead)
