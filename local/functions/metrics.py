"""What CloudWatch would count per function."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Sums since the start. As on AWS, a throttled invocation is not an invocation."""

    invocations: int = 0
    errors: int = 0
    throttles: int = 0
    duration_seconds: float = 0.0


class Metrics:
    """Counters by function name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counters: dict[str, Counters] = {}

    def ran(self, name: str, *, failed: bool, seconds: float) -> None:
        with self._lock:
            before = self._counters.get(name, Counters())
            self._counters[name] = replace(
                before,
                invocations=before.invocations + 1,
                errors=before.errors + failed,
                duration_seconds=before.duration_seconds + seconds,
            )

    def throttled(self, name: str) -> None:
        with self._lock:
            before = self._counters.get(name, Counters())
            self._counters[name] = replace(before, throttles=before.throttles + 1)

    def snapshot(self) -> Mapping[str, Counters]:
        with self._lock:
            return dict(self._counters)
