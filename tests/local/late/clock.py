"""The clock by which a late AWS is late: real, faster, or driven by a test."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Clock:
    """Seconds that pass ``speed`` times as fast as real ones; 0: only as somebody sleeps by it.

    Clients that sleep by ``sleep`` wait as long by this clock as they mean to, and really ``speed`` times less.
    """

    speed: float = 1.0
    real: Callable[[], float] = time.monotonic
    real_sleep: Callable[[float], None] = time.sleep
    slept: float = 0.0
    """Seconds that were slept by a clock that stands still."""

    def now(self) -> float:
        return self.real() * self.speed + self.slept

    def sleep(self, seconds: float) -> None:
        if self.speed:
            self.real_sleep(seconds / self.speed)
        else:
            self.slept += seconds
