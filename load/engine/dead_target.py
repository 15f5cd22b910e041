"""Ends a run whose target is dead: errors that stay above the limit spend the day's quota and people's patience on nothing."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from aws.words import Words
from load.engine import confidence

WINDOW_S = 10
"""Seconds over which the ratio of errors is taken."""
PATIENCE_S = 30
"""Seconds for which it must stay above the limit."""


@dataclass(slots=True)
class ErrorWatch:
    """Compares the errors of the last seconds with ``limit``, the largest part that any endpoint may fail."""

    limit: float
    _failed: int = 0
    _ended: int = 0
    _seconds: deque[tuple[float, int, int]] = field(default_factory=deque)
    _above_since: float | None = None

    def add(self, rows: Iterable[Iterable[Any]]) -> None:
        """Count the rows of a worker's report; a refusal by the throttle (429) or an award made before is no error."""
        for _, _, what, _, count in rows:
            if what in ("answered", "failed"):
                self._ended += count
                self._failed += count if what == "failed" else 0

    def dead(self, elapsed_s: float) -> Words | None:
        """Say that the target is dead, if errors were wholly above the limit for PATIENCE_S; called once a second.

        Wholly: the 95 % interval of the ratio, so that a few requests at the start prove nothing.
        """
        self._seconds.append((elapsed_s, self._failed, self._ended))
        while elapsed_s - self._seconds[0][0] > WINDOW_S:
            self._seconds.popleft()
        _, failed, ended = self._seconds[0]
        ratio = confidence.ratio(self._failed - failed, self._ended - ended)
        if ratio.low <= self.limit:
            self._above_since = None
            return None
        if self._above_since is None:
            self._above_since = elapsed_s
        if elapsed_s - self._above_since < PATIENCE_S:
            return None
        part, limit = f"{ratio.value:.0%}", f"{self.limit:.2%}"
        return Words(
            f"stopped after {elapsed_s:.0f} s: for {PATIENCE_S} s errors stayed above the limit "
            f"({part} of the last requests, at most {limit})",
            f"{elapsed_s:.0f}秒で中止しました。エラーが{PATIENCE_S}秒間、上限を超え続けました"
            f"（直近のリクエストの{part}、上限{limit}）",
        )
